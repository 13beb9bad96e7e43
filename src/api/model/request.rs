//! Prescriptions: what is sent to have them prepared.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::remark::PreparedRemark;
use crate::prescribing::model::VisitKind;
use crate::prescribing::service::{Wish, WishedDrug, WishedProblem};

/// A prescription of an archive.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfPrescription {
    /// The doctor whose archive it is.
    #[param(example = 2)]
    #[expect(dead_code, reason = "the guard reads it from the address; here it is documented")]
    pub doctor: i64,
    /// The prescription.
    #[param(example = 31)]
    pub prescription: i64,
}

/// An offer of news.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OfDownload {
    /// The doctor whose archive it is.
    #[param(example = 2)]
    #[expect(dead_code, reason = "the guard reads it from the address; here it is documented")]
    pub doctor: i64,
    /// The offer.
    #[param(example = 5)]
    pub download: i64,
}

/// Drugs to be prescribed to a patient: they are split into as many prescriptions as the law wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrescriptionRequest {
    /// The patient.
    #[schema(example = 12)]
    pub patient: i64,
    /// Where the patient was seen.
    #[serde(default)]
    pub visit: Visit,
    /// Hide name and address from the dispenser and on paper.
    #[serde(default)]
    pub hide_data: bool,
    /// From one to twelve drugs, each once.
    #[schema(min_items = 1, max_items = 12)]
    pub items: Vec<ItemRequest>,
}

/// Where the patient was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visit {
    /// Ambulatorio.
    #[default]
    Surgery,
    /// Domicilio.
    Home,
}

impl From<Visit> for VisitKind {
    fn from(visit: Visit) -> Self {
        match visit {
            Visit::Surgery => Self::Surgery,
            Visit::Home => Self::Home,
        }
    }
}

/// How a drug is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WordingName {
    /// A brand that the pharmacist may replace.
    #[default]
    Brand,
    /// Non sostituibile: wants a motive.
    BrandOnly,
    /// By active substance only.
    Substance,
}

/// A drug to be prescribed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRequest {
    /// The package, of the formulary in use.
    #[schema(example = "023086150", min_length = 9, max_length = 9)]
    pub aic: String,
    /// Packs.
    #[schema(example = 1, minimum = 1, maximum = 9)]
    pub pieces: i64,
    /// How it is taken.
    #[serde(default)]
    #[schema(example = "1 ogni 12 ore", max_length = 200)]
    pub posology: String,
    /// `auto`: worked out from the record; `none`: not exempt; or the code of an exemption in the record.
    #[serde(default = "auto")]
    #[schema(default = "auto", example = "auto", max_length = 20)]
    pub exemption: String,
    /// The open problem it is for.
    #[serde(default)]
    pub problem: Option<i64>,
    /// AIFA note.
    #[serde(default)]
    #[schema(example = "", max_length = 20)]
    pub note: String,
    /// Drug of a chronic therapy.
    #[serde(default)]
    pub continuous: bool,
    /// On a specialist's advice.
    #[serde(default)]
    pub suggested: bool,
    /// How it is written.
    #[serde(default)]
    pub wording: WordingName,
    /// Why the brand may not be replaced; only with `brand_only`.
    #[serde(default)]
    #[schema(example = "", max_length = 20)]
    pub motive: String,
    /// Protocol of the therapeutic plan (piano terapeutico) it is prescribed under; goes with `plan_ends_on`.
    #[serde(default)]
    #[schema(example = "", max_length = 40)]
    pub plan: String,
    /// Last day of that plan, `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(example = "", max_length = 10)]
    pub plan_ends_on: String,
}

fn auto() -> String {
    "auto".to_owned()
}

impl From<ItemRequest> for WishedDrug {
    fn from(item: ItemRequest) -> Self {
        Self {
            aic: item.aic,
            wish: Wish {
                pieces: Some(item.pieces),
                posology: item.posology,
                exemption_choice: item.exemption,
                problem: item.problem.map_or(WishedProblem::None, WishedProblem::Id),
                continuous: item.continuous,
                suggested: item.suggested,
                note_code: item.note,
                by_substance: item.wording == WordingName::Substance,
                not_substitutable: item.wording == WordingName::BrandOnly,
                motive_code: item.motive,
                plan_protocol: item.plan,
                plan_ends_on: item.plan_ends_on,
            },
        }
    }
}

/// What was laid before the doctor.
#[derive(Serialize, ToSchema)]
pub struct Prepared {
    /// The prescriptions, in order.
    #[schema(example = json!([31, 32]))]
    pub prescriptions: Vec<i64>,
    /// What the doctor is shown of their drugs at this moment; drugs of which there is nothing to say are left out.
    pub remarks: Vec<PreparedRemark>,
}
