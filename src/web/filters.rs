//! Template filters: how dates, times and amounts read in Italian. `use crate::web::filters;` beside a page struct.
//!
//! Dates are those of the Italian calendar; instants are kept in UTC and become Italian local time only here.

#![expect(missing_docs, reason = "the filter attribute makes structs that carry no documentation")]

use askama::{Result, Values};
use chrono::{NaiveDate, NaiveDateTime};

use kernel::dates;
use kernel::money::{Cents, thousands};

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
        dates::to_rome(*self).date()
    }
}

impl<T: Day + ?Sized> Day for &T {
    fn day(&self) -> NaiveDate {
        (**self).day()
    }
}

/// What [`euro`] accepts: an amount in cents.
pub trait Amount {
    /// The amount.
    fn cents(&self) -> Cents;
}

impl Amount for Cents {
    fn cents(&self) -> Cents {
        *self
    }
}

impl Amount for i64 {
    fn cents(&self) -> Cents {
        Cents(*self)
    }
}

impl<T: Amount + ?Sized> Amount for &T {
    fn cents(&self) -> Cents {
        (**self).cents()
    }
}

/// What [`count`] accepts: how many of something.
pub trait Count {
    /// The number; a negative one (there is none) counts as zero.
    fn number(&self) -> u64;
}

impl Count for i64 {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(0)
    }
}

impl Count for usize {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
}

impl<T: Count + ?Sized> Count for &T {
    fn number(&self) -> u64 {
        (**self).number()
    }
}

/// `19/11/2016`.
#[askama::filter_fn]
pub fn date(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(dates::long(value.day()))
}

/// `19/11/16`, for narrow lists.
#[askama::filter_fn]
pub fn date_short(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(dates::short(value.day()))
}

/// `2016-11-19`, for `datetime` attributes and date fields.
#[askama::filter_fn]
pub fn iso(value: impl Day, _: &dyn Values) -> Result<String> {
    Ok(dates::iso(value.day()))
}

/// `09.04`, Italian local time of an instant in UTC.
#[askama::filter_fn]
pub fn time(value: &NaiveDateTime, _: &dyn Values) -> Result<String> {
    Ok(dates::hour(dates::to_rome(*value)))
}

/// `19/11/2016 alle 09.04`, Italian local time of an instant in UTC.
#[askama::filter_fn]
pub fn moment(value: &NaiveDateTime, _: &dyn Values) -> Result<String> {
    Ok(dates::moment(*value))
}

/// Cents as `€ 1.234,90`.
#[askama::filter_fn]
pub fn euro(value: impl Amount, _: &dyn Values) -> Result<String> {
    Ok(format!("€ {}", value.cents()))
}

/// A count with points: `1.000`.
#[askama::filter_fn]
pub fn count(value: impl Count, _: &dyn Values) -> Result<String> {
    Ok(thousands(value.number()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::web::filters;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = "{{ born|date }} {{ born|date_short }} {{ born|iso }}; {{ sent|moment }}, {{ sent|time }}, {{ sent|date }}; {{ price|euro }} {{ cents|euro }}; {{ rows|count }}",
        ext = "txt"
    )]
    struct Sample {
        born: NaiveDate,
        sent: NaiveDateTime,
        price: Cents,
        cents: i64,
        rows: i64,
    }

    #[test]
    fn dates_times_and_amounts_read_as_in_italy() {
        let sample = Sample {
            born: NaiveDate::from_ymd_opt(1963, 5, 30).unwrap(),
            sent: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap().and_hms_opt(22, 30, 0).unwrap(),
            price: Cents(2_309_736),
            cents: 490,
            rows: 22_522,
        };
        assert_eq!(
            sample.render().unwrap(),
            "30/05/1963 30/05/63 1963-05-30; 01/07/2026 alle 00.30, 00.30, 01/07/2026; € 23.097,36 € 4,90; 22.522"
        );
    }
}
