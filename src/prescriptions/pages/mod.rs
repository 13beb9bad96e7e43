//! What the screens of the pipeline show: plain values, dates and words already in Italian.

pub mod delivery;
mod history;
pub mod list;
pub mod outcome;
pub mod settings;
pub mod show;

#[cfg(test)]
mod tests;

use crate::ports::sac::{SacError, explain};
use crate::prescriptions::model::{Delivery, Item, State};

/// A name and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: String,
    /// A code: fixed-width type.
    pub is_code: bool,
}

impl Fact {
    fn text(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), is_code: false }
    }

    fn code(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into(), is_code: true }
    }
}

/// A badge that says a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateTag {
    /// The word.
    pub label: &'static str,
    /// Its class.
    pub class: &'static str,
    /// Its icon.
    pub icon: &'static str,
}

impl From<State> for StateTag {
    fn from(state: State) -> Self {
        let tone = state.tone();
        Self { label: state.label(), class: tone.tag_class(), icon: tone.icon() }
    }
}

impl From<&Delivery> for StateTag {
    fn from(delivery: &Delivery) -> Self {
        let (label, tone) = delivery.label();
        Self { label, class: tone.tag_class(), icon: tone.icon() }
    }
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

/// One row of a prescription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrugLine {
    /// The package, or the active principle alone.
    pub name: String,
    /// Posology and the like.
    pub notes: Vec<String>,
    /// Packs.
    pub pieces: i64,
}

impl DrugLine {
    fn of(item: &Item) -> Self {
        let item = &item.content;
        let mut notes = Vec::new();
        if !item.posology.is_empty() {
            notes.push(item.posology.clone());
        }
        if !item.note_code.is_empty() {
            notes.push(format!("Nota {}", item.note_code));
        }
        if item.by_substance {
            notes.push("Solo principio attivo".to_owned());
        }
        notes.extend(item.brand_only());
        notes.extend(item.plan());
        Self { name: item.name().to_owned(), notes, pieces: item.pieces }
    }
}
