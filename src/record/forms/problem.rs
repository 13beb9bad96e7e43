//! A problem: free words, or a diagnosis of ICD-9-CM.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, HITS, Hit, area, iso, line, maybe_date, past_date, state};
use crate::db::Db;
use crate::record::model::{Problem, ProblemValues};
use crate::reference::queries as reference;
use crate::web::forms::FormState;
use kernel::dates;
use kernel::icd9::Icd9;

/// Posted by the problem's page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProblemForm {
    /// Name of the problem; empty takes the diagnosis' own.
    pub description: String,
    /// ICD-9-CM code or ''.
    pub icd9_code: String,
    /// Day it began.
    pub opened_on: String,
    /// Day it was closed.
    pub closed_on: String,
    /// Notes.
    pub notes: String,
}

impl ProblemForm {
    /// The code as the catalogue writes it, and what the catalogue says of it.
    fn diagnosis(&self, conn: &mut Db, form: &mut FormState) -> QueryResult<Option<(String, Option<String>)>> {
        if self.icd9_code.trim().is_empty() {
            return Ok(Some((String::new(), None)));
        }
        match Icd9::parse(&self.icd9_code) {
            Ok(code) => {
                let known = reference::find_diagnosis(conn, code.as_str())?;
                Ok(Some((code.to_string(), known.map(|diagnosis| diagnosis.description))))
            }
            Err(error) => {
                form.error("icd9_code", error.to_string());
                Ok(None)
            }
        }
    }
}

impl EntryForm for ProblemForm {
    type Entry = Problem;

    const SAVED: &'static str = "Il problema è stato salvato.";
    const TWIN: (&'static str, &'static str) =
        ("description", "Questo problema è già aperto nella cartella: se serve, correggi quello.");
    const DAY: &'static str = "opened_on";

    fn filled(values: &ProblemValues) -> FormState {
        state([
            ("description", values.description.clone()),
            ("icd9_code", values.icd9_code.clone()),
            ("opened_on", dates::iso(values.opened_on)),
            ("closed_on", iso(values.closed_on)),
            ("notes", values.notes.clone()),
        ])
    }

    fn blank(today: NaiveDate) -> FormState {
        state([("opened_on", dates::iso(today))])
    }

    fn read(&self, conn: &mut Db, today: NaiveDate, form: &mut FormState) -> QueryResult<Option<Draft<ProblemValues>>> {
        let diagnosis = self.diagnosis(conn, form)?;
        let official = diagnosis.as_ref().and_then(|(_, official)| official.as_deref()).unwrap_or_default();
        let typed = if self.description.trim().is_empty() { official } else { self.description.as_str() };
        let description =
            line(form, "description", typed, 700, "Scrivi il problema, oppure scegli una diagnosi dall’elenco.");
        let opened_on = past_date(form, "opened_on", &self.opened_on, today);
        let closed_on = maybe_date(form, "closed_on", &self.closed_on, Some(today));
        let notes = area(form, "notes", &self.notes, 2000, "");
        if let (Some(opened), Some(Some(closed))) = (opened_on, closed_on)
            && closed < opened
        {
            form.error("closed_on", "La chiusura non può venire prima dell’inizio.");
        }
        if form.is_invalid() {
            return Ok(None);
        }
        let unknown = diagnosis.as_ref().is_some_and(|(code, official)| !code.is_empty() && official.is_none());
        let warning = unknown.then_some("Il codice ICD-9-CM non è tra quelli in elenco: controllalo.");
        let values = (|| {
            Some(ProblemValues {
                icd9_code: diagnosis?.0,
                description: description?,
                opened_on: opened_on?,
                closed_on: closed_on?,
                notes: notes?,
                removed_on: None,
            })
        })();
        Ok(values.map(|values| Draft { values, warning }))
    }

    fn merge(typed: ProblemValues, now: &ProblemValues) -> ProblemValues {
        ProblemValues { removed_on: now.removed_on, ..typed }
    }

    fn search(conn: &mut Db, text: &str) -> QueryResult<Vec<Hit>> {
        let found = reference::search_diagnoses(conn, text, i64::try_from(HITS).unwrap_or(20))?;
        Ok(found.into_iter().map(|row| Hit { code: row.code, description: row.description }).collect())
    }

    fn pick(conn: &mut Db, code: &str, form: &mut FormState) -> QueryResult<()> {
        if let Some(diagnosis) = reference::find_diagnosis(conn, code)? {
            form.set("icd9_code", diagnosis.code);
            form.set("description", diagnosis.description);
        }
        Ok(())
    }
}
