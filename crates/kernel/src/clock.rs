//! What time it is, passed in rather than asked for, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Europe::Rome;

/// The source of wall-clock time. Cheap to clone; clones share the same offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds added to the machine's time: zero outside tests.
    offset: Arc<AtomicI64>,
    /// The machine's time, in microseconds, at which the clock was stopped; zero while it runs.
    stopped: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// Now in UTC, truncated to microseconds: what PostgreSQL keeps, so that a value read back equals the one written.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn now(&self) -> NaiveDateTime {
        let machine = match self.stopped.load(Ordering::Relaxed) {
            0 => Utc::now().timestamp_micros(),
            stopped => stopped,
        };
        let micros = machine.saturating_add(self.offset.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros(micros).unwrap_or_default().naive_utc()
    }

    /// Today's date in Italy, which is what prescriptions and screens mean by "today".
    pub fn today(&self) -> NaiveDate {
        self.now().and_utc().with_timezone(&Rome).date_naive()
    }

    /// Moves the clock forward (or back). For tests.
    pub fn advance(&self, by: TimeDelta) {
        self.offset.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// From here on only [`Clock::advance`] moves it. For tests of waits, which must not depend on how fast the machine is.
    #[expect(clippy::disallowed_methods, reason = "the moment it stops at is the machine's")]
    pub fn stop(&self) {
        self.stopped.store(Utc::now().timestamp_micros(), Ordering::Relaxed);
    }
}
