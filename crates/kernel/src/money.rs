//! Prices in euro cents, as AIFA's lists and Italian screens write them: `4,90`, `23.097,36`, `5,63 €`, `-`.

use std::fmt;

/// Why a text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("il prezzo non è scritto come 1.234,56")]
pub struct MoneyError;

/// An amount in euro cents. `Display` writes it the Italian way, without the currency sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cents(pub i64);

impl Cents {
    /// Reads a price of a published list. `-` and an empty text mean that none was published.
    /// Fails on anything else than digits with dotted thousands and up to two decimals after a comma.
    pub fn parse_price(text: &str) -> Result<Option<Self>, MoneyError> {
        let text = text.trim().trim_matches('€').trim();
        if text.is_empty() || text == "-" {
            return Ok(None);
        }
        let (euro, decimals) = text.split_once(',').unwrap_or((text, ""));
        let cents = match decimals.len() {
            _ if !decimals.chars().all(|c| c.is_ascii_digit()) => return Err(MoneyError),
            0 if text.contains(',') => return Err(MoneyError),
            0 => 0,
            1 => number(decimals)? * 10,
            2 => number(decimals)?,
            _ => return Err(MoneyError),
        };
        let euro = whole_euro(euro)?;
        euro.checked_mul(100).and_then(|e| e.checked_add(cents)).map(|total| Some(Self(total))).ok_or(MoneyError)
    }
}

/// Plain digits, or groups of three after the first dot.
fn whole_euro(text: &str) -> Result<i64, MoneyError> {
    let mut groups = text.split('.');
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || first.len() <= 3;
    if first.is_empty() || !grouped || rest.iter().any(|group| group.len() != 3) {
        return Err(MoneyError);
    }
    number(&format!("{first}{}", rest.concat()))
}

fn number(digits: &str) -> Result<i64, MoneyError> {
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(MoneyError);
    }
    digits.parse().map_err(|_| MoneyError)
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        write!(f, "{sign}{},{:02}", thousands(amount / 100), amount % 100)
    }
}

/// A whole number with dotted thousands: `22.522`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (c, left) in digits.chars().zip((0..digits.len()).rev()) {
        out.push(c);
        if left % 3 == 0 && left > 0 {
            out.push('.');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_published_prices() {
        for (text, cents) in [
            ("4,90", 490),
            ("23.097,36", 2_309_736),
            ("5,63 €", 563),
            (" 12 ", 1200),
            ("0,5", 50),
            ("1234,56", 123_456),
        ] {
            assert_eq!(Cents::parse_price(text), Ok(Some(Cents(cents))), "{text}");
        }
        for text in ["-", "", " - ", "€"] {
            assert_eq!(Cents::parse_price(text), Ok(None), "{text}");
        }
        for text in
            ["4.90", "1,234", "a", "1,", ",50", "1.23,4", "1234.567,00", "-4,90", "1,2,3", "99999999999999999999"]
        {
            assert_eq!(Cents::parse_price(text), Err(MoneyError), "{text}");
        }
    }

    #[test]
    fn writes_the_italian_way() {
        assert_eq!(Cents(2_309_736).to_string(), "23.097,36");
        assert_eq!(Cents(5).to_string(), "0,05");
        assert_eq!(Cents(-163).to_string(), "-1,63");
        assert_eq!(thousands(1_234_567), "1.234.567");
        assert_eq!(thousands(0), "0");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cents in 0i64..10_000_000_000) {
            prop_assert_eq!(Cents::parse_price(&Cents(cents).to_string()), Ok(Some(Cents(cents))));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = Cents::parse_price(&text);
        }
    }
}
