//! The page of one entry: its form, and around it what helps to fill it.

use askama::Template;

use super::View;
use super::rows::{AllergyLine, ExemptionLine};
use crate::record::model::describe::Difference;
use crate::web::forms::{Choice, FormState};
use crate::web::kit::Badge;
use crate::web::shell::Shell;
use kernel::dates;

/// A row of a code list, offered to be put into the form.
#[derive(Clone, Debug)]
pub struct HitLine {
    /// Code.
    pub code: String,
    /// What it stands for.
    pub description: String,
}

/// Search in the code list a form can be filled from.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Label of the box.
    pub label: &'static str,
    /// What was asked.
    pub q: String,
    /// What was found.
    pub hits: Vec<HitLine>,
}

/// The content of the box of results, for a live search.
#[derive(Debug, Template)]
#[template(path = "record/hits.html")]
pub struct HitsFragment {
    /// The search.
    pub catalogue: Catalogue,
}

/// The entry that a form changes.
#[derive(Clone, Debug)]
pub struct Known {
    /// Key.
    pub id: i64,
    /// Revision the form was opened at.
    pub revision: i64,
    /// Taken out of the record.
    pub removed: bool,
    /// `20/11/2016 alle 09.04, BORGHETTO Paolo`.
    pub touched: String,
    /// Address of its history.
    pub history: String,
    /// Takes it out of the record (POST); empty for whoever may not.
    pub remove: String,
    /// Address that brings it back.
    pub restore: String,
}

/// Somebody else's change, met while saving.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// `20/11/2016 alle 09.04, BORGHETTO Paolo`.
    pub touched: String,
    /// Where the two versions differ: there now, and as typed.
    pub differences: Vec<Difference>,
}

/// What the six pages share.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Patient.
    pub patient_id: i64,
    /// Where the form is posted.
    pub action: String,
    /// Where one goes without saving.
    pub back: String,
    /// Fields.
    pub form: FormState,
    /// One-use key of a new entry.
    pub key: String,
    /// Through which problem the record is looked at.
    pub view: View,
    /// The entry, unless it is new.
    pub known: Option<Known>,
    /// Problems to choose from.
    pub problems: Vec<Choice>,
    /// Search in a code list.
    pub catalogue: Option<Catalogue>,
    /// Two versions side by side.
    pub conflict: Option<Conflict>,
}

impl Frame {
    /// Whether the entry is being written for the first time.
    pub const fn is_new(&self) -> bool {
        self.known.is_none()
    }
}

/// `20/11/2016 alle 09.04, BORGHETTO Paolo`.
pub fn touched(at: chrono::NaiveDateTime, author: &str) -> String {
    format!("{}, {author}", dates::moment(at))
}

/// A problem.
#[derive(Debug, Template)]
#[template(path = "record/problem.html")]
pub struct ProblemPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
    /// It is closed.
    pub closed: bool,
}

/// A therapy.
#[derive(Debug, Template)]
#[template(path = "record/therapy.html")]
pub struct TherapyPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
    /// The drug.
    pub drug: Drug,
}

/// What the formulary said of a therapy's drug.
#[derive(Clone, Debug, Default)]
pub struct Drug {
    /// `ZIMOX*12CPR 1G`.
    pub label: String,
    /// Active substance.
    pub substance: String,
    /// AIC.
    pub aic: String,
    /// Class and regime.
    pub badges: Vec<Badge>,
    /// AIFA note or ''.
    pub note: String,
    /// By substance only.
    pub by_substance: bool,
    /// Packages, when the prescription fixes them.
    pub fixed_pieces: Option<i64>,
    /// Address of the prescription that issued it.
    pub prescription: Option<String>,
    /// Day it was suspended, '' when it was not.
    pub suspended: String,
}

/// An investigation.
#[derive(Debug, Template)]
#[template(path = "record/investigation.html")]
pub struct InvestigationPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
    /// The outcomes to choose from.
    pub outcomes: Vec<Choice>,
}

/// A diary entry.
#[derive(Debug, Template)]
#[template(path = "record/diary_entry.html")]
pub struct DiaryEntryPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
}

/// Allergies (info essenziali): list and form.
#[derive(Debug, Template)]
#[template(path = "record/allergies.html")]
pub struct AllergiesPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
    /// In the record.
    pub rows: Vec<AllergyLine>,
    /// Taken out of it.
    pub removed: Vec<AllergyLine>,
    /// The groups of the safety rules.
    pub groups: Vec<Choice>,
    /// `regole del 30/11/26, non revisionate da un farmacista`.
    pub rules: String,
}

/// Exemptions: list and form.
#[derive(Debug, Template)]
#[template(path = "record/exemptions.html")]
pub struct ExemptionsPage {
    /// Surroundings.
    pub shell: Shell,
    /// The form.
    pub frame: Frame,
    /// In the record.
    pub rows: Vec<ExemptionLine>,
    /// Taken out of it.
    pub removed: Vec<ExemptionLine>,
}
