//! What the browser posts.

use chrono::NaiveDate;
use serde::Deserialize;

use super::service::{Claim, How};
use crate::web::forms::FormState;
use kernel::dates;
use kernel::patient_code::PatientCode;

/// Activation: the first step brings no password. No `Debug`.
#[derive(Deserialize)]
pub struct ActivateForm {
    #[serde(default)]
    pub codice: String,
    #[serde(default)]
    pub codice_fiscale: String,
    #[serde(default)]
    pub nascita: String,
    /// `nuova` or `attuale` on the second step.
    #[serde(default)]
    pub passo: String,
    #[serde(default)]
    pub password_attuale: String,
    #[serde(default)]
    pub password_nuova: String,
    #[serde(default)]
    pub password_ripetuta: String,
}

impl ActivateForm {
    /// The claim, or what is wrong with it in `state`.
    pub fn claim(&self, state: &mut FormState, today: NaiveDate, address: Option<String>) -> Option<Claim> {
        if self.codice.trim().is_empty() {
            state.error("codice", "Scrivi il codice che ti ha dato lo studio");
        }
        let code = PatientCode::parse(&self.codice_fiscale)
            .map_err(|problem| state.error("codice_fiscale", problem.to_string()))
            .ok();
        let born = dates::parse_date(&self.nascita).ok().filter(|date| *date <= today);
        if born.is_none() {
            state.error("nascita", "Scrivi la tua data di nascita, ad esempio 30/05/1963");
        }
        if state.is_invalid() {
            return None;
        }
        Some(Claim { code: self.codice.clone(), fiscal_code: code?, birth_date: born?, address })
    }
}

/// The doctor asks for a code.
#[derive(Deserialize)]
pub struct IssueForm {
    /// The patient's consent, ticked when it is given now.
    #[serde(default)]
    consenso: String,
    /// `carta` or `email`.
    #[serde(default)]
    consegna: String,
}

impl IssueForm {
    /// Whether consent is given now.
    pub fn consents(&self) -> bool {
        self.consenso == "true"
    }

    /// How the code goes; `None` when nothing was chosen.
    pub fn how(&self) -> Option<How> {
        match self.consegna.as_str() {
            "carta" => Some(How::Paper),
            "email" => Some(How::Mail),
            _ => None,
        }
    }
}
