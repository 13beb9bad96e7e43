//! What SAC said about a prescription, as kept in the row: lists of small records, in JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use sac::{SacError, explain};

/// Reads a list written by [`notes_to_json`]. A list nobody can read is an empty one: it is a detail of the screen.
pub fn notes_from_json<T: DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Writes a list for the row.
pub fn notes_to_json<T: Serialize>(notes: &[T]) -> String {
    serde_json::to_string(notes).unwrap_or_else(|_unwritable| "[]".to_owned())
}

/// Why SAC refused a prescription, in words: the blocking ones of what is kept of its answer.
pub fn refusal_in_words(kept: &str) -> Vec<String> {
    let words =
        |error: &SacError| if error.code.is_empty() { error.text.clone() } else { explain(&error.code, &error.text) };
    notes_from_json(kept).iter().filter(|error: &&SacError| error.blocking).map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_the_row() {
        let notes = vec![SacError { code: "1020".into(), row: 1, text: "x".into(), blocking: true }];
        assert_eq!(notes_from_json::<SacError>(&notes_to_json(&notes)), notes);
        assert_eq!(notes_from_json::<SacError>("garbage"), vec![]);
    }
}
