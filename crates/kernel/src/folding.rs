//! Folding of names for search: one form for `D'Andrè`, `D’ANDRE` and `d andre`, kept in an indexed column and compared
//! by range. Pure text; no knowledge of what is being searched.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that no decomposition takes apart, with what an Italian clerk writes for them.
fn special(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "SS",
        'Æ' | 'æ' => "AE",
        'Œ' | 'œ' => "OE",
        'Ø' | 'ø' => "O",
        'Ł' | 'ł' => "L",
        'Đ' | 'đ' | 'Ð' | 'ð' => "D",
        'Þ' | 'þ' => "TH",
        'Ħ' | 'ħ' => "H",
        'ı' => "I",
        _ => return None,
    })
}

/// Folds a text: compatibility decomposition, combining marks dropped, upper case, every sign that is neither a letter
/// nor a digit (apostrophes, hyphens, commas) turned into one space, spaces collapsed.
///
/// The result holds only letters, digits and single inner spaces: it never holds a `LIKE` wildcard.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        match special(c) {
            Some(letters) => out.push_str(letters),
            None => out.extend(c.to_uppercase()),
        }
    }
    out
}

/// The folded words of a text, in order.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Whether folded `words` stand in a folded text as whole words: `APOMORFINA` is not `MORFINA`.
pub fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(' '));
        let after = text.get(at + found.len()..).is_some_and(|after| after.is_empty() || after.starts_with(' '));
        before && after
    })
}

/// The search key of a person: the folded surname in one piece, a space, the folded name; then, where they are of several
/// words, the words of the surname and the name in one piece: `DALLOLIO ANNA MARIA DALL OLIO ANNAMARIA`.
///
/// So `dallolio` and `dall'olio` are the same start of the key, `olio` a later word of it, and Dall'Olio stands in
/// a list where a telephone book has her.
pub fn person_key(surname: &str, name: &str) -> String {
    let (surname, name) = (fold(surname), fold(name));
    let joined = |text: &str| text.replace(' ', "");
    let several = |text: &str| text.contains(' ');
    let mut parts = vec![joined(&surname), name.clone()];
    if several(&surname) {
        parts.push(surname);
    }
    if several(&name) {
        parts.push(joined(&name));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

/// The words of a search key after its first, each once: given names, and surnames that are not in one piece.
pub fn later_words(key: &str) -> Vec<&str> {
    let mut words: Vec<&str> = key.split(' ').skip(1).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// First letter of the surname and first letter of the name, folded: `SC` for SACCAVINI Claudio.
pub fn initials(surname: &str, name: &str) -> String {
    [surname, name].iter().filter_map(|part| fold(part).chars().next()).collect()
}

/// The least string greater than every string that begins with `prefix`, so that
/// `key >= prefix AND key < upper_bound(prefix)` is the prefix search an index answers on both engines
/// (both compare by bytes of UTF-8, which is the order of code points).
pub fn upper_bound(prefix: &str) -> String {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = next_char(last) {
            chars.push(next);
            return chars.into_iter().collect();
        }
    }
    char::MAX.to_string()
}

/// The code point after `c`, jumping over the surrogates.
fn next_char(c: char) -> Option<char> {
    let next = u32::from(c).checked_add(1)?;
    if next == 0xD800 { Some('\u{E000}') } else { char::from_u32(next) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_italian_and_foreign_names() {
        assert_eq!(fold("  D'Andrè   Niccolò "), "D ANDRE NICCOLO");
        assert_eq!(fold("D’ANDRE`"), "D ANDRE");
        assert_eq!(fold("Straße"), "STRASSE");
        assert_eq!(fold("Łukasz Øyvind Đorđe"), "LUKASZ OYVIND DORDE");
        assert_eq!(fold("Ștefan-Popescu"), "STEFAN POPESCU");
        assert_eq!(fold("S.C."), "S C");
        assert_eq!(fold("'’- "), "");
    }

    #[test]
    fn a_key_holds_names_in_one_piece_and_in_words() {
        assert_eq!(person_key("Saccavini", "Claudio"), "SACCAVINI CLAUDIO");
        assert_eq!(person_key("Dall'Olio", "Anna Maria"), "DALLOLIO ANNA MARIA DALL OLIO ANNAMARIA");
        assert_eq!(person_key("De' Medici", "Còsimo"), "DEMEDICI COSIMO DE MEDICI");
        assert_eq!((person_key("", "Anna"), person_key("’", "")), ("ANNA".to_owned(), String::new()));
    }

    #[test]
    fn later_words_are_all_but_the_first_once() {
        assert_eq!(
            later_words("DALLOLIO ANNA MARIA DALL OLIO ANNAMARIA"),
            ["ANNA", "ANNAMARIA", "DALL", "MARIA", "OLIO"]
        );
        assert_eq!(later_words("ROSSI ANNA ANNA"), ["ANNA"]);
        assert!(later_words("ANNA").is_empty() && later_words(" ").is_empty() && later_words("").is_empty());
    }

    #[test]
    fn initials_take_the_first_letters() {
        assert_eq!(initials("Saccavini", "Claudio"), "SC");
        assert_eq!(initials("D'Alò", "Èva Maria"), "DE");
        assert_eq!(initials("", "Anna"), "A");
    }

    #[test]
    fn bound_steps_over_the_end_of_the_alphabet() {
        assert_eq!(upper_bound("SACC"), "SACD");
        assert_eq!(upper_bound("A\u{10FFFF}"), "B");
        assert_eq!(upper_bound("\u{D7FF}"), "\u{E000}");
        assert_eq!(upper_bound(""), "\u{10FFFF}");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
            prop_assert!(!once.contains(['%', '_']));
        }

        #[test]
        fn the_range_holds_exactly_the_strings_with_the_prefix(prefix in "[A-Z]{1,5}", other in "[A-Z ]{0,8}", tail in "\\PC{0,5}") {
            let bound = upper_bound(&prefix);
            let inside = format!("{prefix}{tail}");
            prop_assert!(inside >= prefix && inside < bound);
            prop_assert_eq!(other.starts_with(&prefix), other >= prefix && other < bound);
        }
    }
}
