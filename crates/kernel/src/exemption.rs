//! Exemption codes (codici di esenzione) and what kind of exemption a code states: read from its shape, since every
//! region adds codes of its own to the national ones (DM 329/1999, DM 279/2001, DPCM 12/1/2017).

use std::fmt;

/// The text is not an exemption code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Il codice di esenzione ha da 2 a 7 lettere e cifre, per esempio 013 o E01.")]
pub struct ExemptionError;

/// What the exemption rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExemptionKind {
    /// A chronic disease: `013`, `0A02`, `031A`.
    Chronic,
    /// A rare disease: `RCG010`.
    Rare,
    /// Income and age: `E01` to `E04` and regional ones.
    Income,
    /// Civil disability: `C01` to `C06`.
    CivilDisability,
    /// War disability: `G01`, `G02`.
    War,
    /// Injury or disease of work: `L01` to `L04`.
    Work,
    /// Disability of service: `S01` to `S03`.
    Service,
    /// Victims of terrorism: `V01`, `V02`.
    Victim,
    /// Pregnancy: `M00` to `M99`.
    Pregnancy,
    /// Early diagnosis and prevention: `D..`, `P..`, `B01`.
    Prevention,
    /// Therapy of severe pain: `TDL01` (DL 347/2001 art. 9 c. 4).
    Pain,
    /// Any other code.
    Other,
}

impl ExemptionKind {
    /// Every kind with the word kept in the database and its Italian name.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Chronic, "chronic", "malattia cronica"),
        (Self::Rare, "rare", "malattia rara"),
        (Self::Income, "income", "reddito"),
        (Self::CivilDisability, "civil", "invalidità civile"),
        (Self::War, "war", "invalidità di guerra"),
        (Self::Work, "work", "invalidità del lavoro"),
        (Self::Service, "service", "invalidità per servizio"),
        (Self::Victim, "victim", "vittima del terrorismo"),
        (Self::Pregnancy, "pregnancy", "gravidanza"),
        (Self::Prevention, "prevention", "prevenzione"),
        (Self::Pain, "pain", "terapia del dolore"),
        (Self::Other, "other", "altra"),
    ];

    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("other", |(_, code, _)| code)
    }

    /// The Italian name shown on screen.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("altra", |(.., label)| label)
    }

    /// The kind of a word of the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word, _)| *word == code).map(|(kind, ..)| *kind)
    }

    /// Whether it belongs to named diseases, so that it applies to the drugs for them only.
    pub fn is_for_a_disease(self) -> bool {
        matches!(self, Self::Chronic | Self::Rare)
    }
}

/// A code, upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExemptionCode(String);

impl ExemptionCode {
    /// Reads 2 to 7 letters and digits.
    /// Fails on another shape.
    pub fn parse(text: &str) -> Result<Self, ExemptionError> {
        let text = text.trim().to_uppercase();
        if (2..=7).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric()) {
            Ok(Self(text))
        } else {
            Err(ExemptionError)
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind, from the shape.
    pub fn kind(&self) -> ExemptionKind {
        let mut chars = self.0.chars();
        let first = chars.next().unwrap_or(' ');
        let second_is_digit = chars.next().is_some_and(|c| c.is_ascii_digit());
        match first {
            '0' => ExemptionKind::Chronic,
            'R' if self.0.len() == 6 => ExemptionKind::Rare,
            'E' if second_is_digit => ExemptionKind::Income,
            'C' if second_is_digit => ExemptionKind::CivilDisability,
            'G' if second_is_digit => ExemptionKind::War,
            'L' if second_is_digit => ExemptionKind::Work,
            'S' if second_is_digit => ExemptionKind::Service,
            'V' if second_is_digit => ExemptionKind::Victim,
            'M' if second_is_digit => ExemptionKind::Pregnancy,
            'B' | 'D' | 'P' if second_is_digit => ExemptionKind::Prevention,
            'T' if self.0.starts_with("TDL") => ExemptionKind::Pain,
            _ => ExemptionKind::Other,
        }
    }
}

impl fmt::Display for ExemptionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn kinds_follow_the_shape() {
        use ExemptionKind::{Chronic, CivilDisability, Income, Other, Pain, Pregnancy, Prevention, Rare};
        for (text, kind) in [
            ("013", Chronic),
            ("0a02", Chronic),
            ("031A", Chronic),
            ("RCG010", Rare),
            ("E01", Income),
            ("C03", CivilDisability),
            ("M15", Pregnancy),
            ("P01", Prevention),
            ("PML", Other),
            ("TDL01", Pain),
            ("T01", Other),
            ("X01", Other),
        ] {
            let code = ExemptionCode::parse(text).unwrap();
            assert_eq!(code.kind(), kind, "{text}");
            assert_eq!(ExemptionKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(Rare.label(), "malattia rara");
        for text in ["", "0", "013.250", "12345678", "01 3"] {
            assert_eq!(ExemptionCode::parse(text), Err(ExemptionError), "{text}");
        }
    }
}
