//! An allergy or intolerance.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Deserialize;

use super::{Draft, EntryForm, line, past_date, state};
use crate::db::Db;
use crate::record::model::{Allergy, AllergyValues};
use crate::safety::{Edition, NOT_A_DRUG, read_allergen};
use crate::web::forms::FormState;
use kernel::atc::Atc;
use kernel::dates;

/// Said when an allergy cannot be compared with the drugs.
const UNRECOGNISED: &str = "Il programma non la riconosce e non può confrontarla con i farmaci: aprila e scegli il gruppo, \
                            oppure scrivi la sostanza o la classe ATC.";

/// Posted by the allergies' page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllergyForm {
    /// Substance or group.
    pub substance: String,
    /// ATC class or ''.
    pub atc_prefix: String,
    /// Group of the safety rules or ''.
    pub group: String,
    /// What happened.
    pub reaction: String,
    /// Day it was noted.
    pub noted_on: String,
}

impl EntryForm for AllergyForm {
    type Entry = Allergy;

    const SAVED: &'static str = "L’allergia è stata salvata.";
    const DAY: &'static str = "noted_on";
    const TWIN: (&'static str, &'static str) =
        ("substance", "Questa allergia è già nella cartella: se serve, correggi quella.");

    fn filled(values: &AllergyValues) -> FormState {
        state([
            ("substance", values.substance.clone()),
            ("atc_prefix", values.atc_prefix.clone()),
            ("group", values.group_code.clone()),
            ("reaction", values.reaction.clone()),
            ("noted_on", dates::iso(values.noted_on)),
        ])
    }

    fn blank(today: NaiveDate) -> FormState {
        state([("noted_on", dates::iso(today))])
    }

    fn read(&self, _: &mut Db, today: NaiveDate, form: &mut FormState) -> QueryResult<Option<Draft<AllergyValues>>> {
        let substance = line(form, "substance", &self.substance, 80, "Scrivi la sostanza.");
        let atc_prefix = match self.atc_prefix.trim() {
            "" => Some(String::new()),
            typed => Atc::parse(typed).ok().map(|atc| atc.to_string()),
        };
        if atc_prefix.is_none() {
            form.error("atc_prefix", "La classe ATC ha la forma di M01A o J01CA04.");
        }
        let edition = Edition::shipped();
        let group = self.group.trim();
        if !group.is_empty() && group != NOT_A_DRUG && edition.group(group).is_none() {
            form.error("group", "Scegli un gruppo dall’elenco.");
        }
        let reaction = line(form, "reaction", &self.reaction, 200, "");
        let noted_on = past_date(form, "noted_on", &self.noted_on, today);
        if form.is_invalid() {
            return Ok(None);
        }
        let values = (|| {
            Some(AllergyValues {
                substance: substance?,
                atc_prefix: atc_prefix?,
                group_code: group.to_owned(),
                reaction: reaction?,
                noted_on: noted_on?,
                removed_on: None,
            })
        })();
        Ok(values.map(|values| {
            let known = read_allergen(&values.allergen(), edition, today).is_recognised();
            Draft { values, warning: (!known).then_some(UNRECOGNISED) }
        }))
    }

    fn merge(typed: AllergyValues, now: &AllergyValues) -> AllergyValues {
        AllergyValues { removed_on: now.removed_on, ..typed }
    }
}
