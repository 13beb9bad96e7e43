//! A reason chosen from a list, with a few words beside it: asked wherever something is undone.

use crate::web::forms::{Choice, FormState};

/// The value that wants words.
pub const OTHER: &str = "altro";
/// Longest text.
const WORDS_MAX: usize = 200;

/// Value and label of each reason; the last is usually ([`OTHER`], «Altro»).
#[derive(Clone, Copy, Debug)]
pub struct Reasons(pub &'static [(&'static str, &'static str)]);

impl Reasons {
    /// For the drop-down.
    #[must_use]
    pub fn choices(self) -> Vec<Choice> {
        self.0.iter().map(|(value, label)| Choice::new(*value, *label)).collect()
    }

    /// The reason in words, from the fields `motivo` and `testo`; what is wrong goes into `form`. `missing` is said when
    /// none was chosen.
    #[must_use]
    pub fn read(self, chosen: &str, words: &str, missing: &str, form: &mut FormState) -> Option<String> {
        let Some((value, label)) = self.0.iter().find(|(value, _)| *value == chosen) else {
            form.error("motivo", missing);
            return None;
        };
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.chars().count() > WORDS_MAX {
            form.error("testo", format!("Scrivi al massimo {WORDS_MAX} caratteri"));
        } else if *value == OTHER && words.is_empty() {
            form.error("testo", "Scrivi il motivo in poche parole");
        }
        let reason = match (*value == OTHER, words.is_empty()) {
            (true, _) => words,
            (false, true) => (*label).to_owned(),
            (false, false) => format!("{label}: {words}"),
        };
        (!form.is_invalid()).then_some(reason)
    }
}
