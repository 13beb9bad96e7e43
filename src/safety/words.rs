//! Free words in medical Italian: `penicillina`, `Penicilline` and `PENICILLIN` are one word.

use kernel::folding;

/// Words of a name that name nothing by themselves: `acido` is in an aspirin and in a vitamin.
const EMPTY: &[&str] = &[
    "ACIDO",
    "ALLERGIA",
    "ALLERGICO",
    "ALLERGICA",
    "ALTRI",
    "DEL",
    "DELLA",
    "DELLE",
    "DEI",
    "FARMACI",
    "FARMACO",
    "INTOLLERANZA",
    "MEZZO",
    "MEZZI",
    "PROTEINE",
    "REAZIONE",
    "SODIO",
    "SODICO",
    "CALCIO",
    "POTASSIO",
    "MAGNESIO",
    "CLORIDRATO",
    "SOLFATO",
    "FOSFATO",
    "VERSO",
    "GRUPPO",
];

/// The words that name something, as stems.
pub(super) fn stems(text: &str) -> Vec<String> {
    folding::words(text).iter().filter(|word| names_something(word)).map(|word| stem(word)).collect()
}

fn names_something(word: &str) -> bool {
    word.chars().count() >= 3 && !EMPTY.contains(&word)
}

/// A word without the vowels at its end, which in Italian tell singular from plural: at most two, and three letters stay.
pub(super) fn stem(word: &str) -> String {
    let mut signs: Vec<char> = word.chars().collect();
    for _ in 0..2 {
        let vowel = signs.last().is_some_and(|sign| matches!(sign, 'A' | 'E' | 'I' | 'O' | 'U'));
        if signs.len() <= 3 || !vowel {
            break;
        }
        signs.pop();
    }
    signs.into_iter().collect()
}

/// Whether all `words` stand side by side in `text`.
pub(super) fn stand_in(words: &[String], text: &[String]) -> bool {
    !words.is_empty() && text.windows(words.len()).any(|window| window == words)
}

/// Whether the text says that there is no allergy.
pub(super) fn deny(text: &str) -> bool {
    let words = folding::words(text);
    let first = words.first().map(String::as_str).unwrap_or_default();
    matches!(first, "NESSUNA" | "NESSUN" | "NESSUNO" | "NEGA" | "NEGATIVO" | "NEGATIVA" | "NO" | "NKDA")
}

/// Whether a text holds nothing but words that name nothing (`acido`): it is compared with no name.
pub(super) fn is_empty(text: &str) -> bool {
    stems(text).is_empty()
}
