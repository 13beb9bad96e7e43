//! Template filters: how dates, times and amounts read in Italian. `use crate::web::filters;` beside a page struct.
//!
//! Dates are those of the Italian calendar; instants are kept in UTC and become Italian local time only here.

use askama::{Result, Values};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Europe::Rome;

/// What [`date`], [`date_short`] and [`iso`] accept: a calendar date, or an instant in UTC.
pub trait Day {
    /// The day in Italy.
    fn day(&self) -> NaiveDate;
}

impl Day for NaiveDate {
    fn day(&self) -> NaiveDate {
        *self
    }
}

impl Day for NaiveDateTime {
    fn day(&self) -> NaiveDate {
        local(*self).date()
    }
}

impl Day for DateTime<Utc> {
    fn day(&self) -> NaiveDate {
        local(self.naive_utc()).date()
    }
}

impl<T: Day + ?Sized> Day for &T {
    fn day(&self) -> NaiveDate {
        (**self).day()
    }
}

/// Italian local time of an instant kept in UTC.
#[must_use]
pub fn local(utc: NaiveDateTime) -> NaiveDateTime {
    utc.and_utc().with_timezone(&Rome).naive_local()
}

/// `19/11/2016`.
#[askama::filter_fn]
pub fn date(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(value.day().format("%d/%m/%Y").to_string())
}

/// `19/11/16`, for narrow lists.
#[askama::filter_fn]
pub fn date_short(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(value.day().format("%d/%m/%y").to_string())
}

/// `2016-11-19`, for `datetime` attributes and date fields.
#[askama::filter_fn]
pub fn iso(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(value.day().format("%Y-%m-%d").to_string())
}

/// `09.04`, Italian local time.
#[askama::filter_fn]
pub fn time(value: &NaiveDateTime, _: &dyn Values) -> Result<String> {
    Ok(local(*value).format("%H.%M").to_string())
}

/// `19/11/2016 alle 09.04`, Italian local time.
#[askama::filter_fn]
pub fn moment(value: &NaiveDateTime, _: &dyn Values) -> Result<String> {
    Ok(local(*value).format("%d/%m/%Y alle %H.%M").to_string())
}

/// Cents as `€ 1.234,90`.
#[askama::filter_fn]
pub fn euro(cents: &i64, _: &dyn Values) -> Result<String> {
    Ok(euro_text(*cents))
}

/// A count with points: `1.000`.
#[askama::filter_fn]
pub fn count(value: impl Into<i64>, _: &dyn Values) -> Result<String> {
    Ok(with_points(value.into().unsigned_abs()))
}

/// Cents as `€ 1.234,90`, for texts built in Rust.
#[must_use]
pub fn euro_text(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("€ {sign}{},{:02}", with_points(cents / 100), cents % 100)
}

fn with_points(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_read_as_in_italy() {
        for (cents, text) in [
            (490, "€ 4,90"),
            (5, "€ 0,05"),
            (2_309_736, "€ 23.097,36"),
            (123_456_789, "€ 1.234.567,89"),
            (-150, "€ -1,50"),
        ] {
            assert_eq!(euro_text(cents), text);
        }
    }

    #[test]
    fn instants_become_italian_time_in_summer_and_winter() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        assert_eq!(local(at("2026-07-01 07:04")), at("2026-07-01 09:04"));
        assert_eq!(local(at("2026-01-01 08:04")), at("2026-01-01 09:04"));
        assert_eq!(at("2026-06-30 22:30").day(), NaiveDate::from_ymd_opt(2026, 7, 1).unwrap());
    }
}
