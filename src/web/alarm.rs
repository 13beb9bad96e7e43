//! What stops a drug, and the tick and reason with which the doctor sends it all the same: the same fields on every page
//! that sends.

use crate::safety::{Answer, Assessment, REASONS};
use crate::web::forms::{Choice, FormState};
use crate::web::reasons::Reasons;

/// What stops one drug, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The drug.
    pub drug: String,
    /// `Allergia registrata: FANS.`
    pub title: String,
    /// Why, and where it comes from.
    pub advice: Vec<String>,
    /// Value of the tick: it holds for what is shown, and for nothing else.
    pub seal: String,
    /// Names of the fields.
    pub tick: String,
    /// The drop-down.
    pub reason: String,
    /// The words beside it.
    pub words: String,
}

impl Alarm {
    /// What stops `drug`; `None` when nothing does. `key` names it among the drugs of the page.
    pub fn of(key: &str, drug: &str, safety: &Assessment) -> Option<Self> {
        let [tick, reason, words] = names(key);
        let advice = |alert: &crate::safety::Alert| {
            [alert.advice.as_str(), alert.source.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(" — ")
        };
        Some(Self {
            drug: drug.to_owned(),
            title: safety.allergy_mark()?,
            advice: safety.stops().map(advice).filter(|text| !text.is_empty()).collect(),
            seal: safety.seal(),
            tick,
            reason,
            words,
        })
    }

    /// Why one may prescribe all the same.
    pub fn reasons() -> Vec<Choice> {
        Reasons(REASONS).choices()
    }

    /// Puts beside the fields what is missing before the drug can be sent.
    pub fn explain(&self, form: &mut FormState) {
        if form.value(&self.tick) != self.seal {
            form.set(&self.tick, "");
            form.error(&self.tick, format!("{}: spunta se la prescrivi lo stesso", self.drug));
        }
        let said = Reasons(REASONS).say(form.value(&self.reason), form.value(&self.words), MISSING);
        if let Err(wrong) = said {
            let field = if wrong.in_words { &self.words } else { &self.reason };
            form.error(field, wrong.text);
        }
    }
}

/// Said when no reason was chosen.
const MISSING: &str = "Scegli il motivo: resta scritto con la ricetta";

fn names(key: &str) -> [String; 3] {
    [format!("visto-{key}"), format!("perche-{key}"), format!("nota-{key}")]
}

/// What was answered for the drug that the page calls `key`; `None` when the tick or the reason is missing.
pub fn answer(form: &FormState, key: &str) -> Option<Answer> {
    let [tick, reason, words] = names(key);
    let seal = form.value(&tick);
    let code = form.value(&reason);
    let said = Reasons(REASONS).say(code, form.value(&words), MISSING).ok()?;
    (!seal.is_empty()).then(|| Answer { seal: seal.to_owned(), code: code.to_owned(), reason: said })
}
