//! Region codes as SAC uses them: three digits, `050` for Veneto, `041` and `042` for the two autonomous provinces
//! (tracciato of DM 2/11/2011, field `codRegione`).

use std::fmt;

/// The code is not three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Il codice della regione ha tre cifre, per esempio 050.")]
pub struct RegionError;

/// A region code. That the region exists is a matter of the code list, not of the shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode(String);

impl RegionCode {
    /// Reads three digits.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let text = text.trim();
        if text.len() == 3 && text.chars().all(|c| c.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError)
        }
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_only() {
        assert_eq!(RegionCode::parse(" 050 ").map(|c| c.to_string()), Ok("050".to_owned()));
        for text in ["", "50", "0500", "05A", "٠٥٠"] {
            assert_eq!(RegionCode::parse(text), Err(RegionError), "{text}");
        }
    }
}
