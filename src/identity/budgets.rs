//! How much a user may do at once: a bucket per user and action that fills with time, kept in the database so that every
//! process and every restart counts the same.
//!
//! Against the dishonest insider and the program gone mad, not against load: whoever works by hand never meets it.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::action_budgets;
use crate::insert_if_absent;
use crate::text_enum;

/// One act, in the unit of the table.
const ONE: i64 = 1000;
/// Clocks of two machines may differ by so many milliseconds.
const CLOCK_STEP: i64 = 60_000;
/// So often another process may be in the way before one is asked to wait.
const TRIES: usize = 5;

text_enum! {
    /// What is counted.
    Action {
        /// Lists and counters that a program asks for by itself.
        Poll = "poll",
        /// A search in somebody's archive or in the formulary.
        Search = "search",
        /// One patient's or one prescription's data.
        Open = "open",
        /// Something written.
        Write = "write",
        /// A token given for a password.
        Token = "token",
    }
}

impl Action {
    /// How many a minute, and how many at once. Searches and records opened are the figures of our threat model
    /// (September 2026, OWASP ASVS V2.4.1); the others are ours: a program that asks for its counters every five seconds
    /// for each of ten doctors makes 120 questions a minute.
    pub const fn per_minute(self) -> i64 {
        match self {
            Self::Poll => 240,
            Self::Search => 120,
            Self::Open | Self::Write => 60,
            Self::Token => 10,
        }
    }

    /// How long until one more is earned.
    const fn earned_every(self) -> i64 {
        60_000 / self.per_minute()
    }
}

/// What a bucket holds at `now`, in thousandths.
fn level_now(action: Action, level: i64, filled_at: NaiveDateTime, now: NaiveDateTime) -> i64 {
    let full = action.per_minute().saturating_mul(ONE);
    // Filled in the future, by a clock that ran ahead: how much time has passed nobody knows, at most enough to fill it.
    let elapsed = match (now - filled_at).num_milliseconds() {
        ahead if ahead < -CLOCK_STEP => return full,
        passed => passed.max(0),
    };
    let earned = elapsed.saturating_mul(ONE) / action.earned_every();
    level.saturating_add(earned).min(full)
}

/// Takes one act out of the user's bucket. `Err` says how long to wait.
pub fn spend(conn: &mut Db, user_id: i64, action: Action, now: NaiveDateTime) -> QueryResult<Result<(), TimeDelta>> {
    let full = action.per_minute().saturating_mul(ONE);
    let row = (
        action_budgets::user_id.eq(user_id),
        action_budgets::action.eq(action),
        action_budgets::level.eq(full.saturating_sub(ONE)),
        action_budgets::filled_at.eq(now),
    );
    if insert_if_absent!(conn, action_budgets::table, &row)? == 1 {
        return Ok(Ok(()));
    }
    for _ in 0..TRIES {
        let (level, filled_at): (i64, NaiveDateTime) = action_budgets::table
            .find((user_id, action))
            .select((action_budgets::level, action_budgets::filled_at))
            .first(conn)?;
        let there = level_now(action, level, filled_at, now);
        let Some(left) = there.checked_sub(ONE).filter(|left| *left >= 0) else {
            let missing = ONE.saturating_sub(there).saturating_mul(action.earned_every()) / ONE;
            return Ok(Err(TimeDelta::milliseconds(missing.max(1))));
        };
        // Only if nobody was faster: two at once must not spend the same act.
        let unchanged = action_budgets::table
            .find((user_id, action))
            .filter(action_budgets::level.eq(level).and(action_budgets::filled_at.eq(filled_at)));
        let taken = diesel::update(unchanged)
            .set((action_budgets::level.eq(left), action_budgets::filled_at.eq(now)))
            .execute(conn)?;
        if taken == 1 {
            return Ok(Ok(()));
        }
    }
    Ok(Err(TimeDelta::seconds(1)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(seconds: i64) -> NaiveDateTime {
        chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn a_bucket_fills_with_time_and_never_overflows() {
        assert_eq!(level_now(Action::Search, 0, at(0), at(0)), 0);
        assert_eq!(level_now(Action::Search, 0, at(0), at(1)), 2 * ONE);
        assert_eq!(level_now(Action::Search, 0, at(0), at(60)), 120 * ONE);
        assert_eq!(level_now(Action::Search, 5 * ONE, at(0), at(86_400)), 120 * ONE);
        // A clock that was put back takes nothing away.
        assert_eq!(level_now(Action::Search, 5 * ONE, at(10), at(0)), 5 * ONE);
        // One that ran two hours ahead binds nobody for two hours.
        assert_eq!(level_now(Action::Search, 0, at(7200), at(0)), 120 * ONE);
    }

    #[test]
    fn every_budget_is_a_whole_part_of_a_minute() {
        for action in Action::ALL {
            assert_eq!(action.earned_every() * action.per_minute(), 60_000, "{}", action.as_str());
        }
    }
}
