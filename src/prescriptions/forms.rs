//! What the browser posts.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::reference::session_form::SessionForm;
use crate::web::forms::{Choice, FormState};
use crate::web::reasons::{OTHER, Reasons};

/// A form that names what was on the screen and nothing else.
#[derive(Deserialize)]
pub struct SeenForm {
    /// The prescription's revision on that page.
    pub revisione: i64,
}

/// Why a registered prescription is annulled. The text goes to the history, not to SAC.
const REASONS: Reasons = Reasons(&[
    ("farmaco", "Farmaco o quantità errati"),
    ("assistito", "Assistito errato"),
    ("esenzione", "Esenzione errata"),
    ("doppia", "Prescritta due volte"),
    ("terapia", "Terapia cambiata"),
    (OTHER, "Altro"),
]);

/// Posted by «Annulla prescrizione».
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AnnulForm {
    /// One of the reasons.
    pub motivo: String,
    /// In words.
    pub testo: String,
    /// The prescription's revision on that page.
    pub revisione: i64,
}

impl AnnulForm {
    /// The reasons, for the drop-down.
    pub fn reasons() -> Vec<Choice> {
        REASONS.choices()
    }

    /// The reason to keep, or what is wrong.
    pub fn read(&self, state: &mut FormState) -> Option<String> {
        REASONS.read(&self.motivo, &self.testo, "Scegli il motivo dell’annullamento", state)
    }
}

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// A filter.
    pub filtro: String,
    /// Below this id.
    pub prima: Option<i64>,
    /// Only these, just sent: ids between hyphens.
    pub esito: String,
}

impl ListQuery {
    /// The prescriptions just sent, if it is about them: at most as many as a basket can give.
    pub fn sent(&self) -> Vec<i64> {
        self.esito.split('-').filter_map(|id| id.parse().ok()).take(50).collect()
    }
}

/// Credenziali SAR. No `Debug`: it holds secrets; they are not serialised, so no page gets them back.
#[derive(Clone, Deserialize, Serialize, Validate)]
pub struct CredentialsForm {
    /// User of the service.
    #[validate(length(min = 1, max = 64, message = "Scrivi l’utente del Sistema TS, di solito il codice fiscale"))]
    #[serde(default)]
    pub utente: String,
    /// Empty keeps the one there is.
    #[serde(default, skip_serializing)]
    pub password: String,
    /// Empty keeps the one there is.
    #[serde(default, skip_serializing)]
    pub pin: String,
    /// Empty keeps the one there is.
    #[serde(default, skip_serializing)]
    pub sessione: String,
    /// Region and ASL: six digits.
    #[validate(length(equal = 6, message = "Scegli la tua ASL"))]
    #[serde(default)]
    pub asl: String,
    /// `F` for a general practitioner.
    #[validate(length(equal = 1, message = "Scrivi un solo carattere: F per la medicina generale"))]
    #[serde(default)]
    pub specializzazione: String,
    /// Only where the region gave one.
    #[validate(length(max = 12))]
    #[serde(default)]
    pub struttura: String,
    /// Region and ASL when the list does not have them; counts instead of `asl`.
    #[serde(default)]
    pub altra_asl: String,
}

