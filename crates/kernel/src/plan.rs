//! The therapeutic plan (piano terapeutico) a drug is prescribed under: a protocol and the last day it holds.

use chrono::{Days, NaiveDate};

use super::{dates, text};

/// Longest protocol.
pub const PROTOCOL_MAX: usize = 40;

/// From how many days before its end a plan is warned about: time for the specialist's next visit.
pub const WARNED_DAYS: u64 = 30;

/// How a plan stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds, or there is none.
    Good,
    /// It ends soon; in words.
    Ending(String),
    /// It is over; in words.
    Over(String),
}

/// How the plan `protocol` (empty for none) stands. Its last day counts.
pub fn standing(protocol: &str, ends_on: Option<NaiveDate>, today: NaiveDate) -> Standing {
    let (false, Some(last)) = (protocol.is_empty(), ends_on) else { return Standing::Good };
    let shown = dates::short(last);
    if last < today {
        return Standing::Over(format!("Il piano terapeutico {protocol} è scaduto il {shown}."));
    }
    let soon = today.checked_add_days(Days::new(WARNED_DAYS)).is_some_and(|until| last <= until);
    if soon { Standing::Ending(format!("Il piano terapeutico {protocol} scade il {shown}.")) } else { Standing::Good }
}

/// `Piano terapeutico PT-7 fino al 31/12/26`; `None` without one.
pub fn in_words(protocol: &str, ends_on: Option<NaiveDate>) -> Option<String> {
    let until = ends_on.map(|day| format!(" fino al {}", dates::short(day))).unwrap_or_default();
    (!protocol.is_empty()).then(|| format!("Piano terapeutico {protocol}{until}"))
}

/// What was typed as a plan: protocol and last day go together, or there is none.
/// The error says what is wrong with the protocol, or else with the day, for who typed it.
pub fn read(protocol: &str, ends_on: &str) -> Result<(String, Option<NaiveDate>), (Part, String)> {
    let protocol = read_protocol(protocol).map_err(|why| (Part::Protocol, why))?;
    if ends_on.trim().is_empty() {
        let missing = (Part::Day, "Scrivi fino a quando vale il piano terapeutico".to_owned());
        return if protocol.is_empty() { Ok((protocol, None)) } else { Err(missing) };
    }
    let last = dates::parse_date(ends_on).map_err(|error| (Part::Day, error.to_string()))?;
    if protocol.is_empty() {
        return Err((Part::Protocol, "Scrivi il protocollo del piano terapeutico, o togli la scadenza".to_owned()));
    }
    Ok((protocol, Some(last)))
}

/// A part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The protocol.
    Protocol,
    /// The last day.
    Day,
}

/// A protocol as it may stand between `PT=` and `;`.
/// The error says why not, for who typed it.
fn read_protocol(written: &str) -> Result<String, String> {
    let protocol = text::one_line(written.trim(), PROTOCOL_MAX)
        .map_err(|_| format!("Scrivi al massimo {PROTOCOL_MAX} caratteri, senza segni speciali"))?;
    if protocol.contains([';', '=']) {
        return Err("Il protocollo non può contenere «;» o «=»".to_owned());
    }
    Ok(protocol)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_last_day_counts_and_the_month_before_it_warns() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let on = |today: &str| standing("PT-7", Some(day("2026-12-31")), day(today));
        assert_eq!(on("2026-11-30"), Standing::Good);
        assert_eq!(on("2026-12-01"), Standing::Ending("Il piano terapeutico PT-7 scade il 31/12/26.".to_owned()));
        assert!(matches!(on("2026-12-31"), Standing::Ending(_)));
        assert_eq!(on("2027-01-01"), Standing::Over("Il piano terapeutico PT-7 è scaduto il 31/12/26.".to_owned()));
        assert_eq!(standing("", Some(day("2020-01-01")), day("2026-11-30")), Standing::Good);
        assert_eq!(standing("PT-7", None, day("2026-11-30")), Standing::Good);
    }

    #[test]
    fn a_protocol_cannot_end_the_field_it_stands_in() {
        assert_eq!(read_protocol(" 2026/0042-A "), Ok("2026/0042-A".to_owned()));
        assert!(read_protocol("1;EROGDPC").is_err());
        assert!(read_protocol("PT=1").is_err());
        assert!(read_protocol(&"9".repeat(41)).is_err());
    }

    #[test]
    fn protocol_and_day_go_together() {
        assert_eq!(read("", ""), Ok((String::new(), None)));
        assert_eq!(read("PT-7", "2026-12-31"), Ok(("PT-7".to_owned(), "2026-12-31".parse().ok())));
        assert!(matches!(read("PT-7", ""), Err((Part::Day, _))));
        assert!(matches!(read("PT-7", "31/02/2026"), Err((Part::Day, _))));
        assert!(matches!(read("", "2026-12-31"), Err((Part::Protocol, _))));
    }
}
