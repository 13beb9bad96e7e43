//! How long SAC's certificate is still good, and when that is worth saying.

use chrono::{NaiveDateTime, TimeDelta};

/// So many days before its end the certificate is spoken of, each time louder.
const STAGES: [i64; 3] = [60, 30, 7];

/// How the certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Good for a long time.
    Good,
    /// Not good before that moment.
    NotYet(NaiveDateTime),
    /// It ends in so many days, inside the stage of 60, 30 or 7.
    Ending {
        /// Whole days left.
        days: i64,
        /// The stage.
        stage: i64,
    },
    /// It is over.
    Over,
}

/// How a certificate that is good between two moments stands now.
pub fn standing((from, until): (NaiveDateTime, NaiveDateTime), now: NaiveDateTime) -> Standing {
    if now < from {
        return Standing::NotYet(from);
    }
    if until <= now {
        return Standing::Over;
    }
    let left = until - now;
    let stage = STAGES.into_iter().rev().find(|days| left <= TimeDelta::days(*days));
    stage.map_or(Standing::Good, |stage| Standing::Ending { days: left.num_days(), stage })
}

impl Standing {
    /// Says it in the log when it is worth saying and was not the last thing said; the last week counts every day.
    pub fn tell(self, last: &mut Option<Self>) {
        let said = match (self, *last) {
            (Self::Ending { stage, days }, Some(Self::Ending { stage: before, days: then })) => {
                stage == before && (stage > 7 || days == then)
            }
            (now, before) => before == Some(now),
        };
        *last = Some(self);
        match self {
            _ if said => {}
            Self::Good => {}
            Self::NotYet(from) => {
                tracing::error!(%from, "the SAC certificate is not valid yet: SAC will refuse what it encrypts")
            }
            Self::Ending { days, .. } => {
                tracing::warn!(days, "the SAC certificate ends soon: replace MILLECLOUD_SAC_CERT")
            }
            Self::Over => tracing::error!("the SAC certificate is over: replace MILLECLOUD_SAC_CERT"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn sixty_thirty_and_seven_days_before_its_end() {
        let from = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let until = from + TimeDelta::days(365);
        let at = |days: i64| standing((from, until), until - TimeDelta::days(days));
        assert_eq!(at(366), Standing::NotYet(from));
        assert_eq!((at(365), at(61)), (Standing::Good, Standing::Good));
        assert_eq!(at(60), Standing::Ending { days: 60, stage: 60 });
        assert_eq!(at(31), Standing::Ending { days: 31, stage: 60 });
        assert_eq!(at(30), Standing::Ending { days: 30, stage: 30 });
        assert_eq!(at(7), Standing::Ending { days: 7, stage: 7 });
        assert_eq!(at(1), Standing::Ending { days: 1, stage: 7 });
        assert_eq!((at(0), at(-5)), (Standing::Over, Standing::Over));
    }
}
