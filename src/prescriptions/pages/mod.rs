//! What the screens of the pipeline show: plain values, dates and words already in Italian.

pub mod delivery;
mod history;
pub mod list;
pub mod outcome;
pub mod settings;
pub mod show;

#[cfg(test)]
mod tests;

use crate::prescriptions::model::{Delivery, Item, State};
use crate::web::kit::{DrugLine, Tag};
use sac::{SacError, explain};

/// The state of a prescription, as the screens call it.
fn state_tag(state: State) -> Tag {
    Tag::new(state.label(), state.tone())
}

/// How far a delivery has got.
fn delivery_tag(delivery: &Delivery) -> Tag {
    let (label, tone) = delivery.label();
    Tag::new(label, tone)
}

/// A drug in a list.
fn drug_line(item: &Item) -> DrugLine {
    let item = &item.content;
    DrugLine { name: item.name().to_owned(), notes: item.notes(), pieces: item.pieces }
}

/// One reason of SAC, in plain words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorLine {
    /// What is wrong.
    pub text: String,
    /// `ricetta`, `riga 1`; empty for a remark of ours.
    pub place: String,
}

impl ErrorLine {
    fn of(error: &SacError) -> Self {
        if error.code.is_empty() {
            return Self { text: error.text.clone(), place: String::new() };
        }
        let place = if error.row == 0 { "ricetta".to_owned() } else { format!("riga {}", error.row) };
        Self { text: explain(&error.code, &error.text), place }
    }

    /// Those that stopped something, and those that did not.
    fn split(errors: &[SacError]) -> (Vec<Self>, Vec<Self>) {
        let lines = |blocking: bool| errors.iter().filter(|e| e.blocking == blocking).map(Self::of).collect();
        (lines(true), lines(false))
    }
}
