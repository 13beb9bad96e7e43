//! What the browser posts.

use serde::{Deserialize, Serialize};

use crate::prescriptions::model::mobile_number;
use crate::web::forms::FormState;
use kernel::email::Email;

/// Most prescriptions in one request.
const MOST: usize = 50;

/// The prescriptions a request is about: ids between hyphens, or one field each.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Which {
    /// `1-2-3`.
    pub ricette: String,
    /// Ticked one by one.
    pub ricetta: Vec<i64>,
    /// It is meant for somebody who has died.
    pub decesso: String,
}

/// A form that delivers: to somebody who has died only when it says that this is meant.
pub trait Delivers {
    /// Whether it was said.
    fn means_deceased(&self) -> bool;
}

macro_rules! delivers {
    ($($form:ty),+) => {$(impl Delivers for $form {
        fn means_deceased(&self) -> bool {
            self.decesso == "1"
        }
    })+};
}

delivers!(Which, MailForm, SmsForm, RetryForm);

/// Posted by «Riprova».
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct RetryForm {
    /// It is meant for somebody who has died.
    pub decesso: String,
}

impl Which {
    /// The ids, in order, each once.
    pub fn ids(&self) -> Vec<i64> {
        let listed = self.ricette.split('-').filter_map(|id| id.parse().ok());
        let mut ids: Vec<i64> = listed.chain(self.ricetta.iter().copied()).take(MOST).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Which part of the list of deliveries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// A tab.
    pub vista: String,
    /// Below this id.
    pub prima: Option<i64>,
    /// What the list is narrowed to, sealed.
    pub c: String,
    /// One patient's papers.
    pub paziente: Option<i64>,
    /// Every tick box ticked.
    pub tutte: String,
}

/// Posted by the mail dialog.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MailForm {
    /// `1-2-3`.
    pub ricette: String,
    /// «modifica mail»: the address below counts.
    pub modifica: String,
    /// Another address.
    pub nuova_mail: String,
    /// Write it into the registry as well.
    pub anagrafica: String,
    /// It is meant for somebody who has died.
    pub decesso: String,
}

impl MailForm {
    /// The ids.
    pub fn ids(&self) -> Vec<i64> {
        Which { ricette: self.ricette.clone(), ..Which::default() }.ids()
    }

    /// The address to use instead of the registry's; `None` for the registry's. What is wrong goes into `state`.
    pub fn address(&self, state: &mut FormState) -> Option<Email> {
        if self.modifica.is_empty() {
            return None;
        }
        match Email::parse(&self.nuova_mail) {
            Ok(address) => Some(address),
            Err(reason) => {
                state.error("nuova_mail", reason.to_string());
                None
            }
        }
    }
}

/// Posted by «Invia per SMS».
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SmsForm {
    /// One id.
    pub ricette: String,
    /// A mobile number.
    pub cellulare: String,
    /// It is meant for somebody who has died.
    pub decesso: String,
}

impl SmsForm {
    /// The prescription.
    pub fn id(&self) -> Option<i64> {
        self.ricette.parse().ok()
    }

    /// The number, or what is wrong with it.
    pub fn number(&self, state: &mut FormState) -> Option<String> {
        let number = mobile_number(&self.cellulare);
        if number.is_none() {
            state.error("cellulare", "Scrivi un numero di cellulare, ad esempio 347 5550199");
        }
        number
    }
}

/// Posted by the settings.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SettingsForm {
    /// The classic encryption, knowingly.
    pub classica: String,
}

/// The shortest secret.
const SHORTEST: usize = 12;

/// Posted by the page of the agreed secret. Its value is never sent back.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SecretForm {
    /// The secret.
    #[serde(skip_serializing)]
    pub parola_secret: String,
    /// Forget the one there is.
    pub togli: String,
}

impl SecretForm {
    /// The secret to keep, or what is wrong with it. `known` holds what others know of the patient.
    pub fn secret(&self, known: &[&str], state: &mut FormState) -> Option<String> {
        let secret = self.parola_secret.trim();
        let lower = secret.to_lowercase();
        let problem = if secret.chars().count() < SHORTEST || secret.len() > 64 {
            "Scrivi da 12 a 64 caratteri"
        } else if !secret.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            "Usa lettere senza accenti, cifre e segni comuni: gli altri non si scrivono allo stesso modo ovunque"
        } else if known.iter().any(|word| word.len() > 3 && lower.contains(&word.to_lowercase())) {
            "Non usare il nome, il codice fiscale o la data di nascita: li conoscono anche altri"
        } else {
            return Some(secret.to_owned());
        };
        state.error("parola_secret", problem);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_once_and_bounded() {
        let which = Which { ricette: "3-1-x-3--2".to_owned(), ricetta: vec![2, 9], ..Which::default() };
        assert_eq!(which.ids(), [1, 2, 3, 9]);
        let ricette = (0..500).map(|n| n.to_string()).collect::<Vec<_>>().join("-");
        let many = Which { ricette, ..Which::default() };
        assert_eq!(many.ids().len(), MOST);
    }

    #[test]
    fn only_one_whole_address_is_taken() {
        let form = |mail: &str| MailForm { modifica: "1".into(), nuova_mail: mail.into(), ..MailForm::default() };
        for wrong in ["", "a@b", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "a\0@b.example"] {
            let mut state = FormState::new();
            assert!(form(wrong).address(&mut state).is_none() && state.is_invalid(), "{wrong:?}");
        }
        let mut state = FormState::new();
        assert!(form("a@b.example").address(&mut state).is_some() && !state.is_invalid());
        assert!(MailForm::default().address(&mut state).is_none() && !state.is_invalid());
    }

    #[test]
    fn a_secret_is_long_and_nothing_others_know() {
        let secret = |text: &str| {
            let form = SecretForm { parola_secret: text.to_owned(), togli: String::new() };
            form.secret(&["SACCAVINI", "SCCCLD63E30L483Q", "30051963"], &mut FormState::new())
        };
        for wrong in ["corta", "perché no davvero", "saccavini claudio", "SCCCLD63E30L483Q", "nato 30051963"] {
            assert!(secret(wrong).is_none(), "{wrong}");
        }
        assert_eq!(secret("  il gatto grigio dorme ").as_deref(), Some("il gatto grigio dorme"));
    }
}
