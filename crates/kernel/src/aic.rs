//! AIC, the marketing authorisation code of a medicine package (autorizzazione all'immissione in commercio): 9 digits,
//! the last of which is a check digit. The rule (digits 1, 3, 5, 7 as they are, digits 2, 4, 6, 8 doubled with the digits
//! of the product summed; total modulo 10) holds for every row of AIFA's published lists.

use std::fmt;

/// Why a text is not an AIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AicError {
    /// Not one to nine digits.
    #[error("il codice AIC ha 9 cifre")]
    Shape,
    /// The ninth digit does not follow from the others.
    #[error("la cifra di controllo del codice AIC non torna")]
    CheckDigit,
}

/// A checked AIC, 9 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aic(String);

impl Aic {
    /// Reads a code. Spreadsheets lose leading zeros: shorter codes are padded. The `A` printed on packs is dropped.
    /// Fails when it is not digits, more than nine, or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, AicError> {
        let text = text.trim();
        let digits = text.strip_prefix(['A', 'a']).unwrap_or(text);
        if digits.is_empty() || digits.len() > 9 || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(AicError::Shape);
        }
        let padded = format!("{digits:0>9}");
        if padded.chars().last().and_then(|c| c.to_digit(10)) != Some(check_digit(&padded)) {
            return Err(AicError::CheckDigit);
        }
        Ok(Self(padded))
    }

    /// The 9 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The six digits that all packages of one medicine share.
    pub fn medicine(&self) -> &str {
        self.0.get(..6).unwrap_or(&self.0)
    }
}

impl fmt::Display for Aic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The ninth digit, from the first eight.
fn check_digit(digits: &str) -> u32 {
    let weigh =
        |digit: u32, position: u32| if position.is_multiple_of(2) { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    digits.chars().take(8).zip(1..).map(|(c, position)| weigh(c.to_digit(10).unwrap_or(0), position)).sum::<u32>() % 10
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_codes_are_taken() {
        for text in ["023086150", "23086150", "A035885058", "023086174", "023086162", "023086061", "023086097"] {
            assert!(Aic::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Aic::parse("23086150").unwrap().as_str(), "023086150");
        assert_eq!(Aic::parse("023086150").unwrap().medicine(), "023086");
    }

    #[test]
    fn wrong_codes_are_refused() {
        assert_eq!(Aic::parse("023086151"), Err(AicError::CheckDigit));
        for text in ["", "A", "0230861500", "02308615X", "٠٢٣٠٨٦١٥٠"] {
            assert_eq!(Aic::parse(text), Err(AicError::Shape), "{text}");
        }
    }

    proptest! {
        #[test]
        fn exactly_one_check_digit_fits(body in "[0-9]{8}") {
            let good = (0..10).filter(|digit| Aic::parse(&format!("{body}{digit}")).is_ok()).count();
            prop_assert_eq!(good, 1);
        }
    }
}
