//! What the screens of validation show: plain values, dates and words already in Italian.

pub mod pending;
pub mod round;
pub mod sent;

#[cfg(test)]
mod tests;

use chrono::NaiveDateTime;

use crate::kernel::dates;
use crate::prescriptions::model::{NewItem, State, Tone};
use crate::validation::model::{Change, TAKEN_OUT};

/// A badge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// What it says.
    pub text: String,
    /// `warn`, `err`, `ok` or empty.
    pub tone: &'static str,
    /// Its icon; empty for none.
    pub icon: &'static str,
}

impl Tag {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: "", icon: "" }
    }

    fn warn(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: "warn", icon: "alert" }
    }

    fn err(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: "err", icon: "alert" }
    }

    fn of_state(state: State) -> Self {
        let tone = match state.tone() {
            Tone::Plain => "",
            Tone::Good => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "err",
        };
        Self { text: state.label().to_owned(), tone, icon: state.tone().icon() }
    }
}

/// A drug in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drug {
    /// The package, or the active principle alone.
    pub name: String,
    /// Posology and the like.
    pub notes: Vec<String>,
    /// Packs.
    pub pieces: i64,
}

impl Drug {
    fn of(item: &NewItem) -> Self {
        let notes = [
            item.posology.clone(),
            if item.note_code.is_empty() { String::new() } else { format!("Nota {}", item.note_code) },
            if item.by_substance { "Solo principio attivo".to_owned() } else { String::new() },
            item.brand_only().unwrap_or_default(),
            item.plan().unwrap_or_default(),
            if item.continuous { "Continuativo".to_owned() } else { String::new() },
        ];
        Self {
            name: item.name().to_owned(),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect(),
            pieces: item.pieces,
        }
    }
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

/// `Anna Rossi`.
fn full_name(name: &str, surname: &str) -> String {
    format!("{name} {surname}").trim().to_owned()
}

fn exemption(code: &str) -> String {
    if code.is_empty() { "NON ESENTE".to_owned() } else { code.to_owned() }
}
