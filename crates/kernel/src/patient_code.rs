//! The code by which the health service knows a patient: the fiscal code, or what stands for it while there is none.
//!
//! - a **provisional fiscal code**: eleven digits, the last of them a check digit; given to newborns and to asylum seekers
//!   by whoever registers them, until the Revenue Agency gives the other;
//! - **STP** (straniero temporaneamente presente) and **ENI** (europeo non iscritto): these letters and thirteen digits
//!   (region, health unit, number), for who is in Italy and may not enrol;
//! - **TEAM**: these letters and the number of a European card (tessera europea di assicurazione malattia), or of what
//!   stands for it, for who is insured by another State. SAC gets the number in a section of its own, and no code.
//!
//! None of these says sex, birth date or birthplace. Like a fiscal code they identify a person: `Debug` shows none.

use std::fmt;

use super::fiscal_code::{FiscalCode, FiscalCodeError};

/// Why a text is no patient's code. The message is for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatientCodeError {
    /// Eleven digits whose last does not follow from the others.
    #[error(
        "L'ultima cifra di questo codice provvisorio di 11 cifre non corrisponde alle altre: ricontrolla quello che hai scritto."
    )]
    CheckDigit,
    /// STP or ENI without thirteen digits.
    #[error("Dopo STP o ENI ci sono 13 cifre: qui i caratteri sono {0}.")]
    Temporary(usize),
    /// TEAM without a number.
    #[error("Dopo TEAM scrivi il numero della tessera: da 5 a 20 lettere e cifre, come sono sulla tessera.")]
    Card,
    /// What is wrong with it as a fiscal code.
    #[error(transparent)]
    Fiscal(#[from] FiscalCodeError),
}

/// A checked code of a patient.
#[derive(Clone, PartialEq, Eq)]
pub enum PatientCode {
    /// The fiscal code of a person.
    Fiscal(FiscalCode),
    /// A provisional one, of eleven digits.
    Provisional(String),
    /// `STP` or `ENI` and thirteen digits.
    Temporary(String),
    /// `TEAM` and the number of a card.
    Card(String),
}

impl fmt::Debug for PatientCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientCode(..)")
    }
}

impl PatientCode {
    /// Reads what a person typed: spaces are dropped and case does not matter.
    /// The error says what is wrong with the kind of code it seems to be; a fiscal code when it seems to be none.
    pub fn parse(text: &str) -> Result<Self, PatientCodeError> {
        let code: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        if code.len() == 11 && code.bytes().all(|b| b.is_ascii_digit()) {
            let right = is_numeric_code(&code) && code.bytes().any(|b| b != b'0');
            return if right { Ok(Self::Provisional(code)) } else { Err(PatientCodeError::CheckDigit) };
        }
        if let Some(rest) = temporary(&code) {
            // A fiscal code may begin with the same letters, never with a digit after them.
            if rest.len() == 13 && rest.bytes().all(|b| b.is_ascii_digit()) {
                return Ok(Self::Temporary(code));
            }
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                return Err(PatientCodeError::Temporary(rest.chars().count()));
            }
        }
        let fiscal = FiscalCode::parse(&code);
        match code.strip_prefix(CARD) {
            // A person's own code may begin with the same letters.
            Some(number) if fiscal.is_err() && number.contains(|c: char| c.is_ascii_digit()) => {
                let right = (5..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric());
                if right { Ok(Self::Card(code)) } else { Err(PatientCodeError::Card) }
            }
            _ => Ok(Self::Fiscal(fiscal?)),
        }
    }

    /// The characters. Not for logs, addresses or job rows.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fiscal(code) => code.as_str(),
            Self::Provisional(code) | Self::Temporary(code) | Self::Card(code) => code,
        }
    }

    /// The fiscal code, which says sex, birth date and birthplace; `None` for what stands for it.
    pub const fn fiscal(&self) -> Option<&FiscalCode> {
        match self {
            Self::Fiscal(code) => Some(code),
            Self::Provisional(_) | Self::Temporary(_) | Self::Card(_) => None,
        }
    }

    /// Whether it is the number of a card of another State's insurance.
    pub const fn is_card(&self) -> bool {
        matches!(self, Self::Card(_))
    }
}

/// What a card's number begins with here.
pub const CARD: &str = "TEAM";

/// The number of a card, of a patient's code checked before; `None` for any other code.
pub fn card_number(code: &str) -> Option<&str> {
    let number = code.strip_prefix(CARD)?;
    FiscalCode::parse(code).is_err().then_some(number)
}

