//! How long everything of the pipeline waits. Data, so that a test can run at a hundredth of the time.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use super::super::model::WaitReason;

/// The times of the pipeline (reliability §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// How long an attempt holds a row: more than two whole calls.
    pub lease: Duration,
    /// From an unproven send to the first view.
    pub first_view: Duration,
    /// First step of the back-off; it doubles each time.
    pub backoff: Duration,
    /// Where the back-off stops growing.
    pub backoff_cap: Duration,
    /// Tries before the hourly rhythm.
    pub tries: i64,
    /// The hourly rhythm.
    pub slow: Duration,
    /// How often the runner looks for due rows by itself.
    pub poll: Duration,
    /// How often a closed service is tried again.
    pub probe: Duration,
    /// How long the confirming page waits for the outcome.
    pub confirm_wait: Duration,
    /// How long the runner finishes calls under way when it stops.
    pub shutdown: Duration,
    /// How long a lot request holds the doctor's place without a sign of life from the process that makes it: that one
    /// renews it while the call is out.
    pub lot_lease: Duration,
    /// Before asking again for a lot that was not given.
    pub lot_retry: Duration,
    /// Where SAC assigns the numbers: after the last request, when its lists are searched. What is in none of them may
    /// be sent again, if the doctor wants.
    pub searches: [Duration; 3],
    /// After a number was given up for another one, when it is looked at again.
    pub rechecks: [Duration; 3],
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(120),
            first_view: Duration::from_secs(5),
            backoff: Duration::from_secs(2),
            backoff_cap: Duration::from_secs(300),
            tries: 10,
            slow: Duration::from_secs(3600),
            poll: Duration::from_secs(1),
            probe: Duration::from_secs(30),
            confirm_wait: Duration::from_secs(8),
            shutdown: Duration::from_secs(35),
            lot_lease: Duration::from_secs(10),
            lot_retry: Duration::from_secs(300),
            searches: [Duration::from_secs(5), Duration::from_secs(300), Duration::from_secs(900)],
            rechecks: [Duration::from_secs(60), Duration::from_secs(900), Duration::from_secs(3600)],
        }
    }
}

impl Timings {
    /// The times of this run: the real ones; in a test build, `1/MILLECLOUD_TIME_SCALE` of them.
    pub fn of_this_run() -> Self {
        #[cfg(debug_assertions)]
        if let Some(by) = std::env::var("MILLECLOUD_TIME_SCALE").ok().and_then(|by| by.parse().ok()) {
            return Self::scaled(by);
        }
        Self::default()
    }

    /// The same at `1/by` of the time, except what waits for real calls: the confirming page and the shutdown.
    pub fn scaled(by: u32) -> Self {
        let by = by.max(1);
        let full = Self::default();
        Self {
            lease: full.lease / by,
            first_view: full.first_view / by,
            backoff: full.backoff / by,
            backoff_cap: full.backoff_cap / by,
            slow: full.slow / by,
            poll: full.poll / by,
            probe: full.probe / by,
            lot_lease: full.lot_lease / by,
            lot_retry: full.lot_retry / by,
            searches: full.searches.map(|wait| wait / by),
            rechecks: full.rechecks.map(|wait| wait / by),
            ..full
        }
    }

    /// The wait before try number `tries` (from 1): full jitter, so that many rows do not come back together. `roll` is
    /// any random number. Past the budget it is the slow rhythm.
    pub fn wait_before(&self, tries: i64, roll: u64) -> TimeDelta {
        if tries > self.tries {
            return delta(self.slow);
        }
        let top = u64::try_from(self.top_before(tries).as_micros()).unwrap_or(u64::MAX).max(1);
        TimeDelta::microseconds(i64::try_from(roll % top).unwrap_or(0))
    }

    /// The longest that a row may have to wait by these times, from the moment it was put off: held by an attempt,
    /// waiting for its try number `tries`, or for the next search of one that has no number (`searched`).
    pub fn longest(&self, held: bool, searched: bool, tries: i64, reason: WaitReason) -> TimeDelta {
        if held {
            return delta(self.lease);
        }
        // Waiting for SAC to come back never falls into the slow rhythm.
        let tries = if reason == WaitReason::SacDown { tries.min(self.tries) } else { tries };
        let wait = if self.is_spent(tries) { self.slow } else { self.top_before(tries) };
        let [.., last] = self.searches;
        delta(wait.max(self.first_view).max(if searched { last } else { Duration::ZERO }))
    }

    /// When the next search is to be made after `empty` of them found nothing; `None` when there were enough.
    pub fn next_search(&self, sent_at: NaiveDateTime, empty: i64, now: NaiveDateTime) -> Option<NaiveDateTime> {
        let [.., last] = self.searches;
        let end = sent_at + delta(last);
        let next = usize::try_from(empty).ok().and_then(|count| self.searches.get(count));
        match next {
            Some(wait) => Some((sent_at + delta(*wait)).max(now)),
            // Searches the doctor asked for come sooner than their time, and prove less.
            None if now < end => Some(end),
            None => None,
        }
    }

    /// The end of the range that the jitter chooses from.
    fn top_before(&self, tries: i64) -> Duration {
        let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(0).min(20);
        self.backoff.saturating_mul(2u32.saturating_pow(doublings)).min(self.backoff_cap)
    }

    /// The budget is spent: the doctor should know.
    pub const fn is_spent(&self, tries: i64) -> bool {
        tries > self.tries
    }
}

/// A duration as the database's arithmetic wants it.
pub fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_cap_and_then_slows_down() {
        let timings = Timings::default();
        let longest = |tries| timings.wait_before(tries, u64::MAX - 1).num_seconds();
        // u64::MAX - 1 modulo the step is not its end: bounds are what matters.
        for (tries, top) in [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (10, 300)] {
            assert!(longest(tries) < top, "{tries}");
            assert_eq!(timings.wait_before(tries, 0), TimeDelta::zero());
            let end = u64::try_from(top * 1_000_000 - 1).unwrap_or(0);
            assert_eq!(timings.wait_before(tries, end).num_seconds(), top - 1, "{tries}");
        }
        assert_eq!(longest(11), 3600);
        assert!(timings.is_spent(11) && !timings.is_spent(10));
        assert_eq!(Timings::scaled(100).lease, Duration::from_millis(1200));
    }
}
