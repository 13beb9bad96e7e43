//! One line of each kind, as panels and lists show it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::prescriptions::model::State;
use crate::record::model::{Allergy, Exemption, Investigation, Outcome, Problem};
use crate::record::queries::{DiaryRow, TherapyRow};
use crate::reference::model::SupplyRegime;
use crate::safety::{Allergen, Drug, Edition, Facts, assess, read_allergen};
use crate::web::kit::{Badge, Tag};
use crate::web::paths;
use kernel::tone::Tone;
use kernel::{dates, plan};

/// A problem.
#[derive(Clone, Debug)]
pub struct ProblemLine {
    /// Key.
    pub id: i64,
    /// `2016`.
    pub year: String,
    /// `16`.
    pub short_year: String,
    /// Day it began, in full.
    pub opened: String,
    /// Its name.
    pub name: String,
    /// ICD-9-CM code or ''.
    pub code: String,
    /// Day it was closed, '' while open.
    pub closed: String,
    /// Notes.
    pub notes: String,
}

impl ProblemLine {
    /// The line of a problem.
    pub fn new(problem: &Problem) -> Self {
        let values = &problem.values;
        Self {
            id: problem.id,
            year: values.opened_on.year().to_string(),
            short_year: values.opened_on.format("%y").to_string(),
            opened: dates::long(values.opened_on),
            name: values.description.clone(),
            code: values.icd9_code.clone(),
            closed: values.closed_on.map(dates::short).unwrap_or_default(),
            notes: values.notes.clone(),
        }
    }
}

/// A therapy.
#[derive(Clone, Debug)]
pub struct TherapyLine {
    /// Key.
    pub id: i64,
    /// `19/11/16`.
    pub date: String,
    /// For `datetime`.
    pub iso: String,
    /// `ZIMOX*12CPR 1G - N° 1`, or the substance when prescribed by substance.
    pub name: String,
    /// Class and regime.
    pub badges: Vec<Badge>,
    /// Where its prescription stands.
    pub state: Option<Tag>,
    /// Continuous.
    pub continuous: bool,
    /// Suggested.
    pub suggested: bool,
    /// By substance only.
    pub by_substance: bool,
    /// AIFA note or ''.
    pub note: String,
    /// Posology or ''.
    pub posology: String,
    /// Day it was suspended, '' when it was not.
    pub suspended: String,
    /// `Allergia registrata: FANS.`, while it goes on.
    pub allergy: Option<String>,
    /// `Piano terapeutico PT-7 fino al 31/12/26`.
    pub plan: Option<String>,
    /// That the plan ends soon or is over, while the therapy goes on.
    pub plan_warning: Option<String>,
    /// Address of its page.
    pub href: String,
}

impl TherapyLine {
    /// The same with what the patient's allergies say against it, and how its plan stands; a therapy that was stopped speaks
    /// no more.
    #[must_use]
    pub fn against(mut self, row: &TherapyRow, allergies: &[Allergen], today: NaiveDate) -> Self {
        let values = &row.therapy.values;
        if values.suspended_on.is_none() {
            let drug = Drug { label: &values.label, substance: &values.substance, atc: &values.atc };
            self.allergy = assess(&Facts { drug, allergies }, Edition::shipped(), today).allergy_mark();
            self.plan_warning = match plan::standing(&values.plan_protocol, values.plan_ends_on, today) {
                plan::Standing::Good => None,
                plan::Standing::Ending(text) | plan::Standing::Over(text) => Some(text),
            };
            if self.plan_warning.is_some() {
                self.plan = None;
            }
        }
        self
    }

    /// The line of a therapy.
    pub fn new(row: &TherapyRow, regimes: &BTreeMap<String, SupplyRegime>) -> Self {
        let (therapy, values) = (&row.therapy, &row.therapy.values);
        Self {
            id: therapy.id,
            date: dates::short(values.started_on),
            iso: dates::iso(values.started_on),
            name: format!("{} - N° {}", values.label, values.pieces),
            badges: Badge::of_drug(&values.class, &values.regime, regimes.get(&values.regime)),
            state: row.sent_of.map(partly).or_else(|| row.state.map(state_tag)),
            continuous: values.continuous,
            suggested: values.suggested,
            by_substance: values.by_substance,
            note: values.note_code.clone(),
            posology: values.posology.clone(),
            suspended: values.suspended_on.map(dates::short).unwrap_or_default(),
            allergy: None,
            plan: plan::in_words(&values.plan_protocol, values.plan_ends_on),
            plan_warning: None,
            href: paths::therapy(therapy.patient_id, therapy.id),
        }
    }
}

/// The state of several prescriptions that did not end alike: nobody shall prescribe again what was sent.
fn partly((sent, all): (usize, usize)) -> Tag {
    let text = match sent {
        0 => format!("{all} ricette, nessuna inviata"),
        1 => format!("1 ricetta inviata su {all}"),
        _ => format!("{sent} ricette inviate su {all}"),
    };
    Tag::new(text, Tone::Warn)
}

