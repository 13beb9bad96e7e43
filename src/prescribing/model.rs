//! Rows of the basket (bozza) and the values around them. No query, no HTML.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};

use super::rules::drug::{DrugFacts, Wording};
use super::rules::exemption::Choice;
use crate::db::schema::{draft_items, drafts};
use crate::formulary::model::Package;
use crate::reference::notes::{NoteBook, Noted};
use crate::text_enum;

/// Most drugs in one basket: nobody prescribes more at once, and the search for the fewest prescriptions stays quick.
pub const BASKET_MAX: usize = 12;

/// Longest posology, as the form says.
pub const POSOLOGY_MAX: usize = 200;

text_enum! {
    /// Where the patient was seen (`tipoVisita`).
    VisitKind {
        /// Ambulatorio.
        Surgery = "A",
        /// Domicilio.
        Home = "D",
    }
}

/// The basket of one patient, kept by one author. `Debug` is not derived on rows that speak of a patient.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = drafts)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Draft {
    pub id: i64,
    pub patient_id: i64,
    pub author_id: i64,
    pub visit_kind: VisitKind,
    pub hide_data: bool,
    pub revision: i64,
    pub form_key: String,
    pub updated_at: NaiveDateTime,
}

impl Draft {
    /// Names the confirmation of this revision: the same from whichever page, tab or device it comes.
    pub fn confirmation_key(&self) -> String {
        format!("{}-{}", self.form_key, self.revision)
    }
}

/// What a row of the basket says.
#[derive(Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = draft_items, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct ItemValues {
    pub aic: String,
    pub label: String,
    pub substance: String,
    pub atc: String,
    pub class: String,
    pub regime: String,
    pub group_code: String,
    pub group_description: String,
    pub price_cents: Option<i64>,
    pub limit_category: String,
    pub note_code: String,
    pub pieces: i64,
    pub posology: String,
    pub exemption_choice: String,
    pub problem_id: Option<i64>,
    pub continuous: bool,
    pub suggested: bool,
    pub not_substitutable: bool,
    pub motive_code: String,
    pub by_substance: bool,
    pub copied_from: Option<i64>,
    pub complete: bool,
    pub plan_protocol: String,
    pub plan_ends_on: Option<NaiveDate>,
}

/// A row of the basket.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = draft_items)]
pub struct DraftItem {
    /// Key.
    pub id: i64,
    /// Order in the basket.
    pub position: i64,
    /// What it says.
    #[diesel(embed)]
    pub values: ItemValues,
}

impl ItemValues {
    /// A package just picked: one piece, exemption to be computed, data still to be confirmed.
    pub fn picked(package: &Package, notes: &NoteBook) -> Self {
        let mut item = Self { pieces: 1, exemption_choice: "auto".to_owned(), ..Self::default() };
        item.take_facts(package);
        // One note only: surely that one. Of several the doctor says which.
        if let [only] = notes.of_drug(package.noted()).as_slice() {
            item.note_code.clone_from(&only.code);
        }
        item
    }

    /// Takes over what the formulary says of the package today.
    pub fn take_facts(&mut self, package: &Package) {
        self.aic.clone_from(&package.aic);
        self.label.clone_from(&package.label);
        self.substance.clone_from(&package.substance);
        self.atc.clone_from(&package.atc);
        package.class.as_str().clone_into(&mut self.class);
        self.regime.clone_from(&package.regime);
        self.group_code.clone_from(&package.group_code);
        self.group_description.clone_from(&package.group_description);
        self.price_cents = package.price_cents;
        self.limit_category.clone_from(&package.limit_category);
    }

    /// What the field ESENZIONE says.
    pub fn choice(&self) -> Choice {
        Choice::from_text(&self.exemption_choice)
    }

    /// How it is written on the prescription.
    pub fn wording(&self) -> Wording<'_> {
        Wording {
            aic: &self.aic,
            group_code: &self.group_code,
            by_substance: self.by_substance,
            not_substitutable: self.not_substitutable,
            motive_code: &self.motive_code,
        }
    }

    /// What AIFA's notes look at.
    pub fn noted(&self) -> Noted<'_> {
        Noted { atc: &self.atc, substance: &self.substance, group_description: &self.group_description }
    }

    /// What the warnings look at.
    pub fn drug_facts(&self) -> DrugFacts<'_> {
        DrugFacts {
            label: &self.label,
            substance: &self.substance,
            atc: &self.atc,
            aic: &self.aic,
            group_code: &self.group_code,
        }
    }
}
