//! The pages of the formulary. Texts arrive formatted; whether a package may be ticked arrives decided.

use askama::Template;
use chrono::NaiveDate;

use super::forms::{Asked, field};
use super::index::Criterion;
use super::model::{Listed, Package};
use super::queries::Group;
use crate::reference::model::Class;
use crate::safety::{Allergen, Drug, Edition, Facts, assess};
use crate::web::kit::Badge;
use crate::web::paths;
use crate::web::shell::Shell;
use kernel::money::{Cents, thousands};
use kernel::wording::counted;

/// The badges of a package; what no list has a class for says so.
pub fn badges(row: &Listed) -> Vec<Badge> {
    let class = if row.package.class == Class::Unknown { "?" } else { row.package.class.as_str() };
    Badge::of_drug(class, &row.package.regime, row.regime.as_ref())
}

/// One package in a list.
#[derive(Clone, Debug)]
pub struct PackageLine {
    /// 9 digits.
    pub aic: String,
    /// `NAME*PACK`.
    pub label: String,
    /// Active substance.
    pub substance: String,
    /// Holder of the authorisation.
    pub holder: String,
    /// Class and regime.
    pub badges: Vec<Badge>,
    /// `€ 4,90`, or '' when no list gives one.
    pub price: String,
    /// Among equivalents: what the patient pays.
    pub pays: String,
    /// Regions it is limited to, or ''.
    pub regions: String,
    /// Why it may not stand on an SSN prescription; '' when it may.
    pub refusal: &'static str,
    /// What the allergies of the patient in hand say against it.
    pub allergy: Option<String>,
    /// What else they say, or why they were not compared.
    pub remarks: Vec<String>,
    /// It is ticked.
    pub ticked: bool,
    /// Address of its sheet.
    pub sheet: String,
    /// Address of its equivalents; '' when it has no group.
    pub equivalents: String,
}

/// What a list of packages is drawn for.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Patient in hand.
    pub patient: Option<i64>,
    /// That patient's allergies.
    pub allergies: &'a [Allergen],
    /// The day.
    pub today: NaiveDate,
    /// What was asked.
    pub asked: &'a Asked,
}

impl Around<'_> {
    /// Address of the formulary's page asking `asked`.
    pub fn page(&self, asked: &Asked) -> String {
        let page = self.patient.map_or_else(paths::formulary, paths::patient_formulary);
        format!("{page}{}", asked.to_query())
    }

    /// Address of a package's sheet, which leads back here.
    pub fn sheet(&self, aic: &str) -> String {
        let mut query = self.asked.to_query();
        if let Some(patient) = self.patient {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(&format!("{}={patient}", field::PATIENT));
        }
        format!("{}{query}", paths::package(aic))
    }
}

impl PackageLine {
    /// Prepares a package for a list.
    pub fn new(row: &Listed, around: Around<'_>) -> Self {
        let package = &row.package;
        let equivalents = Asked {
            equivalents_of: Some(package.aic.clone()),
            from: super::forms::Cursor::default(),
            ..around.asked.clone()
        };
        Self {
            aic: package.aic.clone(),
            label: package.label.clone(),
            substance: package.substance.clone(),
            holder: package.holder.clone(),
            badges: badges(row),
            price: package.price().map(euro).unwrap_or_default(),
            pays: String::new(),
            regions: package.regions.clone(),
            refusal: row.ssn_refusal().unwrap_or(""),
            allergy: None,
            remarks: Vec::new(),
            ticked: around.asked.ticked.contains(&package.aic),
            sheet: around.sheet(&package.aic),
            equivalents: if package.group_code.is_empty() { String::new() } else { around.page(&equivalents) },
        }
        .against(package, around.allergies, around.today)
    }

    /// The same with what a patient's allergies say against it.
    #[must_use]
    fn against(mut self, package: &Package, allergies: &[Allergen], today: NaiveDate) -> Self {
        let drug = Drug { label: &package.label, substance: &package.substance, atc: &package.atc };
        let found = assess(&Facts { drug, allergies }, Edition::shipped(), today);
        self.allergy = found.allergy_mark();
        self.remarks = found.remarks();
        self
    }

    /// The same among its equivalents.
    #[must_use]
    pub fn with_share(mut self, group: &Group, package: &Package) -> Self {
        self.pays = share(group, package);
        self
    }
}

/// What the patient pays for a package of a group.
fn share(group: &Group, package: &Package) -> String {
    match group.patient_pays(package) {
        Some(Cents(0)) => "nessuna differenza".to_owned(),
        Some(difference) => format!("l’assistito paga {}", euro(difference)),
        None => String::new(),
    }
}

fn euro(amount: Cents) -> String {
    format!("€ {amount}")
}

