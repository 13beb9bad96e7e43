//! An investigation (accertamento): asked for, then with its result.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, HITS, Hit, area, chosen, iso, line, maybe_date, past_date, problem, state};
use crate::db::Db;
use crate::record::model::{Investigation, InvestigationValues, Outcome};
use crate::reference::queries as reference;
use crate::web::forms::FormState;
use kernel::dates;

/// Posted by the investigation's page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct InvestigationForm {
    /// Problem, '' for none.
    pub problem_id: String,
    /// Code of the national catalogue, or ''.
    pub service_code: String,
    /// Name; empty takes the catalogue's.
    pub description: String,
    /// Day it was asked for.
    pub requested_on: String,
    /// Result.
    pub result: String,
    /// Day of the result.
    pub result_on: String,
    /// [`Outcome`].
    pub outcome: String,
}

impl EntryForm for InvestigationForm {
    type Entry = Investigation;

    const SAVED: &'static str = "L’accertamento è stato salvato.";
    const DAY: &'static str = "requested_on";

    fn filled(values: &InvestigationValues) -> FormState {
        state([
            ("problem_id", chosen(values.problem_id)),
            ("service_code", values.service_code.clone()),
            ("description", values.description.clone()),
            ("requested_on", dates::iso(values.requested_on)),
            ("result", values.result.clone()),
            ("result_on", iso(values.result_on)),
            ("outcome", values.outcome.as_str().to_owned()),
        ])
    }

    fn blank(today: NaiveDate) -> FormState {
        state([("requested_on", dates::iso(today)), ("outcome", Outcome::Pending.as_str().to_owned())])
    }

    fn read(
        &self,
        conn: &mut Db,
        today: NaiveDate,
        form: &mut FormState,
    ) -> QueryResult<Option<Draft<InvestigationValues>>> {
        let problem_id = problem(form, "problem_id", &self.problem_id);
        let service_code = line(form, "service_code", &self.service_code.to_uppercase(), 12, "");
        let known = match service_code.as_deref() {
            None | Some("") => None,
            Some(code) => reference::find_service(conn, code)?,
        };
        let official = known.as_ref().map(|service| service.description.as_str()).unwrap_or_default();
        let typed = if self.description.trim().is_empty() { official } else { self.description.as_str() };
        let description = line(form, "description", typed, 700, "Scrivi l’accertamento, oppure sceglilo dall’elenco.");
        let requested_on = past_date(form, "requested_on", &self.requested_on, today);
        let result = area(form, "result", &self.result, 2000, "");
        let result_on = maybe_date(form, "result_on", &self.result_on, Some(today));
        let outcome = Outcome::from_text(&self.outcome);
        self.check_result(form, requested_on, result_on, outcome);
        if form.is_invalid() {
            return Ok(None);
        }
        let unknown = service_code.as_deref().is_some_and(|code| !code.is_empty()) && known.is_none();
        let warning = unknown.then_some("Il codice non è tra quelli del catalogo in elenco: controllalo.");
        let values = (|| {
            let outcome = outcome?;
            let result_on = result_on?;
            Some(InvestigationValues {
                problem_id: problem_id?,
                service_code: service_code?,
                description: description?,
                requested_on: requested_on?,
                result: result?,
                // A result without its day came in today.
                result_on: if outcome == Outcome::Pending { result_on } else { result_on.or(Some(today)) },
                outcome,
                removed_on: None,
            })
        })();
        Ok(values.map(|values| Draft { values, warning }))
    }

    fn merge(typed: InvestigationValues, now: &InvestigationValues) -> InvestigationValues {
        InvestigationValues { removed_on: now.removed_on, ..typed }
    }

    fn search(conn: &mut Db, text: &str) -> QueryResult<Vec<Hit>> {
        let found = reference::search_services(conn, text, i64::try_from(HITS).unwrap_or(20))?;
        Ok(found.into_iter().map(|row| Hit { code: row.code, description: row.description }).collect())
    }

    fn pick(conn: &mut Db, code: &str, form: &mut FormState) -> QueryResult<()> {
        if let Some(service) = reference::find_service(conn, code)? {
            form.set("service_code", service.code);
            form.set("description", service.description);
        }
        Ok(())
    }
}

impl InvestigationForm {
    /// Result, its day and the outcome must agree.
    fn check_result(
        &self,
        form: &mut FormState,
        requested_on: Option<NaiveDate>,
        result_on: Option<Option<NaiveDate>>,
        outcome: Option<Outcome>,
    ) {
        match outcome {
            None => form.error("outcome", "Scegli l’esito."),
            Some(Outcome::Pending) if !self.result.trim().is_empty() || matches!(result_on, Some(Some(_))) => {
                form.error("outcome", "C’è un risultato: scegli se è nella norma o da valutare.");
            }
            Some(_) => {}
        }
        if let (Some(requested), Some(Some(result))) = (requested_on, result_on)
            && result < requested
        {
            form.error("result_on", "Il risultato non può venire prima della richiesta.");
        }
    }
}
