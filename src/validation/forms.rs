//! What the browser posts, and what the lists are asked for.

use serde::{Deserialize, Serialize};

use crate::identity::by::Seen;
use crate::prescriptions::model::State;
use crate::validation::model::{LIST_MAX, Window};
use crate::web::forms::{Choice, FormState};
use crate::web::reasons::{OTHER, Reasons};

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PendingQuery {
    /// Only this patient's.
    pub paz: String,
    /// Only what came after this id.
    pub dopo: String,
}

impl PendingQuery {
    /// What of the list is meant.
    pub fn window(&self) -> Window {
        let after = self.dopo.parse().unwrap_or(0);
        Window { patient: self.paz.parse().ok(), after, ..Window::default() }
    }
}

/// Posted by «Invia» and «Ritira».
#[derive(Clone, Debug, Deserialize)]
pub struct SeenForm {
    /// The revision on the page.
    pub revisione: i64,
}

/// Posted by INVIA TUTTI.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendAllForm {
    /// Every row that was shown: id and revision, with a hyphen between.
    pub vista: Vec<String>,
    /// The filter of the page.
    pub paz: String,
    /// After which id the page began.
    pub dopo: String,
    /// The latest id of all that waited when it was shown.
    pub fino: String,
}

impl SendAllForm {
    /// What of the list the page showed.
    pub fn window(&self) -> Window {
        let (after, newest) = (self.dopo.parse().unwrap_or(0), self.fino.parse().unwrap_or(0));
        Window { patient: self.paz.parse().ok(), after, newest, whole: true }
    }

    /// Ids and revisions, as they were shown.
    pub fn seen(&self) -> Vec<Seen> {
        let pair = |text: &String| {
            let (id, revision) = text.split_once('-')?;
            Some(Seen::new(id.parse().ok()?, revision.parse().ok()?))
        };
        self.vista.iter().filter_map(pair).take(LIST_MAX).collect()
    }
}

/// Posted by «Riprova».
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RetryForm {
    /// One row of the round; all that failed when empty.
    pub ricetta: String,
}

/// Why a prescription is not sent: the text goes back to the studio.
const REASONS: Reasons = Reasons(&[
    ("dose", "Farmaco o dose da rivedere"),
    ("quantita", "Quantità da rivedere"),
    ("doppia", "Il paziente ne ha ancora"),
    ("visita", "Il paziente deve venire in visita"),
    ("assistito", "Assistito errato"),
    (OTHER, "Altro"),
]);

/// Posted by «Annulla prescrizione».
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DeclineForm {
    /// One of the reasons.
    pub motivo: String,
    /// In words.
    pub testo: String,
    /// The revision on the page.
    pub revisione: i64,
}

impl DeclineForm {
    /// The reasons, for the drop-down.
    pub fn reasons() -> Vec<Choice> {
        REASONS.choices()
    }

    /// The reason to keep, or what is wrong.
    pub fn read(&self, state: &mut FormState) -> Option<String> {
        REASONS.read(&self.motivo, &self.testo, "Scegli il motivo: la segreteria lo vede", state)
    }
}

/// What a collaborator's list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SentQuery {
    /// A view.
    pub mostra: String,
    /// Below this id.
    pub prima: Option<i64>,
}

/// Posted by «Scarica dal cloud».
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TakeForm {
    /// Every row with news that was shown: id and state, with a hyphen between.
    pub vista: Vec<String>,
}

impl TakeForm {
    /// Ids and states, as they were shown.
    pub fn shown(&self) -> Vec<(i64, State)> {
        let pair = |text: &String| {
            let (id, state) = text.split_once('-')?;
            Some((id.parse().ok()?, State::from_text(state)?))
        };
        self.vista.iter().filter_map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_revisions_and_states_are_read() {
        let vista = ["7-1", "8-x", "9", "-1-2", "10-3"].map(str::to_owned).to_vec();
        assert_eq!(SendAllForm { vista, ..SendAllForm::default() }.seen(), [Seen::new(7, 1), Seen::new(10, 3)]);
        let vista = ["7-ACCETTATA", "8-x", "RIFIUTATA"].map(str::to_owned).to_vec();
        assert_eq!(TakeForm { vista }.shown(), [(7, State::Accepted)]);
        let asked = |paz: &str, dopo: &str| PendingQuery { paz: paz.into(), dopo: dopo.into() }.window();
        assert_eq!(asked("x", "y"), Window::default());
        assert_eq!(asked("7", "12"), Window { patient: Some(7), after: 12, ..Window::default() });
    }

    #[test]
    fn a_refusal_always_has_a_reason() {
        let read = |motivo: &str, testo: &str| {
            let form = DeclineForm { motivo: motivo.into(), testo: testo.into(), revisione: 1 };
            form.read(&mut FormState::new())
        };
        assert_eq!(read("doppia", "").as_deref(), Some("Il paziente ne ha ancora"));
        assert_eq!(read("dose", "metà").as_deref(), Some("Farmaco o dose da rivedere: metà"));
        assert_eq!(read("altro", "chiamare la figlia").as_deref(), Some("chiamare la figlia"));
        assert_eq!((read("altro", ""), read("", "x"), read("doppia", &"x".repeat(201))), (None, None, None));
    }
}
