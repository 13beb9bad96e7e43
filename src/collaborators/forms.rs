//! What the browser posts, and how it becomes a doctor's notes of a person.

use serde::{Deserialize, Serialize};

use crate::identity::associations::Notes;
use crate::web::forms::{Choice, FormState};
use kernel::email::Email;
use kernel::text;

/// A yes to a doctor.
#[derive(Deserialize)]
pub struct AcceptForm {
    /// The code the doctor handed over, as typed.
    #[serde(default)]
    pub codice: String,
}

/// The doctor to work for.
#[derive(Debug, Deserialize)]
pub struct ChooseForm {
    /// The doctor's user id.
    #[serde(default)]
    pub medico: i64,
    /// Where to go afterwards; checked by `paths::safe_next`.
    #[serde(default)]
    pub next: String,
}

/// A collaborator as typed: both steps of Aggiungi, and Modifica.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonForm {
    pub codice_fiscale: String,
    pub nome: String,
    pub cognome: String,
    pub regione: String,
    pub provincia: String,
    pub usl: String,
    pub telefono: String,
    pub cellulare: String,
    pub email: String,
    /// Which button: `elenchi` only brings the lists of the region, `indietro` leads to the first step.
    #[serde(skip_serializing)]
    pub azione: String,
}

/// What the drop-downs offer.
#[derive(Clone, Default)]
pub struct Lists {
    /// Every region.
    pub regions: Vec<Choice>,
    /// The provinces of the region chosen.
    pub provinces: Vec<Choice>,
    /// The health units of the region, those of the province first.
    pub units: Vec<Choice>,
}

impl PersonForm {
    /// The form of the doctor's notes.
    pub fn of(notes: &Notes) -> Self {
        let notes = notes.clone();
        Self {
            codice_fiscale: String::new(),
            nome: notes.name,
            cognome: notes.surname,
            regione: notes.region_code,
            provincia: notes.province,
            usl: notes.asl_code,
            telefono: notes.phone,
            cellulare: notes.mobile,
            email: notes.email,
            azione: String::new(),
        }
    }

    /// The checked notes, or what is wrong in `state`.
    pub fn read(&self, state: &mut FormState, lists: &Lists) -> Option<Notes> {
        let mut line = |field: &str, value: &str, most: usize, missing: &str| {
            let clean = text::one_line(value, most).map_err(|problem| state.error(field, problem.to_string()));
            let clean = clean.unwrap_or_default();
            if clean.is_empty() && !missing.is_empty() {
                state.error(field, missing);
            }
            clean
        };
        let name = line("nome", &self.nome, 60, "Scrivi il nome");
        let surname = line("cognome", &self.cognome, 60, "Scrivi il cognome");
        let phone = line("telefono", &self.telefono, 40, "");
        let mobile = line("cellulare", &self.cellulare, 40, "");
        let among = |choices: &[Choice], value: &str| choices.iter().any(|choice| choice.value == value);
        if !among(&lists.regions, &self.regione) {
            state.error("regione", "Scegli la regione");
        } else if !among(&lists.provinces, &self.provincia) {
            state.error("provincia", "Scegli la provincia");
        }
        if !self.usl.is_empty() && !among(&lists.units, &self.usl) {
            state.error("usl", "Scegli una USL della regione, oppure nessuna");
        }
        for (field, number) in [("telefono", &phone), ("cellulare", &mobile)] {
            if number.chars().any(|c| !(c.is_ascii_digit() || " +-./()".contains(c))) {
                state.error(field, "Scrivi solo il numero, per esempio 041 5551234");
            }
        }
        let email = match self.email.trim() {
            "" => String::new(),
            typed => Email::parse(typed).map_or_else(
                |problem| {
                    state.error("email", problem.to_string());
                    String::new()
                },
                |email| email.as_str().to_owned(),
            ),
        };
        let notes = Notes {
            surname,
            name,
            region_code: self.regione.clone(),
            province: self.provincia.clone(),
            asl_code: self.usl.clone(),
            phone,
            mobile,
            email,
        };
        (!state.is_invalid()).then_some(notes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn lists() -> Lists {
        Lists {
            regions: vec![Choice::new("050", "Veneto")],
            provinces: vec![Choice::new("VE", "Venezia (VE)")],
            units: vec![Choice::new("503", "Azienda ULSS 3 Serenissima (503)")],
        }
    }

    fn good() -> PersonForm {
        PersonForm {
            nome: " Maria ".to_owned(),
            cognome: "Segreti".to_owned(),
            regione: "050".to_owned(),
            provincia: "VE".to_owned(),
            ..PersonForm::default()
        }
    }

    #[test]
    fn only_the_starred_fields_are_needed() {
        let mut state = FormState::new();
        let notes = good().read(&mut state, &lists()).unwrap();
        assert_eq!((notes.name.as_str(), notes.asl_code.as_str(), notes.email.as_str()), ("Maria", "", ""));
        let mut state = FormState::new();
        assert!(PersonForm::default().read(&mut state, &lists()).is_none());
        let wrong: Vec<&str> = state.errors().iter().map(|error| error.name.as_str()).collect();
        assert_eq!(wrong, ["nome", "cognome", "regione"]);
    }

    #[test]
    fn what_is_not_in_the_lists_is_refused() {
        for (form, field) in [
            (PersonForm { provincia: "TO".to_owned(), ..good() }, "provincia"),
            (PersonForm { usl: "999".to_owned(), ..good() }, "usl"),
            (PersonForm { email: "maria@".to_owned(), ..good() }, "email"),
            (PersonForm { telefono: "casa".to_owned(), ..good() }, "telefono"),
            (PersonForm { cognome: "Se\u{202e}greti".to_owned(), ..good() }, "cognome"),
        ] {
            let mut state = FormState::new();
            assert!(form.read(&mut state, &lists()).is_none(), "{field}");
            assert!(state.is_wrong(field), "{field}: {:?}", state.errors());
        }
    }
}
