//! What the browser posts.

use serde::{Deserialize, Serialize};
use validator::Validate;

/// The login form. No `Debug`: it holds a password.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub password: String,
    /// Where to go afterwards; checked by `paths::safe_next`.
    #[serde(default)]
    pub next: String,
}

/// Change of password. No `Debug`: it holds passwords.
#[derive(Deserialize)]
pub struct PasswordForm {
    /// Not asked when the present one is temporary.
    #[serde(default)]
    pub password_attuale: String,
    #[serde(default)]
    pub password_nuova: String,
    #[serde(default)]
    pub password_ripetuta: String,
}

/// Which session to end.
#[derive(Deserialize)]
pub struct EndSessionForm {
    /// The name its line has, or `altre`.
    #[serde(default)]
    pub termina: String,
    /// Id of a connected program.
    #[serde(default)]
    pub programma: Option<i64>,
}

/// A device to be told, or one to be taken off the list. No `Debug`.
#[derive(Deserialize)]
pub struct PushForm {
    /// The address its browser gave.
    #[serde(default)]
    pub endpoint: String,
    /// Id of a device.
    #[serde(default)]
    pub togli: Option<i64>,
}

/// The password once more, before a protected act. No `Debug`.
#[derive(Deserialize)]
pub struct ReauthenticateForm {
    #[serde(default)]
    pub password: String,
    /// Asked when the second factor is on.
    #[serde(default)]
    pub codice: String,
    #[serde(default)]
    pub next: String,
}

/// The code of the second factor, at login. No `Debug`.
#[derive(Deserialize)]
pub struct CodeForm {
    /// The note of the first step.
    #[serde(default)]
    pub passo: String,
    #[serde(default)]
    pub codice: String,
    #[serde(default)]
    pub next: String,
}

/// A button of the second factor's page. No `Debug`.
#[derive(Deserialize)]
pub struct FactorForm {
    /// `inizia`, `conferma`, `codici` or `disattiva`.
    #[serde(default)]
    pub azione: String,
    #[serde(default)]
    pub codice: String,
}

/// What to do with a kept form; its own fields travel beside this one.
#[derive(Deserialize)]
pub struct ResumeForm {
    /// `invia` or `scarta`.
    #[serde(rename = "_riprendi")]
    pub answer: String,
}

/// What doctors may change of their own data.
#[derive(Deserialize, Serialize, Validate)]
pub struct DoctorForm {
    #[validate(length(max = 40))]
    #[serde(default)]
    pub cellulare: String,
    #[validate(length(max = 20))]
    #[serde(default)]
    pub codice_regionale: String,
    #[validate(length(max = 200))]
    #[serde(default)]
    pub indirizzo_studio: String,
    #[validate(length(max = 40))]
    #[serde(default)]
    pub telefono_studio: String,
    #[validate(length(max = 80))]
    #[serde(default)]
    pub nome_studio: String,
}

/// CREA UN ACCOUNT. No `Debug`: it holds a password.
#[derive(Deserialize, Validate)]
pub struct RegistrationForm {
    #[serde(default)]
    #[validate(length(min = 1, max = 60, message = "Scrivi il cognome, al massimo 60 caratteri"))]
    pub cognome: String,
    #[serde(default)]
    #[validate(length(min = 1, max = 60, message = "Scrivi il nome, al massimo 60 caratteri"))]
    pub nome: String,
    #[serde(default)]
    pub codice_fiscale: String,
    /// Chosen on the step before.
    #[serde(default)]
    pub regione: String,
    #[serde(default)]
    #[validate(length(min = 1, message = "Scegli la tua azienda sanitaria"))]
    pub asl: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub password_nuova: String,
    #[serde(default)]
    pub password_ripetuta: String,
}

/// «Password dimenticata».
#[derive(Deserialize)]
pub struct ForgottenForm {
    #[serde(default)]
    pub username: String,
}

/// The new password behind a link. No `Debug`: it holds passwords.
#[derive(Deserialize)]
pub struct NewPasswordForm {
    #[serde(default)]
    pub password_nuova: String,
    #[serde(default)]
    pub password_ripetuta: String,
}

/// The own address: one to be proven, or none any more.
#[derive(Deserialize)]
pub struct AddressForm {
    #[serde(default)]
    pub email: String,
    /// `togli` takes it back.
    #[serde(default)]
    pub azione: String,
}

/// The password that confirms a registration. No `Debug`.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    pub password: String,
}
