//! A reason chosen from a list, with a few words beside it: asked wherever something is undone.

use crate::web::forms::{Choice, FormState};

/// The value that wants words.
pub const OTHER: &str = "altro";
/// Longest text.
const WORDS_MAX: usize = 200;

/// Why a reason is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongReason {
    /// It is the words that are wrong, not the choice.
    pub in_words: bool,
    /// For the user.
    pub text: String,
}

/// Value and label of each reason; the last is usually ([`OTHER`], «Altro»).
#[derive(Clone, Copy, Debug)]
pub struct Reasons(pub &'static [(&'static str, &'static str)]);

impl Reasons {
    /// For the drop-down.
    pub fn choices(self) -> Vec<Choice> {
        self.0.iter().map(|(value, label)| Choice::new(*value, *label)).collect()
    }

    /// The reason in words, from the fields `motivo` and `testo`; what is wrong goes into `form`. `missing` is said when
    /// none was chosen.
    pub fn read(self, chosen: &str, words: &str, missing: &str, form: &mut FormState) -> Option<String> {
        match self.say(chosen, words, missing) {
            Ok(reason) => (!form.is_invalid()).then_some(reason),
            Err(wrong) => {
                form.error(if wrong.in_words { "testo" } else { "motivo" }, wrong.text);
                None
            }
        }
    }

    /// The reason in words.
    /// The error says what is wrong, and with which of the two fields.
    pub fn say(self, chosen: &str, words: &str, missing: &str) -> Result<String, WrongReason> {
        let wrong = |in_words, text: String| Err(WrongReason { in_words, text });
        let Some((value, label)) = self.0.iter().find(|(value, _)| *value == chosen) else {
            return wrong(false, missing.to_owned());
        };
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > WORDS_MAX {
            return wrong(true, format!("Scrivi al massimo {WORDS_MAX} caratteri"));
        }
        match (*value == OTHER, words.is_empty()) {
            (true, true) => wrong(true, "Scrivi il motivo in poche parole".to_owned()),
            (true, false) => Ok(words),
            (false, true) => Ok((*label).to_owned()),
            (false, false) => Ok(format!("{label}: {words}")),
        }
    }
}
