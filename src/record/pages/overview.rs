//! The record page (quadro riassuntivo).

use askama::Template;

use super::View;
use super::rows::{DiaryLine, InvestigationLine, ProblemLine, TherapyLine};
use crate::web::shell::Shell;

/// A panel: its first rows, and whether there are more.
#[derive(Clone, Debug)]
pub struct Panel<T> {
    /// The rows shown.
    pub rows: Vec<T>,
    /// More than these exist.
    pub more: bool,
}

impl<T> Panel<T> {
    /// `9`, or `30+` when not all are shown.
    pub fn count(&self) -> String {
        format!("{}{}", self.rows.len(), if self.more { "+" } else { "" })
    }
}

/// The record of one patient.
#[derive(Debug, Template)]
#[template(path = "record/record.html")]
pub struct RecordPage {
    /// Surroundings.
    pub shell: Shell,
    /// Patient.
    pub patient_id: i64,
    /// `SACCAVINI Claudio`.
    pub name: String,
    /// Through which problem.
    pub view: View,
    /// That problem.
    pub selected: Option<ProblemLine>,
    /// PROBLEMI.
    pub problems: Panel<ProblemLine>,
    /// TERAPIE.
    pub therapies: Panel<TherapyLine>,
    /// ACCERTAMENTI.
    pub investigations: Panel<InvestigationLine>,
    /// DIARIO.
    pub diary: Panel<DiaryLine>,
    /// Drugs waiting in the basket.
    pub draft_count: i64,
}

impl RecordPage {
    /// Whether the panel's problem is the one looked through.
    pub fn is_selected(&self, problem: &ProblemLine) -> bool {
        self.view.problem() == Some(problem.id)
    }

    /// Address of the record through a problem, at its therapies.
    pub fn through(&self, problem: &ProblemLine) -> String {
        format!("{}?problema={}#terapie", crate::web::paths::record(self.patient_id), problem.id)
    }
}
