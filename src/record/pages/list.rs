//! A whole list, page by page ("mostra tutto").

use askama::Template;

use super::View;
use super::rows::{DiaryLine, InvestigationLine, ProblemLine, TherapyLine};
use crate::web::shell::Shell;

/// The rows of one kind.
#[derive(Clone, Debug)]
pub enum Rows {
    /// PROBLEMI.
    Problems(Vec<ProblemLine>),
    /// TERAPIE.
    Therapies(Vec<TherapyLine>),
    /// ACCERTAMENTI.
    Investigations(Vec<InvestigationLine>),
    /// DIARIO.
    Diary(Vec<DiaryLine>),
}

impl Rows {
    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Problems(rows) => rows.len(),
            Self::Therapies(rows) => rows.len(),
            Self::Investigations(rows) => rows.len(),
            Self::Diary(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One page of a list.
#[derive(Debug, Template)]
#[template(path = "record/list.html")]
pub struct ListPage {
    /// Surroundings.
    pub shell: Shell,
    /// Patient.
    pub patient_id: i64,
    /// `Terapie`.
    pub title: &'static str,
    /// Name of the problem looked through, '' for none.
    pub through: String,
    /// Through which problem.
    pub view: View,
    /// What was taken out of the record, instead of what is in it.
    pub removed: bool,
    /// The rows.
    pub rows: Rows,
    /// Back to the record.
    pub back: String,
    /// First page; '' when this is it.
    pub first: String,
    /// Next page; '' when this is the last.
    pub next: String,
    /// The other list: removed entries, or those in the record.
    pub other: String,
}
