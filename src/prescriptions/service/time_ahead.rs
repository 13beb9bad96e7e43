//! No moment that was stored binds longer than its own length from now.
//!
//! A clock that runs ahead for a while writes leases and next tries in the future. When it is put right, they would hold
//! their rows for as long as it was wrong.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::super::model::State;
use super::super::queries::{self, Ahead};
use super::timings::{Timings, delta};
use crate::db::Db;

/// The rows bound to a moment further off than their own wait can be.
pub fn find_ahead(conn: &mut Db, timings: &Timings, now: NaiveDateTime) -> QueryResult<Vec<Ahead>> {
    let mut rows = queries::list_ahead(conn, now)?;
    rows.retain(|row| {
        let searched = row.state == State::Uncertain && row.nre.is_none();
        let longest = timings.longest(row.attempt_id.is_some(), searched, row.tries, row.wait_reason);
        row.next_try_at.is_some_and(|at| at > now + longest)
    });
    Ok(rows)
}

/// Frees them: what waited is due, and an attempt has one lease from now, in case it is still running.
pub fn release_ahead(conn: &mut Db, rows: &[Ahead], timings: &Timings, now: NaiveDateTime) -> QueryResult<usize> {
    let mut freed = 0;
    for row in rows {
        let until = if row.attempt_id.is_some() { now + delta(timings.lease) } else { now };
        freed += queries::pull_back(conn, row, until)?;
    }
    Ok(freed)
}
