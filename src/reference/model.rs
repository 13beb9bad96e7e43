//! Rows of the code lists and the rules that need no database.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};
use serde::{Deserialize, Serialize};

use super::nre_rules::{NreRules, NreSource};
use crate::db::schema::{
    birthplaces, diagnoses, diagnosis_words, exemption_diagnoses, exemptions, local_health_units, posologies,
    prescribing_limits, provinces, reference_imports, regions, service_words, services, substitution_motives,
    supply_regimes,
};
use crate::text_enum;
use kernel::exemption::ExemptionKind;
use kernel::folding;
use kernel::icd9::Icd9;

/// A region or autonomous province, with how its SAC service is to be treated.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = regions)]
pub struct Region {
    /// Three digits, as SAC wants them.
    pub code: String,
    /// Name on screen and on the promemoria.
    pub name: String,
    /// Name of the region's dematerialisation project, shown to the doctor.
    pub project_name: String,
    /// How a lost answer is resolved: text of an [`UncertainPolicy`].
    ///
    /// [`UncertainPolicy`]: super::nre_rules::UncertainPolicy
    pub uncertain_policy: String,
    /// Whether specialist prescriptions (type P) are sent too.
    pub services_enabled: bool,
    /// What its ID-SESSIONE looks like, text of a [`SessionForm`]; empty where that is to be verified.
    ///
    /// [`SessionForm`]: super::session_form::SessionForm
    #[serde(default)]
    pub session_form: String,
    /// Where numbers come from: text of an [`NreSource`].
    ///
    /// [`NreSource`]: super::nre_rules::NreSource
    #[serde(default = "unknown_source")]
    pub nre_source: String,
    /// Where source and policy are known from; empty where they are not.
    #[serde(default)]
    pub rules_source: String,
}

/// Editions put away before the column existed.
fn unknown_source() -> String {
    NreSource::Unknown.as_str().to_owned()
}

impl Region {
    /// Where numbers come from, and what is done when an answer was lost.
    pub fn nre_rules(&self) -> NreRules {
        NreRules::of(&self.nre_source, &self.uncertain_policy)
    }
}

/// A local health unit (azienda sanitaria locale, ASL).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = local_health_units)]
pub struct HealthUnit {
    /// Region code and ASL code together, six digits.
    pub code: String,
    /// Region code.
    pub region_code: String,
    /// Three digits, as SAC wants them.
    pub asl_code: String,
    /// Name.
    pub name: String,
    /// ISTAT code of the province it has its seat in; empty when the list does not say.
    pub province_istat: String,
}

/// A province.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = provinces)]
pub struct Province {
    /// `VE`.
    pub sign: String,
    /// ISTAT code, three digits.
    pub istat_code: String,
    /// Name.
    pub name: String,
    /// Region code.
    pub region_code: String,
}

/// A municipality or foreign State over a span of days.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = birthplaces, treat_none_as_null = true)]
pub struct Birthplace {
    /// Cadastral ("Belfiore") code: `L483`, `Z404`.
    pub code: String,
    /// Name in those days.
    pub name: String,
    /// Province sign, `EE` for a State.
    pub province: String,
    /// First valid day.
    pub valid_from: Option<NaiveDate>,
    /// Last valid day.
    pub valid_to: Option<NaiveDate>,
}

impl Birthplace {
    /// Whether this row was the valid one on a day.
    pub fn valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// `Udine (UD)`, and `Francia` for a State.
    pub fn label(&self) -> String {
        if self.province.is_empty() || self.province == FOREIGN {
            self.name.clone()
        } else {
            format!("{} ({})", self.name, self.province)
        }
    }
}

/// What stands for the province of a foreign State.
pub const FOREIGN: &str = "EE";

/// A diagnosis of ICD-9-CM.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = diagnoses)]
pub struct Diagnosis {
    /// Code with its dot.
    pub code: String,
    /// Italian description.
    pub description: String,
    /// Whether more precise codes stand below it.
    pub is_heading: bool,
}

/// A word under which a diagnosis is found.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = diagnosis_words)]
pub struct DiagnosisWord {
    /// Folded word.
    pub word: String,
    /// Diagnosis.
    pub code: String,
}

