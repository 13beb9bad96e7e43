//! The pages of the archive. Values arrive formatted.

use askama::Template;

use crate::web::forms::{Choice, FormState};
use crate::web::shell::Shell;

/// One patient of a list.
#[derive(Clone, Debug, Default)]
pub struct PatientRow {
    /// Their record.
    pub href: String,
    /// `SACCAVINI Claudio`.
    pub name: String,
    /// `M · 53 anni`.
    pub sex_age: String,
    /// `30/05/1963`.
    pub birth: String,
    /// Fiscal code.
    pub code: String,
    /// `Privato`, `Revocato`, `Deceduto`; empty for an ordinary patient.
    pub warning: &'static str,
    /// Another of the list has the same name.
    pub homonym: bool,
}

/// What stands below the search box.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// `4 pazienti trovati`, `ULTIMI PAZIENTI APERTI`.
    pub heading: String,
    /// The filters in words.
    pub scope: String,
    /// The rows.
    pub rows: Vec<PatientRow>,
    /// `1-4 di 4`; empty when there is no pager.
    pub summary: String,
    /// First page, when this is not it.
    pub first_href: String,
    /// Next page, when there is one.
    pub next_href: String,
    /// What to do when there is no row.
    pub advice: String,
    /// The same search without filters, when filters may be the reason that there is no row.
    pub wider_href: String,
}

/// Patient search.
#[derive(Template)]
#[template(path = "patients/search.html")]
pub struct PatientSearchPage {
    pub shell: Shell,
    pub form: FormState,
    pub shows: Vec<Choice>,
    pub places: Vec<Choice>,
    pub results: Results,
}

/// The box below the search alone, for the live search.
#[derive(Template)]
#[template(path = "patients/_results.html")]
pub struct ResultsFragment {
    pub results: Results,
}

/// Something to look at before saving.
#[derive(Clone, Debug, Default)]
pub struct Warning {
    /// What.
    pub text: String,
    /// A patient it is about: address and name.
    pub link: Option<(String, String)>,
}

/// One earlier version.
#[derive(Clone, Debug, Default)]
pub struct ChangeView {
    /// `19/11/2016, 09.04`.
    pub when: String,
    /// Who.
    pub author: String,
    /// Field, text before, text after.
    pub fields: Vec<(&'static str, String, String)>,
}

/// New patient, and registry data of one.
#[derive(Template)]
#[template(path = "patients/form.html")]
pub struct PatientFormPage {
    pub shell: Shell,
    pub form: FormState,
    /// `Nuovo paziente` or `Dati anagrafici`.
    pub heading: &'static str,
    /// Where the form is posted.
    pub action: String,
    /// Where ANNULLA leads.
    pub back: String,
    /// Whether the patient exists already.
    pub existing: bool,
    pub sexes: Vec<Choice>,
    pub units: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub insurers: Vec<Choice>,
    pub statuses: Vec<Choice>,
    pub warnings: Vec<Warning>,
    /// Whose fiscal code it is already: address and name.
    pub taken: Option<(String, String)>,
    /// Somebody else's change: field, what stands there now, what was typed.
    pub stale: Vec<(&'static str, String, String)>,
    pub changes: Vec<ChangeView>,
}
