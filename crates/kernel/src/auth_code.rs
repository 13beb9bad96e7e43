//! Authentication code (codice di autenticazione): 30 digits that only SAC issues. Without it a prescription may not be
//! printed or delivered. Its inner structure is not published: the code is opaque here.

use std::fmt;

/// Why a text is not an authentication code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthCodeError {
    /// Not 30 digits.
    #[error("il codice di autenticazione non è di 30 cifre")]
    Shape,
    /// All zeros, which the law excludes.
    #[error("il codice di autenticazione è di soli zeri")]
    Zeros,
}

/// A code issued by SAC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuthCode(String);

impl AuthCode {
    /// Reads 30 digits; surrounding spaces are dropped.
    /// Fails on another shape, or all zeros.
    pub fn parse(text: &str) -> Result<Self, AuthCodeError> {
        let text = text.trim();
        if text.len() != 30 || !text.chars().all(|c| c.is_ascii_digit()) {
            return Err(AuthCodeError::Shape);
        }
        if text.chars().all(|c| c == '0') {
            return Err(AuthCodeError::Zeros);
        }
        Ok(Self(text.to_owned()))
    }

    /// The 30 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Six groups of five, easy to read aloud.
    pub fn grouped(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        digits.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for AuthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn thirty_digits_not_all_zero() {
        let code = AuthCode::parse(" 191120160904022190000021250125\n").unwrap();
        assert_eq!(code.grouped(), "19112 01609 04022 19000 00212 50125");
        assert_eq!(AuthCode::parse(&"0".repeat(30)), Err(AuthCodeError::Zeros));
        assert_eq!(AuthCode::parse(&"1".repeat(29)), Err(AuthCodeError::Shape));
        assert_eq!(AuthCode::parse(&"A".repeat(30)), Err(AuthCodeError::Shape));
    }
}
