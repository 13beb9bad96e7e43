//! The formulary's packages.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::formulary::model::Listed;
use crate::formulary::service::Criterion;
use crate::reference::notes::NoteBook;

/// A search of the formulary.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FormularyQuery {
    /// At least two letters or digits.
    #[param(example = "zimox", min_length = 2, max_length = 120)]
    pub q: String,
    /// What `q` is the beginning of, or words of.
    #[serde(default)]
    #[param(inline, required = false)]
    pub by: SearchBy,
    /// `next` of the page before.
    #[param(max_length = 64)]
    pub cursor: Option<String>,
}

/// What is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SearchBy {
    /// Name of the product, pack and company.
    #[default]
    Name,
    /// Active substance.
    Substance,
    /// AIC.
    Aic,
    /// ATC code.
    Atc,
}

impl From<SearchBy> for Criterion {
    fn from(by: SearchBy) -> Self {
        match by {
            SearchBy::Name => Self::Name,
            SearchBy::Substance => Self::Substance,
            SearchBy::Aic => Self::Aic,
            SearchBy::Atc => Self::Atc,
        }
    }
}

/// A page of packages.
#[derive(Serialize, ToSchema)]
pub struct FormularyPage {
    /// What was searched; none before the first import.
    pub edition: Option<FormularyEdition>,
    /// How many match in all.
    pub total: usize,
    /// Nothing matched as typed: these are one or two typing errors away.
    pub approximate: bool,
    /// Best first, fifty at most.
    pub packages: Vec<PackageSummary>,
    /// For the page after this; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An edition of the formulary.
#[derive(Serialize, ToSchema)]
pub struct FormularyEdition {
    /// Where it comes from.
    pub label: String,
    /// The date its lists carry.
    pub date: NaiveDate,
}

/// A package.
#[derive(Serialize, ToSchema)]
pub struct PackageSummary {
    /// Marketing authorisation code: what a row of a prescription names.
    #[schema(example = "023086150")]
    pub aic: String,
    /// Name and pack.
    #[schema(example = "ZIMOX*12CPR 1G")]
    pub label: String,
    /// Active substance.
    #[schema(example = "AMOXICILLINA")]
    pub substance: String,
    /// ATC code; may be empty.
    #[schema(example = "J01CA04")]
    pub atc: String,
    /// Holder of the authorisation.
    pub holder: String,
    /// `A`, `C`, `H`, or empty when no list says.
    #[schema(example = "A")]
    pub class: String,
    /// Equivalence group; empty when it has none.
    #[schema(example = "18B")]
    pub group_code: String,
    /// AIFA notes in force that exist for the drug.
    pub notes: Vec<String>,
    /// Public price in cents, when it is known.
    pub price_cents: Option<i64>,
    /// Whether it may stand on a prescription of the health service.
    pub on_ssn: bool,
    /// Why it may not; absent when it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssn_refusal: Option<String>,
}

impl PackageSummary {
    /// A package, with the notes of the day.
    pub fn new(row: &Listed, notes: &NoteBook) -> Self {
        let package = &row.package;
        Self {
            aic: package.aic.clone(),
            label: package.label.clone(),
            substance: package.substance.clone(),
            atc: package.atc.clone(),
            holder: package.holder.clone(),
            class: package.class.as_str().to_owned(),
            group_code: package.group_code.clone(),
            notes: notes.of_drug(package.noted()).into_iter().map(|note| note.code.clone()).collect(),
            price_cents: package.price_cents,
            on_ssn: row.on_ssn(),
            ssn_refusal: row.ssn_refusal().map(str::to_owned),
        }
    }
}
