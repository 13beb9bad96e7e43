//! The pages of the account.

mod push;

use askama::Template;

use crate::web::filters;
use crate::web::forms::{Choice, FormState};
use crate::web::kit::Fact;
use crate::web::shell::Shell;

pub use push::{DeviceLine, PushPage};

/// Login.
#[derive(Template)]
#[template(path = "account/login.html")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Why a right password does not open.
    pub notice: Option<Notice>,
}

/// Login of the portal of collaborators.
#[derive(Template)]
#[template(path = "account/portal_login.html")]
pub struct PortalLoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Why a right password does not open.
    pub notice: Option<Notice>,
}

/// Login of the patients' portal.
#[derive(Template)]
#[template(path = "account/book_login.html")]
pub struct BookLoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// Who has entered another part of the site with this browser; empty for nobody.
    pub other: String,
}

/// A message above the login form.
pub struct Notice {
    pub icon: &'static str,
    pub title: &'static str,
    pub text: &'static str,
}

/// Accessi e sicurezza: own sessions, and what happened to the account.
#[derive(Template)]
#[template(path = "account/sessions.html")]
pub struct SessionsPage {
    pub shell: Shell,
    pub sessions: Vec<SessionLine>,
    pub programs: Vec<ProgramLine>,
    pub events: Vec<EventLine>,
}

/// One open session.
pub struct SessionLine {
    /// What the form sends to end it.
    pub name: String,
    pub device: String,
    pub opened: chrono::NaiveDateTime,
    pub last_seen: chrono::NaiveDateTime,
    /// The one the page is shown in.
    pub current: bool,
}

/// One program of the studio that is connected.
pub struct ProgramLine {
    pub id: i64,
    pub client: String,
    pub connected: chrono::NaiveDateTime,
    pub last_used: chrono::NaiveDateTime,
}

/// One event.
pub struct EventLine {
    pub words: &'static str,
    pub device: String,
    pub at: chrono::NaiveDateTime,
}

/// Change of password by choice.
#[derive(Template)]
#[template(path = "account/change_password.html")]
pub struct ChangePasswordPage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
}

/// Change of a temporary password: the only page it opens.
#[derive(Template)]
#[template(path = "account/first_password.html")]
pub struct FirstPasswordPage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
    /// `Paolo Borghetto`.
    pub name: String,
}

/// The password once more.
#[derive(Template)]
#[template(path = "account/reauthenticate.html")]
pub struct ReauthenticatePage {
    pub shell: Shell,
    pub form: FormState,
    pub username: String,
    /// The second factor is on.
    pub asks_code: bool,
}

/// The code of the second factor, at login.
#[derive(Template)]
#[template(path = "account/code.html")]
pub struct CodePage {
    pub shell: Shell,
    pub form: FormState,
}

/// Secondo fattore.
#[derive(Template)]
#[template(path = "account/second_factor.html")]
pub struct FactorPage {
    pub shell: Shell,
    pub form: FormState,
    pub view: FactorView,
}

/// How the second factor stands.
pub enum FactorView {
    /// Off.
    Off,
    /// Waiting for its first code.
    Pending {
        /// The secret as it is typed, four signs at a time.
        key: Vec<String>,
        /// The secret as an address that the application on this very telephone opens.
        link: String,
        /// The same, to be photographed.
        picture: Picture,
    },
    /// On.
    On {
        /// Recovery codes not used yet.
        codes_left: i64,
    },
}

/// A QR code.
pub struct Picture {
    /// Modules per side, quiet zone included.
    pub size: i32,
    /// Path of the dark modules.
    pub path: String,
}

/// The recovery codes, for the only time.
#[derive(Template)]
#[template(path = "account/recovery.html")]
pub struct RecoveryPage {
    pub shell: Shell,
    pub codes: Vec<String>,
}

/// A form that arrived too late, offered back.
#[derive(Template)]
#[template(path = "account/resume.html")]
pub struct ResumePage {
    pub shell: Shell,
    /// Which page it belongs to, in words.
    pub subject: &'static str,
    pub fields: Vec<(String, String)>,
    /// One-use key of the new sending.
    pub key: String,
}

/// Version and help.
#[derive(Template)]
#[template(path = "account/info.html")]
pub struct InfoPage {
    pub shell: Shell,
    pub signed_in: bool,
    /// Code lists in use: name and state.
    pub lists: Vec<(&'static str, String)>,
}

/// What a doctor nobody has vouched for yet cannot do.
#[derive(Template)]
#[template(path = "account/unverified.html")]
pub struct UnverifiedPage {
    pub shell: Shell,
    /// As the operator's list has it.
    pub username: String,
}

/// The doors of the product.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct HomePage {
    pub shell: Shell,
}

/// Dati del medico.
#[derive(Template)]
#[template(path = "account/doctor.html")]
pub struct DoctorPage {
    pub shell: Shell,
    pub form: FormState,
    pub facts: Vec<Fact>,
    /// The login before this one, UTC.
    pub last_login: Option<chrono::NaiveDateTime>,
}

/// CREA UN ACCOUNT, first step: the region, which decides the list of ASL.
#[derive(Template)]
#[template(path = "account/registration_region.html")]
pub struct RegionPage {
    pub shell: Shell,
    pub form: FormState,
    pub regions: Vec<Choice>,
}

/// CREA UN ACCOUNT, second step: everything else.
#[derive(Template)]
#[template(path = "account/registration.html")]
pub struct RegistrationPage {
    pub shell: Shell,
    pub form: FormState,
    /// Name of the region chosen.
    pub region: String,
    pub units: Vec<Choice>,
}

/// After a registration: the same page for everybody.
#[derive(Template)]
#[template(path = "account/registration_sent.html")]
pub struct RegistrationSentPage {
    pub shell: Shell,
}

/// The page of the link in the mail.
#[derive(Template)]
#[template(path = "account/confirm.html")]
pub struct ConfirmPage {
    pub shell: Shell,
    pub form: FormState,
    /// The token, for the form's own address.
    pub token: String,
    pub username: String,
}

/// The account is open.
#[derive(Template)]
#[template(path = "account/confirmed.html")]
pub struct ConfirmedPage {
    pub shell: Shell,
}

mod recovery;
#[cfg(test)]
mod tests;

pub use recovery::*;