impl CredentialsForm {
    /// Spaces around what was pasted are nobody's intention.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        for field in [
            &mut self.utente,
            &mut self.pin,
            &mut self.sessione,
            &mut self.asl,
            &mut self.specializzazione,
            &mut self.struttura,
            &mut self.altra_asl,
        ] {
            *field = field.trim().to_owned();
        }
        if self.is_other_unit() {
            self.asl.clone_from(&self.altra_asl);
        }
        self.specializzazione = self.specializzazione.to_uppercase();
        self
    }

    /// Whether the doctor wrote an ASL that the list does not have.
    pub fn is_other_unit(&self) -> bool {
        !self.altra_asl.is_empty()
    }

    /// Checks what needs no service. `first`: nothing is stored yet; `sessions`: what those of the region look like.
    pub fn check(&self, state: &mut FormState, first: bool, sessions: SessionForm) {
        if self.is_other_unit() && !(self.asl.len() == 6 && self.asl.chars().all(|c| c.is_ascii_digit())) {
            state.error("altra_asl", "Scrivi sei cifre: tre della regione e tre della ASL");
            return;
        }
        state.check(self.validate());
        if first && self.password.is_empty() {
            state.error("password", "Scrivi la password del Sistema TS");
        }
        if first && self.pin.is_empty() {
            state.error("pin", "Scrivi il PIN code");
        }
        if self.password.chars().count() > 128 {
            state.error("password", "La password ha al massimo 128 caratteri");
        }
        if !self.pin.is_empty() && (self.pin.len() > 16 || !self.pin.chars().all(|c| c.is_ascii_alphanumeric())) {
            state.error("pin", "Il PIN ha solo lettere e cifre, al massimo 16");
        }
        if !self.sessione.is_empty() && !sessions.fits(&self.sessione) {
            state.error("sessione", sessions.told());
        }
        if !self.asl.chars().all(|c| c.is_ascii_digit()) {
            state.error("asl", "Scegli la tua ASL");
        }
        if !self.specializzazione.chars().chain(self.struttura.chars()).all(|c| c.is_ascii_alphanumeric()) {
            state.error("struttura", "Specializzazione e struttura hanno solo lettere e cifre");
        }
    }

    /// Region and ASL apart.
    pub fn region_and_asl(&self) -> (String, String) {
        let (region, asl) = self.asl.split_at_checked(3).unwrap_or_default();
        (region.to_owned(), asl.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn annul(motivo: &str, testo: &str) -> Result<String, String> {
        let mut state = FormState::new();
        let form = AnnulForm { motivo: motivo.into(), testo: testo.into(), revisione: 1 };
        form.read(&mut state).ok_or_else(|| state.errors().first().unwrap().name.clone())
    }

    #[test]
    fn a_reason_is_always_given() {
        assert_eq!(annul("doppia", ""), Ok("Prescritta due volte".into()));
        assert_eq!(annul("farmaco", " dose \n doppia "), Ok("Farmaco o quantità errati: dose doppia".into()));
        assert_eq!(annul("altro", "il paziente è partito"), Ok("il paziente è partito".into()));
        assert_eq!(annul("altro", " "), Err("testo".into()));
        assert_eq!(annul("", "x"), Err("motivo".into()));
        assert_eq!(annul("inventato", "x"), Err("motivo".into()));
        assert_eq!(annul("doppia", &"x".repeat(201)), Err("testo".into()));
    }

    #[test]
    fn secrets_never_come_back_and_are_asked_only_the_first_time() {
        let form = CredentialsForm {
            utente: "BRGPLA59L23M048S".into(),
            password: "canary-password".into(),
            pin: "1234567890".into(),
            sessione: "0b9f2c3e-1111-4222-8333-944455556666".into(),
            asl: "050109".into(),
            specializzazione: "f".into(),
            struttura: String::new(),
            altra_asl: String::new(),
        }
        .trimmed();
        let mut state = FormState::of(&form);
        form.check(&mut state, true, SessionForm::Unknown);
        assert!(!state.is_invalid(), "{state:?}");
        for field in ["password", "pin", "sessione"] {
            assert_eq!(state.value(field), "", "{field}");
        }
        assert_eq!((state.value("specializzazione"), form.region_and_asl()), ("F", ("050".into(), "109".into())));
        let blank = CredentialsForm { password: String::new(), pin: String::new(), sessione: String::new(), ..form };
        let mut again = FormState::of(&blank);
        blank.check(&mut again, false, SessionForm::Unknown);
        assert!(!again.is_invalid());
        blank.check(&mut again, true, SessionForm::Unknown);
        assert_eq!(again.errors().iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["password", "pin"]);
    }

    #[test]
    fn what_cannot_travel_is_refused() {
        let form = CredentialsForm {
            utente: String::new(),
            password: String::new(),
            pin: "12 34".into(),
            sessione: "corta".into(),
            asl: "05010à".into(),
            specializzazione: "FF".into(),
            struttura: "\u{1}".into(),
            altra_asl: String::new(),
        };
        let mut state = FormState::of(&form);
        form.check(&mut state, false, SessionForm::Unknown);
        let mut wrong: Vec<_> = state.errors().iter().map(|e| e.name.as_str()).collect();
        wrong.sort_unstable();
        assert_eq!(wrong, ["asl", "pin", "sessione", "specializzazione", "struttura", "utente"]);
    }

    #[test]
    fn only_ids_are_read_from_the_address() {
        let query = |text: &str| ListQuery { esito: text.into(), ..ListQuery::default() }.sent();
        assert_eq!(query("12-13"), [12, 13]);
        assert_eq!(query("12-x-<b>"), [12]);
        assert_eq!(query(""), Vec::<i64>::new());
    }
}
