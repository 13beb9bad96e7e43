//! An exemption of the patient. Regions have codes of their own, so an unknown code is kept with a warning; a text that
//! is no code at all is refused.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, HITS, Hit, iso, line, maybe_date, state};
use crate::db::Db;
use crate::record::model::{Exemption, ExemptionValues};
use crate::reference::queries as reference;
use crate::web::forms::FormState;
use kernel::exemption::ExemptionCode;

/// Posted by the exemptions' page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExemptionForm {
    /// Code.
    pub code: String,
    /// What it is for; empty takes the catalogue's words.
    pub description: String,
    /// First day, '' = since ever.
    pub valid_from: String,
    /// Last day, '' = without end.
    pub valid_to: String,
}

impl EntryForm for ExemptionForm {
    type Entry = Exemption;

    const SAVED: &'static str = "L’esenzione è stata salvata.";
    const TWIN: (&'static str, &'static str) =
        ("code", "Questa esenzione è già nella cartella per lo stesso periodo: se serve, correggi quella.");

    fn filled(values: &ExemptionValues) -> FormState {
        state([
            ("code", values.code.clone()),
            ("description", values.description.clone()),
            ("valid_from", iso(values.valid_from)),
            ("valid_to", iso(values.valid_to)),
        ])
    }

    fn blank(_: NaiveDate) -> FormState {
        FormState::new()
    }

    fn read(&self, conn: &mut Db, _: NaiveDate, form: &mut FormState) -> QueryResult<Option<Draft<ExemptionValues>>> {
        let code = match ExemptionCode::parse(&self.code) {
            Ok(code) => Some(code),
            Err(_) if self.code.trim().is_empty() => {
                form.error("code", "Scrivi il codice, oppure scegli l’esenzione dall’elenco.");
                None
            }
            Err(error) => {
                form.error("code", error.to_string());
                None
            }
        };
        let known = match &code {
            Some(code) => reference::find_exemption(conn, code.as_str())?,
            None => None,
        };
        let official = known.as_ref().map(|exemption| exemption.description.as_str()).unwrap_or_default();
        let typed = if self.description.trim().is_empty() { official } else { self.description.as_str() };
        let description = line(form, "description", typed, 500, "");
        let valid_from = maybe_date(form, "valid_from", &self.valid_from, None);
        let valid_to = maybe_date(form, "valid_to", &self.valid_to, None);
        if let (Some(Some(from)), Some(Some(to))) = (valid_from, valid_to)
            && to < from
        {
            form.error("valid_to", "La scadenza non può venire prima dell’inizio.");
        }
        if form.is_invalid() {
            return Ok(None);
        }
        let warning = known.is_none().then_some("Il codice non è tra le esenzioni in elenco: controllalo.");
        let values = (|| {
            Some(ExemptionValues {
                code: code?.to_string(),
                description: description?,
                valid_from: valid_from?,
                valid_to: valid_to?,
                removed_on: None,
            })
        })();
        Ok(values.map(|values| Draft { values, warning }))
    }

    fn merge(typed: ExemptionValues, now: &ExemptionValues) -> ExemptionValues {
        ExemptionValues { removed_on: now.removed_on, ..typed }
    }

    fn search(conn: &mut Db, text: &str) -> QueryResult<Vec<Hit>> {
        let found = reference::search_exemptions(conn, text, HITS)?;
        Ok(found.into_iter().map(|row| Hit { code: row.code, description: row.description }).collect())
    }

    fn pick(conn: &mut Db, code: &str, form: &mut FormState) -> QueryResult<()> {
        if let Some(exemption) = reference::find_exemption(conn, code)? {
            form.set("code", exemption.code);
            form.set("description", exemption.description);
        }
        Ok(())
    }
}
