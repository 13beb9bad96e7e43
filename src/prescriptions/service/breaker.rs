//! The breaker of one SAC service: after some failures of transport in a row it opens, and then only one call at a time
//! is let through, now and then, to see whether the service is back. How many calls may be out at once follows the same
//! signs: halved by each failure, one more with each answer, so that a service in trouble, or just back, is not flooded.
//! Monotonic time: a jump of the clock changes nothing.

use std::time::{Duration, Instant};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// Calls to one service that may be out at once when all is well.
const ALLOWED: usize = 24;

/// The breaker of one service.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    failures: u32,
    /// Calls that may be out at once.
    allowed: usize,
    /// When the next probe may go out; `None` while closed.
    probe_at: Option<Instant>,
    /// A probe is out since then.
    probing: bool,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 0, allowed: ALLOWED, probe_at: None, probing: false }
    }
}

impl Breaker {
    /// Calls that may be out at once, as long as it is closed.
    pub const fn allowed(&self) -> usize {
        self.allowed
    }

    /// Calls go through only as probes.
    pub const fn is_open(&self) -> bool {
        self.probe_at.is_some()
    }

    /// Whether a call would be let through now.
    pub fn would_admit(&self, now: Instant) -> bool {
        self.probe_at.is_none_or(|at| !self.probing && now >= at)
    }

    /// Whether a call may go out now. When it is open, the one that may is the probe.
    pub fn admit(&mut self, now: Instant) -> bool {
        let admitted = self.would_admit(now);
        self.probing |= admitted && self.is_open();
        admitted
    }

    /// An admitted call was not made after all.
    pub const fn unused(&mut self) {
        self.probing = false;
    }

    /// The service answered, whatever it said. True when this closed an open breaker.
    pub const fn answered(&mut self) -> bool {
        let was_open = self.is_open();
        let allowed = self.allowed.saturating_add(1);
        *self = Self { failures: 0, allowed: if allowed > ALLOWED { ALLOWED } else { allowed }, ..*self };
        (self.probe_at, self.probing) = (None, false);
        was_open
    }

    /// The service could not be reached, or said nothing sensible.
    pub fn failed(&mut self, now: Instant, probe: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.allowed = (self.allowed / 2).max(1);
        self.probing = false;
        if self.failures >= FAILURES {
            self.probe_at = Some(now + probe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_probes_and_closes() {
        let (start, probe) = (Instant::now(), Duration::from_secs(30));
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert!(breaker.admit(start));
            breaker.failed(start, probe);
        }
        assert!(!breaker.is_open());
        breaker.failed(start, probe);
        assert!(breaker.is_open() && !breaker.admit(start + probe / 2));
        assert!(breaker.admit(start + probe), "one probe");
        assert!(!breaker.admit(start + probe), "and only one");
        breaker.failed(start + probe, probe);
        assert!(!breaker.admit(start + probe + probe / 2) && breaker.admit(start + probe * 2));
        breaker.unused();
        assert!(breaker.admit(start + probe * 2), "a probe that was not made is not lost");
        assert!(breaker.answered() && !breaker.is_open() && breaker.admit(start));
        assert!(!breaker.answered());
    }

    #[test]
    fn a_service_in_trouble_gets_fewer_calls_and_earns_them_back() {
        let (now, mut breaker) = (Instant::now(), Breaker::default());
        let after = |breaker: &mut Breaker| {
            breaker.failed(now, Duration::ZERO);
            breaker.allowed()
        };
        assert_eq!((1..=6).map(|_| after(&mut breaker)).collect::<Vec<_>>(), [12, 6, 3, 1, 1, 1]);
        breaker.answered();
        assert_eq!(breaker.allowed(), 2, "just back, it is not flooded");
        for _ in 0..100 {
            breaker.answered();
        }
        assert_eq!(breaker.allowed(), ALLOWED);
    }

    #[test]
    fn an_answer_in_between_starts_the_count_again() {
        let mut breaker = Breaker::default();
        let now = Instant::now();
        for _ in 0..100 {
            for _ in 1..FAILURES {
                breaker.failed(now, Duration::ZERO);
            }
            breaker.answered();
        }
        assert!(!breaker.is_open());
    }
}