fn temporary(code: &str) -> Option<&str> {
    code.strip_prefix("STP").or_else(|| code.strip_prefix("ENI"))
}

/// Whether a patient's code, checked before, is an STP or ENI one: these have a kind of prescription of their own.
pub fn is_temporary(code: &str) -> bool {
    temporary(code).is_some_and(|rest| rest.len() == 13 && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Eleven digits of which the last follows from the others: every second digit is doubled, nine taken away where that goes
/// beyond one digit, and all of them add up to a multiple of ten.
pub fn is_numeric_code(code: &str) -> bool {
    let digits: Option<Vec<u32>> = code.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let weigh = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        };
        digits.len() == 11 && digits.iter().enumerate().map(weigh).sum::<u32>() % 10 == 0
    })
}

/// Whether a text of the search box opens a code that stands for the fiscal code: seven characters of it at least.
pub fn opens_substitute(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let length = text.len();
    let card = text.strip_prefix(CARD).is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    (card && (7..=24).contains(&length))
        || ((7..=11).contains(&length) && digits(text))
        || ((7..=16).contains(&length) && temporary(text).is_some_and(digits))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_stands_for_a_fiscal_code() {
        let provisional = PatientCode::parse(" 4000 0000006").unwrap();
        assert_eq!((provisional.as_str(), provisional.fiscal().is_none()), ("40000000006", true));
        for wrong in ["40000000007", "40000000005", "00000000001", "00000000000"] {
            assert_eq!(PatientCode::parse(wrong), Err(PatientCodeError::CheckDigit), "{wrong}");
        }
        for code in ["stp 050 201 0001234", "ENI0502010001234"] {
            let code = PatientCode::parse(code).unwrap();
            assert!(is_temporary(code.as_str()) && code.fiscal().is_none() && code.as_str().len() == 16);
        }
        assert_eq!(PatientCode::parse("STP050201000123"), Err(PatientCodeError::Temporary(12)));
        assert_eq!(PatientCode::parse("ENI05020100012345"), Err(PatientCodeError::Temporary(14)));
    }

    #[test]
    fn a_fiscal_code_is_what_it_was() {
        let code = PatientCode::parse("sccCLD63e30 L483q").unwrap();
        assert!(code.fiscal().is_some() && !is_temporary(code.as_str()));
        assert_eq!(PatientCode::parse(""), Err(FiscalCodeError::Empty.into()));
        assert_eq!(PatientCode::parse("4000000000"), Err(FiscalCodeError::Length(10).into()));
        // A person whose surname gives the same letters.
        let person =
            FiscalCode::compute("Stepa", "Ada", "1980-01-01".parse().unwrap(), crate::fiscal_code::Sex::Female, "L483");
        let person = person.unwrap();
        assert!(person.as_str().starts_with("STP") && PatientCode::parse(person.as_str()).unwrap().fiscal().is_some());
    }

    #[test]
    fn the_number_of_a_card() {
        let card = PatientCode::parse("team 8025 0000 0123 4567 8901").unwrap();
        assert!(card.is_card() && card.fiscal().is_none());
        assert_eq!(card_number(card.as_str()), Some("80250000012345678901"));
        for wrong in ["TEAM8025", "TEAM802500000123456789012", "TEAM8025-1"] {
            assert_eq!(PatientCode::parse(wrong), Err(PatientCodeError::Card), "{wrong}");
        }
        assert!(matches!(PatientCode::parse("TEAM"), Err(PatientCodeError::Fiscal(_))));
        assert_eq!(card_number("SCCCLD63E30L483Q"), None);
    }

    #[test]
    fn every_wrong_digit_of_a_provisional_code_is_noticed() {
        let code = "40000000006";
        for place in 0..11 {
            for digit in '0'..='9' {
                let changed: String =
                    code.chars().enumerate().map(|(at, c)| if at == place { digit } else { c }).collect();
                assert_eq!(is_numeric_code(&changed), changed == code, "{changed}");
            }
        }
    }

    #[test]
    fn the_search_knows_how_they_begin() {
        for text in ["4000000", "40000000006", "STP0502", "ENI0502010001234", "TEAM802", "TEAM80250000012345678901"] {
            assert!(opens_substitute(text), "{text}");
        }
        for text in ["400000", "400000000061", "STP050", "SACCAVINI", "STP0502X", "TEAMO", "TEAM80"] {
            assert!(!opens_substitute(text), "{text}");
        }
    }
}
