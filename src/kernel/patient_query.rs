//! What the one search box of the patients' page understands (S57-S61): surname, surname and name, initials, fiscal code
//! whole or in part, year of birth, and combinations. The result says which indexed ranges answer it; it runs nothing.
//!
//! Reading rules:
//! - a group of four digits from 1850 to 2100 is a year of birth; the rest narrows it;
//! - single letters apart (`S C`, `S.C.`) are initials;
//! - two bare letters (`SC`) may be initials or the start of a surname: both are looked for;
//! - letters and digits in the order of a fiscal code (`SCCCLD63`) are the start of one; three to six letters that could
//!   open a fiscal code (`SCC`, `SCCCLD`) are looked for as a surname too;
//! - anything else is the start of the surname, each further word the start of a further name; the surname may also come
//!   later (`claudio sacc`, `maria de rossi`, `C S`), and a single word that begins nobody's surname is looked for among the later words
//!   (given names, second surnames);
//! - `DALO` also finds `D'ALÒ`, which folds to `D ALO`.

use super::fiscal_code::is_vowel;
use super::folding;

/// How many of the first words may begin the surname.
const STARTS: usize = 4;

/// One way to read the text; the patients found are those of any of the readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing but the year was written.
    Anyone,
    /// The search key begins with `start`; every one of `others` begins a later word of it.
    Name {
        /// Folded start of the search key.
        start: String,
        /// Folded starts of later words.
        others: Vec<String>,
    },
    /// A word of the search key that is not its first begins with this.
    LaterWord(String),
    /// Exactly these two initials.
    Initials(String),
    /// The fiscal code begins with this (16 characters: the whole code).
    FiscalCode(String),
}

/// What was asked in the search box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientQuery {
    /// Year of birth, which narrows every reading.
    pub birth_year: Option<i32>,
    /// At least one reading.
    pub readings: Vec<Reading>,
    /// How to read the text when those find nobody. It is answered within the archive, not by a range of an index.
    pub otherwise: Option<Reading>,
}

impl PatientQuery {
    /// Understands a text; `None` when it holds no letter and no digit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = folding::words(text);
        if words.is_empty() {
            return None;
        }
        let joined = words.concat();
        if joined.len() >= 7 && is_code_start(&joined) && !words.iter().any(|w| year(w).is_some()) {
            return Some(Self { birth_year: None, readings: vec![Reading::FiscalCode(joined)], otherwise: None });
        }
        let birth_year = words.iter().find_map(|word| year(word));
        if let Some(position) = words.iter().position(|word| year(word).is_some()) {
            words.remove(position);
        }
        let readings = readings(&words);
        let otherwise = match words.as_slice() {
            [word] if word.chars().count() >= 2 => Some(Reading::LaterWord(word.clone())),
            _ => None,
        };
        Some(Self { birth_year, readings, otherwise })
    }
}

fn readings(words: &[String]) -> Vec<Reading> {
    let Some((first, others)) = words.split_first() else { return vec![Reading::Anyone] };
    if words.len() >= 2 && words.iter().all(|word| word.chars().count() == 1) {
        let last = others.last().map_or("", String::as_str);
        let mut initials = vec![Reading::Initials(format!("{first}{last}"))];
        if first != last {
            initials.push(Reading::Initials(format!("{last}{first}")));
        }
        return initials;
    }
    if let Some(code) = words.iter().find(|word| word.len() >= 7 && is_code_start(word)) {
        return vec![Reading::FiscalCode(code.clone())];
    }
    let mut found = vec![Reading::Name { start: first.clone(), others: others.to_vec() }];
    if let Some(start) = with_apostrophe(first) {
        found.push(Reading::Name { start, others: others.to_vec() });
    }
    for (position, start) in words.iter().enumerate().take(STARTS).skip(1) {
        let others = words.iter().enumerate().filter(|(at, _)| *at != position).map(|(_, word)| word.clone()).collect();
        found.push(Reading::Name { start: start.clone(), others });
    }
    if others.is_empty() {
        if first.chars().count() == 2 && first.chars().all(char::is_alphabetic) {
            found.push(Reading::Initials(first.clone()));
        }
        if (3..=6).contains(&first.len()) && is_code_start(first) {
            found.push(Reading::FiscalCode(first.clone()));
        }
    }
    found
}

/// Four digits that can be a year of birth.
fn year(word: &str) -> Option<i32> {
    let digits = word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    word.parse().ok().filter(|year| digits && (1850..=2100).contains(year))
}

/// `DALO` as `D ALO`: the apostrophe of D'Alò folds to a space, and many leave it out.
fn with_apostrophe(word: &str) -> Option<String> {
    let rest = word.strip_prefix('D')?;
    (rest.chars().count() >= 2 && rest.chars().next().is_some_and(is_vowel)).then(|| format!("D {rest}"))
}

/// Whether a text can open a fiscal code: six letters (in each half consonants, then vowels, then X), two digits, month,
/// two digits, letter, three digits, letter. Digits may be homocody letters.
fn is_code_start(text: &str) -> bool {
    let fits = |(c, position): (char, usize)| match position {
        0..=5 | 11 | 15 => c.is_ascii_uppercase(),
        8 => "ABCDEHLMPRST".contains(c),
        _ => c.is_ascii_digit() || "LMNPQRSTUV".contains(c),
    };
    let letters: Vec<char> = text.chars().take(6).collect();
    text.chars().count() <= 16
        && text.chars().zip(0..).all(fits)
        && letters.chunks(3).all(|half| half.windows(2).all(|pair| in_order(pair.first(), pair.last())))
}