/// What the box of results holds.
#[derive(Clone, Debug)]
pub enum Found {
    /// No formulary was imported.
    NoEdition,
    /// Nothing asked yet.
    Nothing,
    /// Too little typed to search.
    TooShort,
    /// No package.
    None {
        /// Address of the same search in another column, and its name.
        other: Option<(String, &'static str)>,
    },
    /// Packages that match.
    Hits {
        /// `6 confezioni per «zimox»`.
        title: String,
        /// Nothing is written that way; these are near.
        approximate: bool,
        /// Value of the button for the next page; '' on the last.
        next: String,
        /// Address of the first page, when this is another.
        first: String,
    },
    /// An equivalence group.
    Group {
        /// The package it was asked for.
        label: String,
        /// `18B · AMOXICILLINA...`.
        description: String,
        /// What the health service pays, in a sentence.
        reference: String,
    },
    /// A package without a group, or none at all.
    NoGroup {
        /// What to do.
        text: &'static str,
    },
}

/// The box of results: the part a live search asks for again.
#[derive(Clone, Debug)]
pub struct Results {
    /// What it holds.
    pub found: Found,
    /// The packages found.
    pub rows: Vec<PackageLine>,
    /// Ticked packages that are not among them.
    pub kept: Vec<PackageLine>,
    /// What was typed.
    pub query: String,
    /// Patient in hand: packages can be ticked.
    pub patient: Option<i64>,
    /// What the SSN does not pay may be kept as a therapy: the doctor's to do.
    pub can_keep: bool,
}

impl Results {
    /// A choice of theirs can be ticked.
    pub const fn can_tick(&self) -> bool {
        self.patient.is_some()
    }

    /// The patient for whom a package may be kept as a therapy.
    pub fn keeper(&self) -> Option<i64> {
        self.patient.filter(|_| self.can_keep)
    }

    /// Title when there is nothing.
    pub fn nothing(&self) -> String {
        format!("Nessuna confezione per «{}»", self.query)
    }

    /// Labels of what is ticked.
    pub fn ticked(&self) -> impl Iterator<Item = &PackageLine> {
        self.rows.iter().chain(&self.kept).filter(|row| row.ticked)
    }
}

/// Title of a page of results.
pub fn title(query: &str, total: usize, from: usize, shown: usize) -> String {
    let number = |n: usize| thousands(u64::try_from(n).unwrap_or(0));
    let mut title = format!("{} per «{query}»", counted(number(total), "confezione", "confezioni"));
    if shown < total {
        title.push_str(&format!(", dalla {} alla {}", number(from + 1), number(from + shown)));
    }
    title
}

/// The box of results alone.
#[derive(Debug, Template)]
#[template(path = "formulary/results.html")]
pub struct ResultsFragment {
    /// The box.
    pub results: Results,
}

/// The formulary, on its own or while choosing for a patient.
#[derive(Debug, Template)]
#[template(path = "formulary/formulary.html")]
pub struct FormularyPage {
    /// Surroundings.
    pub shell: Shell,
    /// Date of the edition (S93); '' when there is none.
    pub edition_date: String,
    /// Where the edition comes from.
    pub edition_label: String,
    /// What was asked.
    pub asked: Asked,
    /// The box of results.
    pub results: Results,
    /// Drugs already in the patient's basket, to which the ticked ones are added.
    pub waiting: i64,
    /// Where ANNULLA and the way back lead.
    pub back: String,
    /// Address the form goes to.
    pub action: String,
}

impl FormularyPage {
    /// Choices of "ricerca per".
    pub const fn columns(&self) -> [Criterion; 4] {
        Criterion::ALL
    }

    /// Where the way back leads, in words.
    pub const fn back_label(&self) -> &'static str {
        if self.results.can_tick() { "Cartella" } else { "Cerca paziente" }
    }

    /// Value of the problem field.
    pub fn problem(&self) -> String {
        self.asked.problem.map(|id| id.to_string()).unwrap_or_default()
    }
}

/// Sheet of one package (sintesi e note, monografia).
#[derive(Debug, Template)]
#[template(path = "formulary/package.html")]
pub struct PackagePage {
    /// Surroundings.
    pub shell: Shell,
    /// Patient in hand.
    pub patient: Option<i64>,
    /// The package.
    pub drug: PackageLine,
    /// What it is: group or composition.
    pub what: String,
    /// Facts, (name, value); the badges are apart.
    pub facts: Vec<(&'static str, String)>,
    /// AIFA notes, (number, text).
    pub notes: Vec<(String, String)>,
    /// Official leaflet (foglio illustrativo), or ''.
    pub leaflet: String,
    /// Official summary of characteristics, or ''.
    pub summary: String,
    /// Search of the code in AIFA's own database.
    pub search: String,
    /// Where the lists come from.
    pub edition: String,
    /// The formulary as it was.
    pub back: String,
    /// Problem the record is looked at through, or ''.
    pub problem: String,
    /// Not substitutable was ticked.
    pub not_substitutable: bool,
    /// By active substance only was ticked.
    pub by_substance: bool,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
