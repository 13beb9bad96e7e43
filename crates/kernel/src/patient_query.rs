//! What the one search box of the patients' page understands (S57-S61): surname, surname and name, initials, fiscal code
//! whole or in part, year of birth, and combinations. The result says which indexed ranges answer it; it runs nothing.
//!
//! Reading rules:
//! - a group of four digits from 1850 to 2100 is a year of birth; the rest narrows it;
//! - single letters apart (`S C`, `S.C.`) are initials;
//! - two bare letters (`SC`) may be initials or the start of a surname: both are looked for;
//! - letters and digits in the order of a fiscal code (`SCCCLD63`) are the start of one; letters alone that could open
//!   one (`SCC`, `SCCCLD`, and `BRAMBILLA` or `LEONE ANNA`, where some letters stand for digits) are looked for as a name too;
//! - seven to eleven digits, or `STP`, `ENI` or `TEAM` and digits, are the start of a code that stands for the fiscal code;
//! - twelve to twenty digits are the start of the number of a European card;
//! - anything else is the start of the surname, each further word the start of a further name; the surname may also come
//!   later (`claudio sacc`, `maria de rossi`, `C S`), and a single word that begins nobody's surname is looked for among the later words
//!   (given names, second surnames);
//! - keys hold surnames in one piece (see [`folding::person_key`]), so `DALO` finds `D'ALÒ`; what is written apart is
//!   also looked for in one piece, so that `de medici` finds `Demedici` and `rossi anna maria` finds `Annamaria`.

use super::fiscal_code::is_vowel;
use super::folding;
use super::patient_code::{CARD, opens_substitute};

/// How many of the first words may begin the surname.
const STARTS: usize = 4;
/// How many words a surname may be written in (`De la Cruz`).
const PIECES: usize = 3;

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
    /// How to read the text when those find nobody. It is answered by the later words of the keys.
    pub otherwise: Option<Reading>,
}

impl PatientQuery {
    /// Understands a text; `None` when it holds no letter and no digit.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = folding::words(text);
        if words.is_empty() {
            return None;
        }
        let joined = words.concat();
        if opens_substitute(&joined) && !words.iter().any(|w| year(w).is_some()) {
            return Some(Self { birth_year: None, readings: vec![Reading::FiscalCode(joined)], otherwise: None });
        }
        // A card's number without the word that it is kept under.
        if (12..=20).contains(&joined.len()) && joined.bytes().all(|b| b.is_ascii_digit()) {
            let card = Reading::FiscalCode(format!("{CARD}{joined}"));
            return Some(Self { birth_year: None, readings: vec![card], otherwise: None });
        }
        let code = (is_long_code(&joined) && !words.iter().any(|w| year(w).is_some())).then_some(joined);
        if let Some(code) = code.as_ref().filter(|code| has_digit(code)) {
            return Some(Self { birth_year: None, readings: vec![Reading::FiscalCode(code.clone())], otherwise: None });
        }
        let birth_year = words.iter().find_map(|word| year(word));
        if let Some(position) = words.iter().position(|word| year(word).is_some()) {
            words.remove(position);
        }
        let mut readings = readings(&words);
        push_new(&mut readings, code.map(Reading::FiscalCode));
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
    if let Some(code) = words.iter().find(|word| is_long_code(word) && has_digit(word)) {
        return vec![Reading::FiscalCode(code.clone())];
    }
    let mut found = names(words);
    push_new(&mut found, words.iter().filter(|word| is_long_code(word)).cloned().map(Reading::FiscalCode));
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

/// Every choice of neighbouring words as the surname, the rest as further names; two names left beside each other also
/// in one piece.
fn names(words: &[String]) -> Vec<Reading> {
    let mut found = Vec::new();
    for from in 0..words.len().min(STARTS) {
        for to in from + 1..=words.len().min(from + PIECES) {
            let start = words.get(from..to).unwrap_or_default().concat();
            let others: Vec<String> =
                [words.get(..from), words.get(to..)].into_iter().flatten().flatten().cloned().collect();
            let in_one_piece = (others.len() == 2 && (from == 0 || to == words.len())).then(|| vec![others.concat()]);
            let ways = std::iter::once(others).chain(in_one_piece);
            push_new(&mut found, ways.map(|others| Reading::Name { start: start.clone(), others }));
        }
    }
    found
}

fn push_new(found: &mut Vec<Reading>, more: impl IntoIterator<Item = Reading>) {
    for reading in more {
        if !found.contains(&reading) {
            found.push(reading);
        }
    }
}

/// Four digits that can be a year of birth.
fn year(word: &str) -> Option<i32> {
    let digits = word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    word.parse().ok().filter(|year| digits && (1850..=2100).contains(year))
}

/// More than the six letters of the name, in the order of a fiscal code.
fn is_long_code(text: &str) -> bool {
    text.len() >= 7 && is_code_start(text)
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
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
        let three = |text, readings: [Reading; 3]| assert_eq!(ask(text), (None, readings.to_vec()), "{text}");
        three("Saccavini  cla", [name("SACCAVINI", &["CLA"]), name("SACCAVINICLA", &[]), name("CLA", &["SACCAVINI"])]);
        three("D’Alò", [name("D", &["ALO"]), name("DALO", &[]), name("ALO", &["D"])]);
        assert_eq!(ask("dalò"), (None, vec![name("DALO", &[])]));
        let all = [
            name("DE", &["ROSSI", "M"]),
            name("DE", &["ROSSIM"]),
            name("DEROSSI", &["M"]),
            name("DEROSSIM", &[]),
            name("ROSSI", &["DE", "M"]),
            name("ROSSIM", &["DE"]),
            name("M", &["DE", "ROSSI"]),
            name("M", &["DEROSSI"]),
        ];
        assert_eq!(ask("de rossi m"), (None, all.to_vec()));
        // However much is typed, the readings stay few: each is a statement.
        assert!(ask("a1 b1 c1 d1 e1 f1 g1").1.len() <= STARTS * PIECES + 2);
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
        let both = |a: &str, b: &str| vec![name(a, &[b]), name(&format!("{a}{b}"), &[]), name(b, &[a])];
        assert_eq!(ask("1950 rossi maria"), (Some(1950), both("ROSSI", "MARIA")));
        assert_eq!(ask("rossi 0012"), (None, both("ROSSI", "0012")));
    }

