//! NRE, the number of an electronic prescription (numero di ricetta elettronica), and the lots it comes from.
//! Form: region (3 digits), grouping (2 letters or digits), size digit, then 9 digits of lot code and progressive
//! (DM 2/11/2011, technical annex). No check digit exists.
//!
//! How many of the last digits are the progressive is *not* read from the size digit: regional services hand out slices
//! of big lots whose size digit says otherwise. The width is 15 minus the length of the lot's prefix.

use std::fmt;

use super::region::RegionCode;

/// Length of a number.
const LENGTH: usize = 15;

/// Why a text is not an NRE or a lot prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NreError {
    /// Wrong number of characters.
    #[error("L'NRE ha 15 caratteri: qui sono {0}.")]
    Length(usize),
    /// A character that cannot stand where it is.
    #[error("Il carattere {0} dell'NRE non è ammesso in quella posizione.")]
    Position(usize),
    /// A lot prefix is 6 to 14 characters.
    #[error("Il codice del lotto ha da 6 a 14 caratteri: qui sono {0}.")]
    LotLength(usize),
    /// The progressive does not fit in the digits the lot leaves.
    #[error("Il lotto non contiene questo numero.")]
    OutsideLot,
}

/// A whole NRE. Not secret, but it opens a prescription together with the fiscal code: keep it out of logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nre(String);

impl Nre {
    /// Reads a number; spaces are dropped, case does not matter.
    /// Fails on a wrong length or a character out of place.
    pub fn parse(text: &str) -> Result<Self, NreError> {
        let text = normalise(text);
        let length = text.chars().count();
        if length != LENGTH {
            return Err(NreError::Length(length));
        }
        check_positions(&text)?;
        Ok(Self(text))
    }

    /// The `n`-th number of a lot, from 0.
    /// Fails when `n` needs more digits than the lot leaves.
    pub fn from_lot(lot: &LotPrefix, n: u64) -> Result<Self, NreError> {
        if n >= lot.capacity() {
            return Err(NreError::OutsideLot);
        }
        let width = lot.progressive_width();
        Self::parse(&format!("{}{n:0width$}", lot.0))
    }

    /// The 15 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two halves of the printed barcodes: the first 5 characters and the last 10.
    pub fn split(&self) -> (&str, &str) {
        self.0.split_at_checked(5).unwrap_or((&self.0, ""))
    }

    /// The region that issued the lot, when the code is a plain one.
    pub fn region(&self) -> Option<RegionCode> {
        RegionCode::parse(self.0.get(..3)?).ok()
    }

    /// Whether this is one of the lot's numbers.
    pub fn is_of(&self, lot: &LotPrefix) -> bool {
        self.0.starts_with(&lot.0)
    }
}

impl fmt::Display for Nre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything of a number but the progressive: what identifies a lot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LotPrefix(String);

impl LotPrefix {
    /// Reads a lot code.
    /// Fails when it is not 6 to 14 characters, or one out of place.
    pub fn parse(text: &str) -> Result<Self, NreError> {
        let text = normalise(text);
        let length = text.chars().count();
        if !(6..LENGTH).contains(&length) {
            return Err(NreError::LotLength(length));
        }
        check_positions(&text)?;
        Ok(Self(text))
    }

    /// The characters of the prefix.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Digits left for the progressive: 15 minus the length of the prefix.
    pub fn progressive_width(&self) -> usize {
        LENGTH - self.0.len()
    }

    /// How many numbers the lot holds.
    pub fn capacity(&self) -> u64 {
        (0..self.progressive_width()).fold(1, |product, _| product * 10)
    }
}

fn normalise(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// Three digits, two letters or digits, digits.
fn check_positions(text: &str) -> Result<(), NreError> {
    let fits =
        |c: char, position: usize| c.is_ascii_digit() || ((position == 4 || position == 5) && c.is_ascii_uppercase());
    text.chars()
        .zip(1..)
        .find(|(c, position)| !fits(*c, *position))
        .map_or(Ok(()), |(_, position)| Err(NreError::Position(position)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_and_split() {
        let nre = Nre::parse(" 1300a 4019294836").unwrap();
        assert_eq!(nre.to_string(), "1300A4019294836");
        assert_eq!(nre.split(), ("1300A", "4019294836"));
        assert_eq!(nre.region().unwrap().as_str(), "130");
    }

    #[test]
    fn wrong_numbers_are_refused() {
        // The specification's own sample has 14 characters.
        assert_eq!(Nre::parse("1300Z400151111"), Err(NreError::Length(14)));
        assert_eq!(Nre::parse("13A0A4019294836"), Err(NreError::Position(3)));
        assert_eq!(Nre::parse("1300AA019294836"), Err(NreError::Position(6)));
        assert_eq!(Nre::parse("1300À4019294836"), Err(NreError::Position(5)));
        assert_eq!(Nre::parse(""), Err(NreError::Length(0)));
    }

    #[test]
    fn width_comes_from_the_prefix() {
        let ordinary = LotPrefix::parse("0500A01234567").unwrap();
        assert_eq!((ordinary.progressive_width(), ordinary.capacity()), (2, 100));
        assert_eq!(Nre::from_lot(&ordinary, 7).unwrap().as_str(), "0500A0123456707");
        assert_eq!(Nre::from_lot(&ordinary, 100), Err(NreError::OutsideLot));
        // A slice of a regional lot: size digit 4, yet a thousand numbers.
        let slice = LotPrefix::parse("010A24123456").unwrap();
        assert_eq!(slice.capacity(), 1000);
        assert_eq!(Nre::from_lot(&slice, 999).unwrap().as_str(), "010A24123456999");
        // The ministry's own list shows a lot of seven characters.
        assert_eq!(LotPrefix::parse("1300A40").unwrap().capacity(), 100_000_000);
        assert_eq!(LotPrefix::parse("1300A"), Err(NreError::LotLength(5)));
        assert_eq!(LotPrefix::parse("1300A4019294836"), Err(NreError::LotLength(15)));
    }

    proptest! {
        #[test]
        fn every_number_of_a_lot_is_its_own(prefix in "[0-9]{3}[0-9A-Z]{2}[0-9]{1,8}", n in 0u64..100) {
            let lot = LotPrefix::parse(&prefix).unwrap();
            let nre = Nre::from_lot(&lot, n).unwrap();
            prop_assert!(nre.is_of(&lot));
            let (head, tail) = nre.split();
            prop_assert_eq!((head.len(), tail.len()), (5, 10));
            prop_assert_eq!(Nre::parse(nre.as_str()).unwrap(), nre);
        }
    }
}
