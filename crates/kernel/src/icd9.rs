//! ICD-9-CM diagnosis codes, Italian edition: `250`, `345.4`, `814.01`, `V42.0`, `E880.1`.

use std::fmt;

/// The text is not a diagnosis code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Il codice della diagnosi non ha la forma di 250 o 345.4.")]
pub struct Icd9Error;

/// A code with its dot, upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Icd9(String);

impl Icd9 {
    /// Reads a code. A missing dot is put in (`3454` is 345.4, `V420` is V42.0).
    /// Fails on another shape.
    pub fn parse(text: &str) -> Result<Self, Icd9Error> {
        let text = text.trim().to_uppercase();
        if !text.is_ascii() {
            return Err(Icd9Error);
        }
        // Where the heading ends: E codes have four characters, all others three.
        let heading = if text.starts_with('E') { 4 } else { 3 };
        let (head, tail) = text.split_at_checked(heading).ok_or(Icd9Error)?;
        let tail = tail.strip_prefix('.').map_or(Some(tail), |t| if t.is_empty() { None } else { Some(t) });
        let tail = tail.ok_or(Icd9Error)?;
        let digits = head.strip_prefix(['V', 'E']).unwrap_or(head);
        let most = if heading == 4 { 1 } else { 2 };
        if !digits.chars().chain(tail.chars()).all(|c| c.is_ascii_digit()) || tail.len() > most {
            return Err(Icd9Error);
        }
        Ok(Self(if tail.is_empty() { head.to_owned() } else { format!("{head}.{tail}") }))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `code` is this one or one of its subdivisions: 250 covers 250.01, 279.0 covers 279.06.
    pub fn covers(&self, code: &Self) -> bool {
        code.0.starts_with(&self.0)
    }
}

impl fmt::Display for Icd9 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn shapes() {
        for (text, kept) in [
            ("250", "250"),
            ("345.4", "345.4"),
            ("3454", "345.4"),
            ("814.01", "814.01"),
            (" v42.0 ", "V42.0"),
            ("V420", "V42.0"),
            ("E880.1", "E880.1"),
            ("E8801", "E880.1"),
            ("001", "001"),
        ] {
            assert_eq!(Icd9::parse(text).unwrap().as_str(), kept);
        }
        for text in ["", "25", "250.", "250.123", "E88", "E880.12", "VX1", "25A", "25à", "250.1.2"] {
            assert_eq!(Icd9::parse(text), Err(Icd9Error), "{text}");
        }
    }

    #[test]
    fn a_heading_covers_its_subdivisions() {
        let covers = |a: &str, b: &str| Icd9::parse(a).unwrap().covers(&Icd9::parse(b).unwrap());
        assert!(covers("250", "250") && covers("250", "250.01") && covers("345.4", "345.41"));
        assert!(!covers("250.0", "250") && !covers("250", "251") && !covers("042", "V42.0"));
    }
}