/// The state of a prescription, as the screens call it.
fn state_tag(state: State) -> Tag {
    Tag::new(state.label(), state.tone())
}

/// An investigation.
#[derive(Clone, Debug)]
pub struct InvestigationLine {
    /// Its name.
    pub name: String,
    /// `02/11/16`.
    pub date: String,
    /// For `datetime`.
    pub iso: String,
    /// Result, or that it is awaited.
    pub tag: Tag,
    /// Address of its page.
    pub href: String,
}

/// Characters of a result that fit in a line.
const RESULT_WIDTH: usize = 40;

impl InvestigationLine {
    /// The line of an investigation.
    pub fn new(investigation: &Investigation) -> Self {
        let values = &investigation.values;
        let tag = |text: String| match values.outcome {
            Outcome::Pending => Tag::plain(text).with_icon("clock"),
            Outcome::Normal => Tag::new(text, Tone::Good),
            Outcome::Abnormal => Tag::caution(text),
        };
        let first = values.result.lines().next().unwrap_or_default();
        let text = if first.is_empty() { values.outcome.label().to_owned() } else { shortened(first, RESULT_WIDTH) };
        Self {
            name: values.description.clone(),
            date: dates::short(values.result_on.unwrap_or(values.requested_on)),
            iso: dates::iso(values.result_on.unwrap_or(values.requested_on)),
            tag: tag(text),
            href: paths::investigation(investigation.patient_id, investigation.id),
        }
    }
}

/// The first `width` characters, with an ellipsis when there were more.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

/// An entry of the diary.
#[derive(Clone, Debug)]
pub struct DiaryLine {
    /// `19/11/16`.
    pub date: String,
    /// For `datetime`.
    pub iso: String,
    /// The text.
    pub body: String,
    /// `Corretta il 20/11/2016 alle 09.04 da BORGHETTO Paolo`, '' when it never was.
    pub corrected: String,
    /// Address of its page.
    pub href: String,
    /// Address of its history.
    pub history: String,
}

impl DiaryLine {
    /// The line of a diary entry.
    pub fn new(row: &DiaryRow) -> Self {
        let entry = &row.entry;
        let corrected = if entry.revision > 1 {
            format!("Corretta il {} da {}", dates::moment(entry.updated_at), row.author)
        } else {
            String::new()
        };
        Self {
            date: dates::short(entry.values.entry_date),
            iso: dates::iso(entry.values.entry_date),
            body: entry.values.body.clone(),
            corrected,
            href: paths::diary_entry(entry.patient_id, entry.id),
            history: paths::entry_history(entry.patient_id, "diario", entry.id),
        }
    }
}

/// An allergy.
#[derive(Clone, Debug)]
pub struct AllergyLine {
    /// Key.
    pub id: i64,
    /// Substance.
    pub substance: String,
    /// ATC class or ''.
    pub atc: String,
    /// What the safety checks take it for.
    pub reading: String,
    /// Whether they can compare it with a drug.
    pub recognised: bool,
    /// What happened.
    pub reaction: String,
    /// Day it was noted.
    pub noted: String,
}

impl AllergyLine {
    /// The line of an allergy.
    pub fn new(allergy: &Allergy, today: NaiveDate) -> Self {
        let reading = read_allergen(&allergy.values.allergen(), Edition::shipped(), today);
        Self {
            id: allergy.id,
            reading: reading.in_words(),
            recognised: reading.is_recognised(),
            substance: allergy.values.substance.clone(),
            atc: allergy.values.atc_prefix.clone(),
            reaction: allergy.values.reaction.clone(),
            noted: dates::long(allergy.values.noted_on),
        }
    }
}

/// An exemption.
#[derive(Clone, Debug)]
pub struct ExemptionLine {
    /// Key.
    pub id: i64,
    /// Code.
    pub code: String,
    /// What it is for.
    pub description: String,
    /// First day, '' = since ever.
    pub from: String,
    /// Last day, '' = without end.
    pub to: String,
    /// Whether it does not hold today, and why.
    pub lapsed: &'static str,
    /// The catalogue does not know the code.
    pub unknown: bool,
}

impl ExemptionLine {
    /// The line of an exemption.
    pub fn new(exemption: &Exemption, today: NaiveDate, unknown: bool) -> Self {
        let values = &exemption.values;
        let lapsed = if values.holds_on(today) {
            ""
        } else if values.valid_from.is_some_and(|from| from > today) {
            "Non ancora valida"
        } else {
            "Scaduta"
        };
        Self {
            id: exemption.id,
            code: values.code.clone(),
            description: values.description.clone(),
            from: values.valid_from.map(dates::long).unwrap_or_default(),
            to: values.valid_to.map(dates::long).unwrap_or_default(),
            lapsed,
            unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_results_are_shortened_by_characters() {
        assert_eq!(shortened("58 mmol/mol", 40), "58 mmol/mol");
        assert_eq!(shortened("àèìòù", 4), "àèì…");
    }
}
