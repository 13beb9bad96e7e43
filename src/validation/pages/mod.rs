//! What the screens of validation show: plain values, dates and words already in Italian.

pub mod pending;
pub mod round;
pub mod sent;

#[cfg(test)]
mod tests;

use chrono::NaiveDateTime;

use crate::prescriptions::model::{NewItem, State};
use crate::validation::model::{Change, TAKEN_OUT};
use crate::web::kit::{DrugLine, Tag};
use kernel::dates;
use kernel::tone::Tone;

/// The state of a prescription, as the screens call it.
fn state_tag(state: State) -> Tag {
    Tag::new(state.label(), state.tone())
}

/// What speaks against a drug.
fn alert(text: impl Into<String>) -> Tag {
    Tag::new(text, Tone::Bad)
}

/// A drug in a list.
fn drug_line(item: &NewItem) -> DrugLine {
    DrugLine { name: item.name().to_owned(), notes: item.notes(), pieces: item.pieces }
}

/// `2016-11-19 08.41`: the day as the list has always written it.
fn iso_moment(utc: NaiveDateTime) -> String {
    let local = dates::to_rome(utc);
    format!("{} {}", dates::iso(local.date()), dates::hour(local))
}

/// `ZIMOX*12CPR 1G: pezzi da 1 a 2`.
fn change_in_words(change: &Change) -> String {
    let what = if change.what == TAKEN_OUT {
        change.what.to_owned()
    } else {
        format!("{} da «{}» a «{}»", change.what, change.before, change.after)
    };
    if change.drug.is_empty() { what } else { format!("{}: {what}", change.drug) }
}

fn exemption(code: &str) -> String {
    if code.is_empty() { "NON ESENTE".to_owned() } else { code.to_owned() }
}
