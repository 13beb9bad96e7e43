//! The history of one entry: who, when, and what stood there before.

use askama::Template;

use crate::record::model::describe::Difference;
use crate::web::shell::Shell;

/// One change.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    /// `Corretto`.
    pub what: &'static str,
    /// `20/11/2016 alle 09.04`.
    pub when: String,
    /// `BORGHETTO Paolo`.
    pub who: String,
    /// First version: fields have no "before".
    pub first: bool,
    /// The fields that changed.
    pub differences: Vec<Difference>,
}

/// The history of one entry.
#[derive(Debug, Template)]
#[template(path = "record/history.html")]
pub struct HistoryPage {
    /// Surroundings.
    pub shell: Shell,
    /// `Storia della terapia`.
    pub title: &'static str,
    /// What the entry is called now.
    pub name: String,
    /// Newest first.
    pub changes: Vec<ChangeLine>,
    /// Back to the entry.
    pub back: String,
    /// Older changes; '' when there are none.
    pub next: String,
    /// Address that brings the entry back, when it was taken out.
    pub restore: Option<String>,
}
