//! The fiscal code (codice fiscale) of a person: parsing with the check character, decoding of sex, birth date and
//! birthplace, and the computation of a code from a person's data. Rules: DM 23/12/1976 and the Revenue Agency's rules on
//! homocody (omocodia), where a digit is replaced by a letter to tell apart two people with the same code.
//!
//! A code identifies a person, so `Debug` never shows it and there is no `Display`: ask for [`FiscalCode::as_str`].

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::folding;

/// Letters of the months, January first.
const MONTHS: &str = "ABCDEHLMPRST";
/// Letters that stand for the digits 0 to 9 in a homocode.
const HOMOCODY: &str = "LMNPQRSTUV";
/// Weight of the characters in odd position (first, third, ...), by rank: 0 to 9 and A to Z share the same first ten.
const ODD_WEIGHTS: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// What stands at each of the 16 positions: a letter, a digit (or its homocody letter), or the month.
const SHAPE: &str = "AAAAAA00M00A000A";

/// Administrative sex as the fiscal code states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// M.
    Male,
    /// F.
    Female,
}

impl Sex {
    /// The letter kept in the database and shown on screen.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
        }
    }

    /// Reads `M` or `F`, in any case.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.trim() {
            "M" | "m" => Some(Self::Male),
            "F" | "f" => Some(Self::Female),
            _ => None,
        }
    }
}

/// Why a text is not a person's fiscal code. The message is for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FiscalCodeError {
    /// Nothing was typed.
    #[error("Scrivi il codice fiscale: sono 16 caratteri.")]
    Empty,
    /// Eleven digits: the code of a company or body.
    #[error(
        "Questo codice di 11 cifre è di una società o di un ente: serve il codice fiscale della persona, di 16 caratteri."
    )]
    Company,
    /// Not 16 characters.
    #[error("Il codice fiscale ha 16 caratteri: qui sono {0}.")]
    Length(usize),
    /// A sign that is neither a letter nor a digit.
    #[error("Il codice fiscale ha solo lettere e cifre: togli «{0}».")]
    Character(char),
    /// A digit where a letter must stand, or the other way round.
    #[error("Il carattere {position} del codice fiscale non può essere «{found}»: {expected}.")]
    Position {
        /// Position, counted from 1.
        position: usize,
        /// What was typed there.
        found: char,
        /// What belongs there, in words.
        expected: &'static str,
    },
    /// Day and month do not exist.
    #[error("Il codice fiscale contiene una data di nascita che non esiste: ricontrolla i caratteri da 7 a 11.")]
    BirthDate,
    /// The last character does not follow from the others.
    #[error("L'ultimo carattere del codice fiscale non corrisponde agli altri: ricontrolla quello che hai scritto.")]
    CheckCharacter,
}

/// A checked fiscal code of a person, upper case, 16 characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FiscalCode(String);

impl fmt::Debug for FiscalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FiscalCode(..)")
    }
}

impl FiscalCode {
    /// Reads what a person typed: spaces are dropped and case does not matter.
    /// The error is the first thing that is wrong, most telling first: kind of code, length, characters, date, check
    /// character.
    pub fn parse(text: &str) -> Result<Self, FiscalCodeError> {
        let code: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        let length = code.chars().count();
        if length == 0 {
            return Err(FiscalCodeError::Empty);
        }
        if length == 11 && code.chars().all(|c| c.is_ascii_digit()) {
            return Err(FiscalCodeError::Company);
        }
        if let Some(c) = code.chars().find(|c| !c.is_ascii_alphanumeric()) {
            return Err(FiscalCodeError::Character(c));
        }
        if length != 16 {
            return Err(FiscalCodeError::Length(length));
        }
        check_shape(&code)?;
        let code = Self(code);
        if !code.parts().exists_in_some_century() {
            return Err(FiscalCodeError::BirthDate);
        }
        if code.0.chars().last() != check_character(&code.0) {
            return Err(FiscalCodeError::CheckCharacter);
        }
        Ok(code)
    }

    /// Reckons the code of a person. `birthplace` is the cadastral ("Belfiore") code: `L483`, `Z404`.
    /// Fails when the birthplace is not a letter and three digits.
    pub fn compute(
        surname: &str,
        name: &str,
        birth_date: NaiveDate,
        sex: Sex,
        birthplace: &str,
    ) -> Result<Self, FiscalCodeError> {
        let month = usize::try_from(birth_date.month0()).ok().and_then(|m| MONTHS.chars().nth(m)).unwrap_or('A');
        let day = birth_date.day() + if sex == Sex::Female { 40 } else { 0 };
        let year = birth_date.year().rem_euclid(100);
        let mut code = format!(
            "{}{}{year:02}{month}{day:02}{}",
            surname_letters(surname),
            name_letters(name),
            birthplace.trim().to_uppercase()
        );
        code.push(check_character(&code).unwrap_or('A'));
        Self::parse(&code)
    }

    /// The 16 characters. Not for logs, addresses or job rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Sex: a woman's day of birth is written plus 40.
    pub fn sex(&self) -> Sex {
        if self.parts().day > 40 { Sex::Female } else { Sex::Male }
    }

