//! A therapy: what the doctor may correct of it. The drug itself is the formulary's, and stays as it was.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, area, chosen, past_date, problem, state};
use crate::db::Db;
use crate::record::model::{Therapy, TherapyValues};
use crate::web::forms::FormState;
use kernel::dates;
use kernel::plan::{self, Part};

/// Posted by the therapy's page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TherapyForm {
    /// Problem, '' for none.
    pub problem_id: String,
    /// Packages.
    pub pieces: String,
    /// Posology.
    pub posology: String,
    /// Taken without end.
    pub continuous: Option<String>,
    /// Suggested by a specialist.
    pub suggested: Option<String>,
    /// Day it began.
    pub started_on: String,
    /// Protocol of its therapeutic plan.
    pub plan_protocol: String,
    /// Last day of the plan.
    pub plan_ends_on: String,
}

impl EntryForm for TherapyForm {
    type Entry = Therapy;

    const SAVED: &'static str = "La terapia è stata salvata.";
    const DAY: &'static str = "started_on";

    fn filled(values: &TherapyValues) -> FormState {
        let tick = |on: bool| if on { "true" } else { "" }.to_owned();
        state([
            ("problem_id", chosen(values.problem_id)),
            ("pieces", values.pieces.to_string()),
            ("posology", values.posology.clone()),
            ("continuous", tick(values.continuous)),
            ("suggested", tick(values.suggested)),
            ("started_on", dates::iso(values.started_on)),
            ("plan_protocol", values.plan_protocol.clone()),
            ("plan_ends_on", values.plan_ends_on.map(dates::iso).unwrap_or_default()),
        ])
    }

    fn blank(today: NaiveDate) -> FormState {
        state([("pieces", "1".to_owned()), ("started_on", dates::iso(today))])
    }

    fn read(&self, _: &mut Db, today: NaiveDate, form: &mut FormState) -> QueryResult<Option<Draft<TherapyValues>>> {
        let problem_id = problem(form, "problem_id", &self.problem_id);
        let pieces = self.pieces.trim().parse::<i64>().ok().filter(|pieces| (1..=99).contains(pieces));
        if pieces.is_none() {
            form.error("pieces", "Scrivi un numero da 1 a 99.");
        }
        let posology = area(form, "posology", &self.posology, 500, "");
        let started_on = past_date(form, "started_on", &self.started_on, today);
        let plan = match plan::read(&self.plan_protocol, &self.plan_ends_on) {
            Ok(plan) => Some(plan),
            Err((part, why)) => {
                form.error(if part == Part::Protocol { "plan_protocol" } else { "plan_ends_on" }, why);
                None
            }
        };
        if form.is_invalid() {
            return Ok(None);
        }
        let values = (|| {
            let (plan_protocol, plan_ends_on) = plan?;
            Some(TherapyValues {
                problem_id: problem_id?,
                pieces: pieces?,
                posology: posology?,
                continuous: self.continuous.is_some(),
                suggested: self.suggested.is_some(),
                started_on: started_on?,
                plan_protocol,
                plan_ends_on,
                ..nothing(today)
            })
        })();
        Ok(values.map(|values| Draft { values, warning: None }))
    }

    /// Of an issued therapy the packages are those of the prescription.
    fn merge(typed: TherapyValues, now: &TherapyValues) -> TherapyValues {
        TherapyValues {
            problem_id: typed.problem_id,
            pieces: if now.prescription_id.is_some() { now.pieces } else { typed.pieces },
            posology: typed.posology,
            continuous: typed.continuous,
            suggested: typed.suggested,
            started_on: typed.started_on,
            plan_protocol: typed.plan_protocol,
            plan_ends_on: typed.plan_ends_on,
            ..now.clone()
        }
    }
}

/// The fields a form does not carry; [`TherapyForm::merge`] takes them from the therapy.
fn nothing(today: NaiveDate) -> TherapyValues {
    TherapyValues {
        problem_id: None,
        prescription_id: None,
        aic: String::new(),
        label: String::new(),
        substance: String::new(),
        atc: String::new(),
        group_code: String::new(),
        class: String::new(),
        regime: String::new(),
        note_code: String::new(),
        pieces: 1,
        posology: String::new(),
        by_substance: false,
        continuous: false,
        suggested: false,
        started_on: today,
        suspended_on: None,
        removed_on: None,
        plan_protocol: String::new(),
        plan_ends_on: None,
    }
}
