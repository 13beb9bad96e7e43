//! ATC, the anatomical therapeutic chemical class of a medicine (WHO): five levels, `J` `J01` `J01C` `J01CA` `J01CA04`.

use std::fmt;

/// The text is not an ATC code of any level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("il codice ATC non ha la forma di J01CA04")]
pub struct AtcError;

/// A code of any level, upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Atc(String);

impl Atc {
    /// Reads a code of 1, 3, 4, 5 or 7 characters.
    /// Fails on another length, or a letter where a digit belongs.
    pub fn parse(text: &str) -> Result<Self, AtcError> {
        let text = text.trim().to_uppercase();
        let fits = |(c, kind): (char, char)| if kind == '0' { c.is_ascii_digit() } else { c.is_ascii_uppercase() };
        if level_of(text.len()).is_some() && text.chars().zip("A00AA00".chars()).all(fits) {
            Ok(Self(text))
        } else {
            Err(AtcError)
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 1 (anatomical group) to 5 (substance).
    pub fn level(&self) -> u8 {
        level_of(self.0.len()).unwrap_or(0)
    }

    /// Whether `other` is this class or one below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

fn level_of(length: usize) -> Option<u8> {
    match length {
        1 => Some(1),
        3 => Some(2),
        4 => Some(3),
        5 => Some(4),
        7 => Some(5),
        _ => None,
    }
}

impl fmt::Display for Atc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn levels_and_containment() {
        let codes: Vec<Atc> = ["j", "J01", "J01C", "J01CA", "J01CA04"].iter().map(|c| Atc::parse(c).unwrap()).collect();
        assert_eq!(codes.iter().map(Atc::level).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        let substance = Atc::parse("J01CA04").unwrap();
        assert!(codes.iter().all(|class| class.contains(&substance)));
        assert!(!substance.contains(&Atc::parse("J01CA").unwrap()));
        for text in ["", "J0", "J01CA0", "101CA04", "J01CA044", "J01C404"] {
            assert_eq!(Atc::parse(text), Err(AtcError), "{text}");
        }
    }
}