    /// Birth date. The code keeps two digits of the year: the latest century that is not after `today` is taken, so a
    /// person over 99 comes out a hundred years younger and the form must let the year be corrected.
    pub fn birth_date(&self, today: NaiveDate) -> NaiveDate {
        let parts = self.parts();
        let this_century = today.year() - today.year().rem_euclid(100);
        [0, -100, -200, -300, -400]
            .iter()
            .filter_map(|back| parts.date_in(this_century + back))
            .find(|date| *date <= today)
            .unwrap_or(NaiveDate::MIN)
    }

    /// Whether a stated birth date is the one of the code, in any century.
    pub fn matches_birth_date(&self, date: NaiveDate) -> bool {
        let parts = self.parts();
        parts.year == date.year().rem_euclid(100) && parts.month == date.month() && parts.day_of_month() == date.day()
    }

    /// Cadastral code of the birthplace (`L483`, `Z404`), with homocody undone.
    pub fn birthplace_code(&self) -> String {
        self.without_homocody().chars().skip(11).take(4).collect()
    }

    /// Whether surname and name give the six letters of the code.
    pub fn matches_person(&self, surname: &str, name: &str) -> bool {
        let letters: String = self.0.chars().take(6).collect();
        letters == format!("{}{}", surname_letters(surname), name_letters(name))
    }

    /// The first 15 characters with every digit written as a digit.
    fn without_homocody(&self) -> String {
        self.0
            .chars()
            .zip(SHAPE.chars())
            .take(15)
            .map(
                |(c, kind)| {
                    if kind == '0' { digit_of(c).and_then(|d| char::from_digit(d, 10)).unwrap_or(c) } else { c }
                },
            )
            .collect()
    }

    fn parts(&self) -> Parts {
        let digit = |position: usize| self.0.chars().nth(position).and_then(digit_of).unwrap_or(0);
        let month = self.0.chars().nth(8).and_then(|c| MONTHS.chars().zip(1..).find(|(m, _)| *m == c));
        Parts {
            year: i32::try_from(digit(6) * 10 + digit(7)).unwrap_or(0),
            month: month.map_or(0, |(_, number)| number),
            day: digit(9) * 10 + digit(10),
        }
    }
}

/// Year (two digits), month and day as written.
struct Parts {
    year: i32,
    month: u32,
    day: u32,
}

impl Parts {
    fn day_of_month(&self) -> u32 {
        if self.day > 40 { self.day - 40 } else { self.day }
    }

    fn date_in(&self, century: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(century + self.year, self.month, self.day_of_month())
    }

    /// 29 February of year 00 exists in 2000 and not in 1900: one century is enough.
    fn exists_in_some_century(&self) -> bool {
        self.date_in(1900).or_else(|| self.date_in(2000)).is_some()
    }
}

/// Value of a digit, or of the letter that replaces it in a homocode.
fn digit_of(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| HOMOCODY.chars().zip(0..).find(|(letter, _)| *letter == c).map(|(_, value)| value))
}

fn check_shape(code: &str) -> Result<(), FiscalCodeError> {
    for ((found, kind), position) in code.chars().zip(SHAPE.chars()).zip(1..) {
        let (fits, expected) = match kind {
            'A' => (found.is_ascii_uppercase(), "qui va una lettera"),
            'M' => (MONTHS.contains(found), "qui va la lettera del mese di nascita"),
            _ => (digit_of(found).is_some(), "qui va una cifra"),
        };
        if !fits {
            return Err(FiscalCodeError::Position { position, found, expected });
        }
    }
    Ok(())
}

/// The 16th character, from the first 15.
fn check_character(code: &str) -> Option<char> {
    let mut sum = 0;
    for (c, position) in code.chars().take(15).zip(1u32..) {
        let rank = c.to_digit(36).map(|value| if value >= 10 { value - 10 } else { value })?;
        sum += if position % 2 == 1 { *ODD_WEIGHTS.get(usize::try_from(rank).ok()?)? } else { rank };
    }
    char::from_digit(10 + sum % 26, 36).map(|c| c.to_ascii_uppercase())
}

/// Whether a letter counts as a vowel for the code (Y does not).
pub(super) fn is_vowel(c: char) -> bool {
    matches!(c, 'A' | 'E' | 'I' | 'O' | 'U')
}

/// Consonants, then vowels, of the folded letters of a name.
fn letters(text: &str) -> (Vec<char>, Vec<char>) {
    folding::fold(text).chars().filter(char::is_ascii_uppercase).partition(|c| !is_vowel(*c))
}

fn first_three(consonants: Vec<char>, vowels: Vec<char>) -> String {
    consonants.into_iter().chain(vowels).chain("XXX".chars()).take(3).collect()
}

/// Three letters of the surname: consonants, then vowels, then X.
fn surname_letters(surname: &str) -> String {
    let (consonants, vowels) = letters(surname);
    first_three(consonants, vowels)
}

/// Three letters of the name: with four consonants or more, the first, third and fourth.
fn name_letters(name: &str) -> String {
    let (mut consonants, vowels) = letters(name);
    if consonants.len() >= 4 {
        consonants.remove(1);
    }
    first_three(consonants, vowels)
}

#[cfg(test)]
mod tests;
