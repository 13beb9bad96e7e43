//! What the screens of the deliveries show: plain values, words already in Italian.

mod list;

use askama::Template;

pub use list::{Entry, Filters, ListPage, People, Tab};

use crate::prescriptions::queries::ListRow;
use crate::web::forms::FormState;
use crate::web::shell::Shell;

/// Somebody and an address, or where it can be written.
pub struct Person {
    /// `SACCAVINI Claudio`.
    pub name: String,
    /// The address; empty when there is none.
    pub address: String,
    /// The registry data.
    pub href: String,
}

/// A prescription a dialog is about.
pub struct Line {
    /// The patient.
    pub patient: String,
    /// Its number.
    pub nre: String,
    /// What it holds.
    pub drugs: String,
}

/// «Invia promemoria per e-mail».
pub struct MailDialog {
    /// What was typed.
    pub form: FormState,
    /// One-use key.
    pub key: String,
    /// `1-2-3`, those that can be mailed.
    pub ids: String,
    /// Who receives.
    pub people: Vec<Person>,
    /// Who has no address.
    pub without: Vec<Person>,
    /// One mail is enough for the one patient.
    pub agreed: bool,
    /// The weaker protection was chosen.
    pub classic: bool,
}

impl MailDialog {
    /// The one patient's address may be changed here; also when there is none.
    pub fn single(&self) -> Option<&Person> {
        match (self.people.as_slice(), self.without.as_slice()) {
            ([one], []) | ([], [one]) => Some(one),
            _ => None,
        }
    }
}

/// «Promemoria inviato».
pub struct MailedDialog {
    /// `err`, `warn` or empty.
    pub tone: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What became of each mail.
    pub leads: Vec<String>,
    /// What it means.
    pub note: &'static str,
    /// `1-2` when it may be published as well.
    pub publish: String,
    /// One-use key.
    pub key: String,
    /// Leads to what needs care.
    pub care: bool,
}

/// The question before anything goes to somebody who has died.
#[derive(Template)]
#[template(path = "delivery/deceased.html")]
pub struct DeceasedPage {
    pub shell: Shell,
    /// Who has died.
    pub names: Vec<String>,
    /// Where «Non consegnare» leads.
    pub back: String,
    /// Where the form that waits was going.
    pub action: String,
    /// It was posted.
    pub posts: bool,
    /// What it held.
    pub fields: Vec<(String, String)>,
}

/// The number in big signs.
pub struct Number {
    /// As it is.
    pub nre: String,
    /// In groups.
    pub groups: Vec<String>,
    /// What it holds.
    pub drugs: String,
    /// The prescription.
    pub id: i64,
}

/// «Detta o copia NRE».
pub struct NreDialog {
    /// The numbers.
    pub numbers: Vec<Number>,
    /// The patient's fiscal code, which the pharmacy asks as well.
    pub patient_code: String,
    /// The form of the text message, where messages can be sent and there is one number.
    pub form: Option<FormState>,
    /// One-use key.
    pub key: String,
}

/// A dialog over the prescriptions it is about.
#[derive(Template)]
#[template(path = "delivery/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    /// Where closing leads.
    pub back: String,
    pub lines: Vec<Line>,
    pub mail: Option<MailDialog>,
    pub mailed: Option<MailedDialog>,
    pub nre: Option<NreDialog>,
    /// Address to ask for changes, and what was shown.
    pub watch: Option<(String, String)>,
}

/// A prescription on the print page.
pub struct Sheet {
    /// `SACCAVINI CLAUDIO`.
    pub patient: String,
    /// Its number.
    pub nre: String,
    /// What it holds.
    pub drugs: Vec<String>,
    /// `In attesa di stampa - INVIATA AL PROGETTO DEMAT VENETO`.
    pub status: String,
    /// `stampata 2 volte`.
    pub count: String,
}

/// The print page.
#[derive(Template)]
#[template(path = "delivery/print.html")]
pub struct PrintPage {
    pub shell: Shell,
    pub back: String,
    pub sheets: Vec<Sheet>,
    pub ids: String,
    pub key: String,
    /// They are of one patient who has a portal.
    pub publish: bool,
    /// Where the one patient is enrolled who has none.
    pub enrol: String,
}

impl PrintPage {
    /// An address of the deliveries about the same prescriptions.
    pub fn href(&self, path: impl std::fmt::Display) -> String {
        format!("{path}?ricette={}", self.ids)
    }
}

/// The doctor's settings.
#[derive(Template)]
#[template(path = "delivery/settings.html")]
pub struct SettingsPage {
    pub shell: Shell,
    pub form: FormState,
}

/// The secret agreed with a patient.
#[derive(Template)]
#[template(path = "delivery/secret.html")]
pub struct SecretPage {
    pub shell: Shell,
    pub id: i64,
    pub form: FormState,
    /// Since when there is one: `19/11/2016`; empty when there is none.
    pub since: String,
}

/// A mail of a demonstration.
pub struct DemoMail {
    /// Name of its file, without ending.
    pub token: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Date.
    pub date: String,
    /// Name of the enclosed file; empty when there is none.
    pub enclosed: String,
}

/// The mails of a demonstration.
#[derive(Template)]
#[template(path = "delivery/demo.html")]
pub struct DemoPage {
    pub shell: Shell,
    pub mails: Vec<DemoMail>,
}

impl Line {
    /// A prescription and its drugs in a line.
    pub fn of(row: &ListRow, drugs: &[String]) -> Self {
        Self { patient: row.patient_name.clone(), nre: row.nre.clone().unwrap_or_default(), drugs: drugs.join(", ") }
    }
}

impl Number {
    /// A number in groups of five signs.
    pub fn of(id: i64, nre: &str, drugs: String) -> Self {
        let signs: Vec<char> = nre.chars().collect();
        Self { nre: nre.to_owned(), groups: signs.chunks(5).map(|five| five.iter().collect()).collect(), drugs, id }
    }
}