    #[test]
    fn fiscal_codes_whole_and_in_part() {
        let whole = vec![Reading::FiscalCode("SCCCLD63E30L483Q".into())];
        assert_eq!(ask("scccld63e30l483q"), (None, whole.clone()));
        assert_eq!(ask("SCC CLD 63E30 L483Q"), (None, whole));
        assert_eq!(ask("SCCCLD63"), (None, vec![Reading::FiscalCode("SCCCLD63".into())]));
        let either = |text: &str| vec![name(text, &[]), Reading::FiscalCode(text.into())];
        assert_eq!(ask("SCCCLDSPEP"), (None, either("SCCCLDSPEP")));
        assert_eq!(ask("SCCCLD"), (None, either("SCCCLD")));
        assert_eq!(ask("SCC"), (None, either("SCC")));
        // A surname that cannot open a code is only a surname.
        assert_eq!(ask("rossi"), (None, vec![name("ROSSI", &[])]));
        assert_eq!(ask("martinelli"), (None, vec![name("MARTINELLI", &[])]));
        // Short foreign names end in X.
        assert_eq!(ask("FOXLIX80A01"), (None, vec![Reading::FiscalCode("FOXLIX80A01".into())]));
    }

    #[test]
    fn names_that_look_like_a_code_are_names_too() {
        for text in ["brambilla", "trentin", "scarsella", "scandella"] {
            let (upper, readings) = (text.to_uppercase(), ask(text).1);
            assert!(readings.contains(&name(&upper, &[])), "{text}: {readings:?}");
            assert!(PatientQuery::parse(text).unwrap().otherwise.is_some(), "{text}");
        }
        for (text, surname, given) in [("LEONE Anna", "LEONE", "ANNA"), ("luc bianco", "BIANCO", "LUC")] {
            let readings = ask(text).1;
            assert!(readings.contains(&name(surname, &[given])), "{text}: {readings:?}");
        }
        assert_eq!(ask("brambilla 1963").0, Some(1963));
    }

    #[test]
    fn the_number_of_a_card_is_one_with_and_without_its_word() {
        let card = |text: &str| Reading::FiscalCode(text.to_owned());
        assert_eq!(ask("8025 0000 0123 45"), (None, vec![card("TEAM80250000012345")]));
        assert_eq!(ask("team 8025"), (None, vec![card("TEAM8025")]));
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
