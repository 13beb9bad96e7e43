//! Italian dates and the one time zone of the project. Instants are UTC everywhere else; here they become Europe/Rome,
//! for screens and for SAC, and back.

use chrono::{Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Europe::Rome;

/// Why a text is not a date. The message is for the person who typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Another shape.
    #[error("Scrivi la data come gg/mm/aaaa.")]
    Shape,
    /// A day the calendar does not have.
    #[error("Questa data non esiste.")]
    NotInCalendar,
}

/// Reads `dd/mm/yyyy` (also with `-` or `.`) and `yyyy-mm-dd` (what a date field posts).
/// Fails on another shape, or no such day.
pub fn parse_date(text: &str) -> Result<NaiveDate, DateError> {
    let parts: Vec<&str> = text.trim().split(['/', '-', '.']).collect();
    let [first, month, last] = parts.as_slice() else { return Err(DateError::Shape) };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 {
        return Err(DateError::Shape);
    }
    NaiveDate::from_ymd_opt(number(year, 4)?, unsigned(month)?, unsigned(day)?).ok_or(DateError::NotInCalendar)
}

fn number(digits: &str, most: usize) -> Result<i32, DateError> {
    let fits = !digits.is_empty() && digits.len() <= most && digits.chars().all(|c| c.is_ascii_digit());
    if fits { digits.parse().map_err(|_| DateError::Shape) } else { Err(DateError::Shape) }
}

fn unsigned(digits: &str) -> Result<u32, DateError> {
    number(digits, 2).and_then(|n| u32::try_from(n).map_err(|_| DateError::Shape))
}

/// `19/11/2016`.
pub fn long(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// `19/11/16`, for narrow lists.
pub fn short(date: NaiveDate) -> String {
    date.format("%d/%m/%y").to_string()
}

/// `2016-11-19`, for date fields.
pub fn iso(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// `09.04`, as Italian texts write hours.
pub fn hour(local: NaiveDateTime) -> String {
    local.format("%H.%M").to_string()
}

/// `19/11/2016 alle 09.04`: an instant kept in the database (UTC), in Italian time.
pub fn moment(utc: NaiveDateTime) -> String {
    let local = to_rome(utc);
    format!("{} alle {}", long(local.date()), hour(local))
}

/// Italian local time of an instant kept in the database (UTC).
pub fn to_rome(utc: NaiveDateTime) -> NaiveDateTime {
    utc.and_utc().with_timezone(&Rome).naive_local()
}

/// The instant (UTC) of an Italian local time. In the hour that comes twice in October the first is meant; a time in the
/// hour that March skips is read as if the clock had not moved yet.
pub fn from_rome(local: NaiveDateTime) -> NaiveDateTime {
    match Rome.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.naive_utc(),
        LocalResult::None => local - Duration::hours(1),
    }
}

/// The day it is in Italy at an instant.
pub fn rome_day(utc: NaiveDateTime) -> NaiveDate {
    to_rome(utc).date()
}

/// The instant (UTC) at which a day begins in Italy.
pub fn day_start(day: NaiveDate) -> NaiveDateTime {
    from_rome(day.and_time(chrono::NaiveTime::MIN))
}

/// Full years of age on a day; 0 before birth. Who is born on 29 February turns a year older on 1 March.
pub fn age(birth: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(birth).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
    }

    #[test]
    fn reads_italian_and_field_dates() {
        for text in ["30/05/1963", "30-5-1963", "1963-05-30", " 30.05.1963 "] {
            assert_eq!(parse_date(text), Ok(day("1963-05-30")), "{text}");
        }
        assert_eq!(parse_date("31/02/2020"), Err(DateError::NotInCalendar));
        for text in ["", "30/05", "30/05/63", "30/05/1963/1", "aa/05/1963", "+1/05/1963", "300/05/1963"] {
            assert_eq!(parse_date(text), Err(DateError::Shape), "{text}");
        }
    }

    #[test]
    fn summer_and_winter() {
        assert_eq!(to_rome(time("2016-11-19 08:04:02")), time("2016-11-19 09:04:02"));
        assert_eq!(to_rome(time("2016-07-19 08:04:02")), time("2016-07-19 10:04:02"));
        assert_eq!(from_rome(time("2016-07-19 10:04:02")), time("2016-07-19 08:04:02"));
    }

    #[test]
    fn the_two_nights_the_clock_moves() {
        // 25 October 2026, 03:00 back to 02:00: half past two comes twice.
        assert_eq!(to_rome(time("2026-10-25 00:30:00")), time("2026-10-25 02:30:00"));
        assert_eq!(to_rome(time("2026-10-25 01:30:00")), time("2026-10-25 02:30:00"));
        assert_eq!(from_rome(time("2026-10-25 02:30:00")), time("2026-10-25 00:30:00"));
        // 29 March 2026, 02:00 on to 03:00: half past two does not exist.
        assert_eq!(from_rome(time("2026-03-29 02:30:00")), time("2026-03-29 01:30:00"));
        assert_eq!(to_rome(time("2026-03-29 01:30:00")), time("2026-03-29 03:30:00"));
        assert_eq!(day_start(day("2026-03-29")), time("2026-03-28 23:00:00"));
        assert_eq!(day_start(day("2026-10-25")), time("2026-10-24 22:00:00"));
    }

    #[test]
    fn the_italian_day_begins_before_the_utc_one() {
        assert_eq!(rome_day(time("2026-11-23 23:30:00")), day("2026-11-24"));
        assert_eq!(rome_day(time("2026-11-23 22:30:00")), day("2026-11-23"));
    }

    #[test]
    fn ages() {
        assert_eq!(age(day("1963-05-30"), day("2016-11-19")), 53);
        assert_eq!(age(day("1963-11-19"), day("2016-11-19")), 53);
        assert_eq!(age(day("1963-11-20"), day("2016-11-19")), 52);
        assert_eq!(age(day("2000-02-29"), day("2001-02-28")), 0);
        assert_eq!(age(day("2000-02-29"), day("2001-03-01")), 1);
        assert_eq!(age(day("2030-01-01"), day("2026-01-01")), 0);
    }

    #[test]
    fn written_forms() {
        assert_eq!(long(day("2016-11-19")), "19/11/2016");
        assert_eq!(short(day("2016-11-19")), "19/11/16");
        assert_eq!(iso(day("2016-11-19")), "2016-11-19");
        assert_eq!(hour(time("2016-11-19 09:04:02")), "09.04");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(days in 0i64..90_000) {
            let date = day("1880-01-01") + Duration::days(days);
            prop_assert_eq!(parse_date(&long(date)), Ok(date));
            prop_assert_eq!(parse_date(&iso(date)), Ok(date));
        }

        #[test]
        fn local_time_survives_the_round_trip(minutes in 0i64..10_000_000) {
            let utc = time("2015-01-01 00:00:00") + Duration::minutes(minutes);
            let local = to_rome(utc);
            prop_assert_eq!(to_rome(from_rome(local)), local);
        }
    }
}
