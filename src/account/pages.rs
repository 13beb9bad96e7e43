//! The pages of the account.

use askama::Template;

use crate::web::filters;
use crate::web::forms::{Choice, FormState};
use crate::web::shell::Shell;

/// Login.
#[derive(Template)]
#[template(path = "account/login.html")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// The password was right, the address is not confirmed.
    pub unconfirmed: bool,
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

/// One line of the doctor's data.
pub struct Fact {
    pub label: &'static str,
    pub value: String,
    /// Shown in the type of codes.
    pub is_code: bool,
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
