//! The doctor's side: how a patient stands with Millebook, and the sheet with the code.

use askama::Template;
use chrono::NaiveDateTime;

use crate::identity::model::Role;
use crate::millebook::model::grouped;
use crate::millebook::queries::EventRow;
use crate::millebook::service::Status;
use crate::web::forms::{Choice, FormState};
use crate::web::kit::Tag;
use crate::web::shell::Shell;
use kernel::dates;
use kernel::tone::Tone;
use kernel::wording::full_name;

fn day(at: NaiveDateTime) -> String {
    dates::long(dates::to_rome(at).date())
}

/// A line of the history.
pub struct EventLine {
    pub what: &'static str,
    pub when: String,
    pub who: String,
}

impl EventLine {
    fn of(row: &EventRow) -> Self {
        let local = dates::to_rome(row.happened_at);
        let who = match row.role {
            Role::Patient => "il paziente".to_owned(),
            Role::Doctor => format!("Dr. {} {}", row.name, row.surname),
            Role::Collaborator => full_name(&row.name, &row.surname),
        };
        let when = format!("{}, {}", dates::long(local.date()), dates::hour(local));
        Self { what: row.event.label(), when, who }
    }
}

/// How the patient stands, and what it means.
pub struct StandingLine {
    pub tag: Tag,
    pub text: String,
}

fn standing(status: &Status, now: NaiveDateTime) -> StandingLine {
    let open = status.enrolment.as_ref().filter(|enrolment| enrolment.is_open());
    let Some(enrolment) = open else {
        return match status.enrolment.as_ref().and_then(|enrolment| enrolment.withdrawn_at) {
            Some(at) => StandingLine {
                tag: Tag::plain("Consenso revocato").with_icon("x-o"),
                text: format!("Dal {} non vede più nulla. Con un nuovo consenso si può arruolare di nuovo.", day(at)),
            },
            None => StandingLine {
                tag: Tag::plain("Non arruolato").with_icon("minus"),
                text: "Per pubblicare le ricette su Millebook serve il suo consenso.".to_owned(),
            },
        };
    };
    let consent = format!("Consenso del {}.", day(enrolment.consent_at));
    if let Some(at) = enrolment.activated_at {
        let text = format!("{consent} Il paziente entra con il codice fiscale e la sua password dal {}.", day(at));
        return StandingLine { tag: Tag::new("Attivo", Tone::Good), text };
    }
    let usable = status.code.as_ref().filter(|code| code.used_at.is_none() && code.expires_at > now);
    match usable {
        Some(code) => {
            let sent =
                if code.sent_to.is_empty() { String::new() } else { format!(" Codice mandato a {}.", code.sent_to) };
            let text = format!("{consent}{sent} Il paziente può usare il codice fino al {}.", day(code.expires_at));
            StandingLine { tag: Tag::new("Da attivare", Tone::Warn), text }
        }
        None => StandingLine {
            tag: Tag::caution("Codice scaduto"),
            text: format!("{consent} Il paziente non ha un codice valido: danne uno nuovo."),
        },
    }
}

/// How a patient stands with Millebook.
#[derive(Template)]
#[template(path = "millebook/enrolment.html")]
pub struct EnrolmentPage {
    pub shell: Shell,
    pub form: FormState,
    pub id: i64,
    /// One-use key.
    pub key: String,
    pub standing: StandingLine,
    /// Consent is there: only a code is asked for.
    pub open: bool,
    /// How the code may go.
    pub ways: Vec<Choice>,
    /// Without an address the code goes on paper.
    pub has_address: bool,
    pub history: Vec<EventLine>,
    /// «Revocare il consenso?», as a dialog.
    pub withdraw: bool,
}

impl EnrolmentPage {
    /// The page of one patient.
    pub fn new(shell: Shell, form: FormState, key: String, status: &Status, now: NaiveDateTime) -> Self {
        let email = &status.patient.values.email;
        let mut ways = vec![Choice::new("carta", "Stampa il foglio")];
        if !email.is_empty() {
            ways.push(Choice::new("email", format!("Manda a {email}")));
        }
        Self {
            shell,
            form,
            id: status.patient.id,
            key,
            standing: standing(status, now),
            open: status.enrolment.as_ref().is_some_and(crate::patients::queries::Enrolment::is_open),
            ways,
            has_address: !email.is_empty(),
            history: status.events.iter().map(EventLine::of).collect(),
            withdraw: false,
        }
    }

    /// The same with the question over it.
    #[must_use]
    pub fn with_question(mut self) -> Self {
        self.withdraw = true;
        self.shell = self.shell.with_dialog();
        self
    }
}

/// The sheet with the code: shown once.
#[derive(Template)]
#[template(path = "millebook/sheet.html")]
pub struct SheetPage {
    pub shell: Shell,
    pub id: i64,
    /// `Claudio SACCAVINI`.
    pub name: String,
    /// In two groups.
    pub code: String,
    /// Where it is typed, without `https://`.
    pub address: String,
    /// Last day.
    pub until: String,
}

impl SheetPage {
    /// The sheet of one patient.
    pub fn new(shell: Shell, status: &Status, code: &str, address: String) -> Self {
        let values = &status.patient.values;
        Self {
            shell,
            id: status.patient.id,
            name: full_name(&values.name, &values.surname),
            code: grouped(code),
            address,
            until: status.code.as_ref().map(|code| day(code.expires_at)).unwrap_or_default(),
        }
    }
}
