//! One patient, with what prescribing needs to know.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::PatientSummary;
use crate::patients::model::Patient;
use crate::record::model::{Allergy, Exemption};
use crate::safety::{Edition, read_allergen};

/// One patient.
#[derive(Serialize, ToSchema)]
pub struct PatientCard {
    /// Who it is.
    #[serde(flatten)]
    pub summary: PatientSummary,
    /// Birthplace in words.
    #[schema(example = "UDINE")]
    pub birthplace: String,
    /// Street and number.
    #[schema(example = "Via Roma 11")]
    pub address: String,
    /// Postal code (CAP).
    #[schema(example = "33100")]
    pub postal_code: String,
    /// Town.
    #[schema(example = "Udine")]
    pub city: String,
    /// Province sign.
    #[schema(example = "UD")]
    pub province: String,
    /// Telephone.
    pub phone: String,
    /// Mobile telephone.
    pub mobile: String,
    /// E-mail address.
    #[schema(example = "claudio.saccavini@example.it")]
    pub email: String,
    /// What the patient must not have.
    pub allergies: Vec<PatientAllergy>,
    /// Exemptions in the record, also those of other days.
    pub exemptions: Vec<PatientExemption>,
    /// Open problems.
    pub problems: Vec<PatientProblem>,
}

/// Something the patient must not have.
#[derive(Serialize, ToSchema)]
pub struct PatientAllergy {
    /// Substance.
    #[schema(example = "PENICILLINE")]
    pub substance: String,
    /// Beginning of the ATC codes meant; may be empty.
    #[schema(example = "J01C")]
    pub atc_prefix: String,
    /// Group of drugs that the doctor chose; may be empty.
    #[schema(example = "PENIC")]
    pub group: String,
    /// Whether the portal can compare it with drugs.
    pub recognised: bool,
    /// What it is taken for, in Italian.
    #[schema(example = "gruppo: Penicilline")]
    pub reading: String,
}

/// Why the patient does not pay.
#[derive(Serialize, ToSchema)]
pub struct PatientExemption {
    /// Code.
    #[schema(example = "E01")]
    pub code: String,
    /// In words.
    pub description: String,
    /// First day; none when it is not known.
    pub valid_from: Option<NaiveDate>,
    /// Last day; none when it has no end.
    pub valid_to: Option<NaiveDate>,
}

/// What the patient has.
#[derive(Serialize, ToSchema)]
pub struct PatientProblem {
    /// For the rows of a prescription.
    pub id: i64,
    /// In words.
    #[schema(example = "IPERTENSIONE ESSENZIALE")]
    pub description: String,
}

impl PatientCard {
    /// A card from the rows of the record.
    pub fn new(
        patient: &Patient,
        allergies: Vec<Allergy>,
        exemptions: Vec<Exemption>,
        problems: Vec<(i64, String, String)>,
        today: NaiveDate,
    ) -> Self {
        let values = &patient.values;
        let allergy = |row: Allergy| {
            let allergen = row.values.allergen();
            let reading = read_allergen(&allergen, Edition::shipped(), today);
            PatientAllergy {
                recognised: reading.is_recognised(),
                reading: reading.in_words(),
                substance: allergen.words,
                atc_prefix: allergen.atc_prefix,
                group: allergen.group,
            }
        };
        let exemption = |row: Exemption| PatientExemption {
            code: row.values.code,
            description: row.values.description,
            valid_from: row.values.valid_from,
            valid_to: row.values.valid_to,
        };
        Self {
            summary: patient.into(),
            birthplace: values.birthplace.clone(),
            address: values.address.clone(),
            postal_code: values.postal_code.clone(),
            city: values.city.clone(),
            province: values.province.clone(),
            phone: values.phone.clone(),
            mobile: values.mobile.clone(),
            email: values.email.clone(),
            allergies: allergies.into_iter().map(allergy).collect(),
            exemptions: exemptions.into_iter().map(exemption).collect(),
            problems: problems.into_iter().map(|(id, description, _)| PatientProblem { id, description }).collect(),
        }
    }
}