/// A specialist service (prestazione specialistica).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = services)]
pub struct Service {
    /// Code of the national catalogue.
    pub code: String,
    /// Description.
    pub description: String,
}

/// A word under which a service is found.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = service_words)]
pub struct ServiceWord {
    /// Folded word.
    pub word: String,
    /// Service.
    pub code: String,
}

/// An exemption (esenzione).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = exemptions)]
pub struct Exemption {
    /// Code.
    pub code: String,
    /// Word of [`ExemptionKind`].
    pub kind: String,
    /// Description.
    pub description: String,
    /// Whether it counts for drugs. National law exempts from the charge on *services*; the charge on drugs is a
    /// region's own, and so is who is exempt from it: income exemptions (E01 to E04) are off unless the list says so.
    pub covers_drugs: bool,
}

impl Exemption {
    /// What it rests on.
    pub fn exemption_kind(&self) -> ExemptionKind {
        ExemptionKind::from_code(&self.kind).unwrap_or(ExemptionKind::Other)
    }
}

/// A disease an exemption is for, as the start of a diagnosis code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = exemption_diagnoses)]
pub struct ExemptionDiagnosis {
    /// Exemption.
    pub exemption_code: String,
    /// Code of the diagnosis or of its heading.
    pub icd9_prefix: String,
}

impl ExemptionDiagnosis {
    /// Whether a diagnosis is one of those meant.
    pub fn covers(&self, diagnosis: &str) -> bool {
        match (Icd9::parse(&self.icd9_prefix), Icd9::parse(diagnosis)) {
            (Ok(heading), Ok(code)) => heading.covers(&code),
            _ => false,
        }
    }
}

text_enum!(
    /// Who pays (classe di rimborsabilità).
    Class {
        /// The health service, through any pharmacy (classe A).
        A = "A",
        /// The citizen (classe C).
        C = "C",
        /// The health service, in hospital only (classe H).
        H = "H",
        /// No imported list says.
        Unknown = "",
    }
);

impl Class {
    /// In few words, for the sheet and the badge's title.
    pub const fn description(self) -> &'static str {
        match self {
            Self::A => "a carico del SSN",
            Self::C => "a carico del cittadino",
            Self::H => "uso ospedaliero",
            Self::Unknown => "classe non indicata negli elenchi importati",
        }
    }
}

/// Meaning of the badge beside the class of a package.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = supply_regimes)]
pub struct SupplyRegime {
    /// Code on the badge.
    pub code: String,
    /// Class it goes with.
    pub class: String,
    /// Meaning.
    pub description: String,
    /// Whether such a package may stand on a prescription paid by the health service.
    pub on_ssn: bool,
}

/// Why a brand may not be substituted (`codMotivazione`).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = substitution_motives, treat_none_as_null = true)]
pub struct SubstitutionMotive {
    /// Code sent to SAC.
    pub code: String,
    /// Text on screen.
    pub description: String,
    /// First day in force; `None`: always was.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force; `None`: still is.
    pub valid_to: Option<NaiveDate>,
    /// Who says so.
    pub source: String,
}

/// How much fits in one prescription. One category may have several rows, of different [`kind`](Self::kind).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = prescribing_limits, treat_none_as_null = true)]
pub struct PrescribingLimit {
    /// For whom or what: [`limit::ORDINARY`], [`limit::CHRONIC`], ...
    pub category: String,
    /// What is counted: [`limit::PACKS`], [`limit::DAYS`], ...
    pub kind: String,
    /// The most of it in one prescription.
    pub max_total: i64,
    /// The most rows in one prescription; 0 when the law says nothing of rows.
    pub max_rows: i64,
    /// First day in force.
    pub valid_from: NaiveDate,
    /// Last day in force.
    pub valid_to: Option<NaiveDate>,
    /// The law.
    pub source: String,
    /// Codes of the regions it holds in, space separated; empty for all, [`limit::UNVERIFIED`] for none yet.
    pub regions: String,
}

impl PrescribingLimit {
    /// Whether it holds in a region. Where nobody has said which regions apply a limit, none does.
    pub fn holds_in(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.split(' ').any(|code| code == region)
    }
}

