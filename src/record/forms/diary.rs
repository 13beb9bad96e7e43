//! An entry of the diary.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, area, chosen, past_date, problem, state};
use crate::db::Db;
use crate::record::model::{DiaryEntry, DiaryValues};
use crate::web::forms::FormState;
use kernel::dates;

/// Posted by the diary entry's page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DiaryForm {
    /// Problem, '' for none.
    pub problem_id: String,
    /// Day it speaks of.
    pub entry_date: String,
    /// The text.
    pub body: String,
}

impl EntryForm for DiaryForm {
    type Entry = DiaryEntry;

    const SAVED: &'static str = "La nota del diario è stata salvata.";
    const DAY: &'static str = "entry_date";

    fn filled(values: &DiaryValues) -> FormState {
        state([
            ("problem_id", chosen(values.problem_id)),
            ("entry_date", dates::iso(values.entry_date)),
            ("body", values.body.clone()),
        ])
    }

    fn blank(today: NaiveDate) -> FormState {
        state([("entry_date", dates::iso(today))])
    }

    fn read(&self, _: &mut Db, today: NaiveDate, form: &mut FormState) -> QueryResult<Option<Draft<DiaryValues>>> {
        let problem_id = problem(form, "problem_id", &self.problem_id);
        let entry_date = past_date(form, "entry_date", &self.entry_date, today);
        let body = area(form, "body", &self.body, 4000, "Scrivi la nota.");
        if form.is_invalid() {
            return Ok(None);
        }
        let values =
            (|| Some(DiaryValues { problem_id: problem_id?, entry_date: entry_date?, body: body?, removed_on: None }))(
            );
        Ok(values.map(|values| Draft { values, warning: None }))
    }

    fn merge(typed: DiaryValues, now: &DiaryValues) -> DiaryValues {
        DiaryValues { removed_on: now.removed_on, ..typed }
    }
}