/// Consonants come before vowels in each half; X may follow both, because it also fills short names.
fn in_order(left: Option<&char>, right: Option<&char>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => !is_vowel(*left) || is_vowel(*right) || *right == 'X',
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn name(start: &str, others: &[&str]) -> Reading {
        Reading::Name { start: start.into(), others: others.iter().map(|w| (*w).to_owned()).collect() }
    }

    fn ask(text: &str) -> (Option<i32>, Vec<Reading>) {
        let query = PatientQuery::parse(text).unwrap();
        (query.birth_year, query.readings)
    }

    #[test]
    fn surname_alone_and_with_name() {
        assert_eq!(ask("saccav"), (None, vec![name("SACCAV", &[])]));
        let both = |text, straight, reversed| assert_eq!(ask(text), (None, vec![straight, reversed]), "{text}");
        both("Saccavini  cla", name("SACCAVINI", &["CLA"]), name("CLA", &["SACCAVINI"]));
        let three = [name("DE", &["ROSSI", "M"]), name("ROSSI", &["DE", "M"]), name("M", &["DE", "ROSSI"])];
        assert_eq!(ask("de rossi m"), (None, three.to_vec()));
        assert_eq!(ask("a1 b1 c1 d1 e1").1.len(), STARTS);
        both("D’Alò", name("D", &["ALO"]), name("ALO", &["D"]));
        assert_eq!(ask("dalò"), (None, vec![name("DALO", &[]), name("D ALO", &[])]));
    }

    #[test]
    fn initials_apart_and_bare() {
        let either = vec![Reading::Initials("SC".into()), Reading::Initials("CS".into())];
        for text in ["S C", "s.c.", "S. C", " s - c "] {
            assert_eq!(ask(text), (None, either.clone()), "{text}");
        }
        assert_eq!(ask("sc"), (None, vec![name("SC", &[]), Reading::Initials("SC".into())]));
        assert_eq!(ask("S C 1963"), (Some(1963), either));
        assert_eq!(ask("A A"), (None, vec![Reading::Initials("AA".into())]));
        assert_eq!(ask("S"), (None, vec![name("S", &[])]));
    }

    #[test]
    fn years_alone_and_combined() {
        assert_eq!(ask("1963"), (Some(1963), vec![Reading::Anyone]));
        assert_eq!(ask("sacc 1963"), (Some(1963), vec![name("SACC", &[])]));
        assert_eq!(ask("1950 rossi maria"), (Some(1950), vec![name("ROSSI", &["MARIA"]), name("MARIA", &["ROSSI"])]));
        assert_eq!(ask("rossi 0012"), (None, vec![name("ROSSI", &["0012"]), name("0012", &["ROSSI"])]));
    }

    #[test]
    fn fiscal_codes_whole_and_in_part() {
        let whole = vec![Reading::FiscalCode("SCCCLD63E30L483Q".into())];
        assert_eq!(ask("scccld63e30l483q"), (None, whole.clone()));
        assert_eq!(ask("SCC CLD 63E30 L483Q"), (None, whole));
        assert_eq!(ask("SCCCLD63"), (None, vec![Reading::FiscalCode("SCCCLD63".into())]));
        assert_eq!(ask("SCCCLDSPEP"), (None, vec![Reading::FiscalCode("SCCCLDSPEP".into())]));
        assert_eq!(ask("SCCCLD"), (None, vec![name("SCCCLD", &[]), Reading::FiscalCode("SCCCLD".into())]));
        assert_eq!(ask("SCC"), (None, vec![name("SCC", &[]), Reading::FiscalCode("SCC".into())]));
        // A surname that cannot open a code is only a surname.
        assert_eq!(ask("rossi"), (None, vec![name("ROSSI", &[])]));
        assert_eq!(ask("martinelli"), (None, vec![name("MARTINELLI", &[])]));
        // Short foreign names end in X.
        assert_eq!(ask("FOXLIX80A01"), (None, vec![Reading::FiscalCode("FOXLIX80A01".into())]));
    }

    #[test]
    fn a_single_word_may_be_a_given_name() {
        let otherwise = |text| PatientQuery::parse(text).unwrap().otherwise;
        assert_eq!(otherwise("claudio"), Some(Reading::LaterWord("CLAUDIO".into())));
        assert_eq!(otherwise("claudio 1963"), Some(Reading::LaterWord("CLAUDIO".into())));
        for text in ["c", "claudio sacc", "1963", "SCCCLD63E30L483Q"] {
            assert_eq!(otherwise(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_is_no_query() {
        assert_eq!(PatientQuery::parse("  ,.' "), None);
    }

    proptest! {
        #[test]
        fn every_text_with_a_letter_has_a_reading(text in "\\PC{0,30}") {
            if let Some(query) = PatientQuery::parse(&text) {
                prop_assert!(!query.readings.is_empty());
            } else {
                prop_assert_eq!(folding::fold(&text), "");
            }
        }

        #[test]
        fn every_whole_code_is_read_as_one(
            surname in "[A-Z][a-z]{1,9}", given in "[A-Z][a-z]{1,9}", days in 0i64..45_000, place in "[A-MZ][0-9]{3}",
        ) {
            use super::super::fiscal_code::{FiscalCode, Sex};
            let birth = chrono::NaiveDate::from_ymd_opt(1901, 1, 1).unwrap() + chrono::Duration::days(days);
            let code = FiscalCode::compute(&surname, &given, birth, Sex::Male, &place).unwrap();
            prop_assert_eq!(ask(code.as_str()), (None, vec![Reading::FiscalCode(code.as_str().to_owned())]));
        }
    }
}