/// Words of `prescribing_limits`.
pub mod limit {
    /// Regions: which apply it is to be verified.
    pub const UNVERIFIED: &str = "?";
    /// Category: any patient, any drug.
    pub const ORDINARY: &str = "ordinary";
    /// Category: exempt for a chronic or rare disease, drug for that disease.
    pub const CHRONIC: &str = "chronic";
    /// Category: as [`CHRONIC`], drug used for six months or more, where the region applies it.
    pub const CHRONIC_STABLE: &str = "chronic_stable";
    /// Category of a package: single-dose antibiotic, interferon for chronic hepatitis, drip only.
    pub const SINGLE_DOSE: &str = "single_dose";
    /// Category: narcotic of the pain therapy under exemption TDL01.
    pub const PAIN: &str = "pain";
    /// Category: specialist services.
    pub const SERVICES: &str = "services";
    /// Category: physical medicine and rehabilitation.
    pub const REHABILITATION: &str = "rehabilitation";
    /// Every category.
    pub const CATEGORIES: &[&str] = &[ORDINARY, CHRONIC, CHRONIC_STABLE, SINGLE_DOSE, PAIN, SERVICES, REHABILITATION];
    /// Everything that is counted.
    pub const COUNTED: &[&str] = &[PACKS, DAYS, ITEMS, CYCLES, VALIDITY];
    /// Counted: packs.
    pub const PACKS: &str = "packs";
    /// Counted: days of therapy.
    pub const DAYS: &str = "days";
    /// Counted: services.
    pub const ITEMS: &str = "items";
    /// Counted: cycles of therapy.
    pub const CYCLES: &str = "cycles";
    /// Counted: days after issue in which the prescription may be used.
    pub const VALIDITY: &str = "validity";
}

/// A posology offered for a pharmaceutical form.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = posologies)]
pub struct Posology {
    /// Folded word of the package that tells the form (`CPR`); empty: any form.
    pub form_word: String,
    /// Text.
    pub description: String,
}

/// When a list was last imported, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reference_imports)]
pub struct ReferenceImport {
    /// Word of [`super::import::Kind`].
    pub kind: String,
    /// File names, or `starter`.
    pub source: String,
    /// Rows now in the table.
    pub row_count: i64,
    /// Instant, UTC.
    pub imported_at: NaiveDateTime,
}

/// Words that tell nothing apart in a description.
const NOISE: [&str; 22] = [
    "AGLI", "ALLA", "ALLE", "ALTRA", "ALTRE", "ALTRI", "ALTRO", "CON", "DAL", "DALLA", "DEGLI", "DEI", "DEL", "DELL",
    "DELLA", "DELLE", "DELLO", "NEL", "NELLA", "NON", "PER", "SUL",
];

/// The folded words under which a description is found: no short connectives, no repetitions.
pub fn index_words(description: &str) -> BTreeSet<String> {
    let tells = |word: &String| word.chars().count() >= 3 || word.chars().any(|c| c.is_ascii_digit());
    folding::words(description).into_iter().filter(|word| tells(word) && !NOISE.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_valid_within_its_days() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        let place = Birthplace {
            code: "G888".into(),
            name: "Pordenone".into(),
            province: "UD".into(),
            valid_from: day(1930, 4, 27),
            valid_to: day(1968, 4, 5),
        };
        assert!(day(1968, 4, 5).is_some_and(|d| place.valid_on(d)));
        assert!(day(1968, 4, 6).is_some_and(|d| !place.valid_on(d)));
        assert_eq!(place.label(), "Pordenone (UD)");
    }

    #[test]
    fn an_exemption_covers_the_subdivisions_of_its_diseases() {
        let epilepsy = ExemptionDiagnosis { exemption_code: "017".into(), icd9_prefix: "345".into() };
        assert!(epilepsy.covers("345.4") && epilepsy.covers("345"));
        assert!(!epilepsy.covers("346") && !epilepsy.covers("") && !epilepsy.covers("45"));
    }

    #[test]
    fn words_of_an_index() {
        let words: Vec<String> =
            index_words("Altre e non specificate epatiti da virus B, tipo 2 (città)").into_iter().collect();
        assert_eq!(words, ["2", "CITTA", "EPATITI", "SPECIFICATE", "TIPO", "VIRUS"]);
    }
}
