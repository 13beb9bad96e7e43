//! Rows bound to a moment that a clock running ahead has written.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{State, WaitReason};
use crate::db::Db;
use crate::db::schema::prescriptions;

/// Rows looked at in one go; the rest have their turn the next time.
const AT_ONCE: i64 = 500;

/// A row that is not due yet.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = prescriptions)]
pub struct Ahead {
    /// Its id.
    pub id: i64,
    /// Where it stands.
    pub state: State,
    /// Its number; `None` when it has none yet.
    pub nre: Option<String>,
    /// An attempt holds it.
    pub attempt_id: Option<i64>,
    /// Tries so far.
    pub tries: i64,
    /// Why it waits.
    pub wait_reason: WaitReason,
    /// What it waits for.
    pub next_try_at: Option<NaiveDateTime>,
}

/// What is bound to a moment after `after`, the furthest first.
pub fn list_ahead(conn: &mut Db, after: NaiveDateTime) -> QueryResult<Vec<Ahead>> {
    let mut found = Vec::new();
    // State by state: each is a walk of the index (state, next_try_at).
    for state in State::UNSETTLED {
        let rows: Vec<Ahead> = prescriptions::table
            .filter(prescriptions::state.eq(*state))
            .filter(prescriptions::next_try_at.gt(after))
            .order(prescriptions::next_try_at.desc())
            .limit(AT_ONCE)
            .select(Ahead::as_select())
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Binds the row to `until` instead, if it is still as it was seen; the lease of an attempt that holds it ends then too.
pub fn pull_back(conn: &mut Db, row: &Ahead, until: NaiveDateTime) -> QueryResult<usize> {
    let same = prescriptions::table.find(row.id).filter(prescriptions::next_try_at.eq(row.next_try_at));
    match row.attempt_id {
        None => {
            let free = same.filter(prescriptions::attempt_id.is_null());
            diesel::update(free).set(prescriptions::next_try_at.eq(until)).execute(conn)
        }
        Some(attempt) => {
            let held = same.filter(prescriptions::attempt_id.eq(attempt));
            diesel::update(held)
                .set((prescriptions::next_try_at.eq(until), prescriptions::lease_until.eq(until)))
                .execute(conn)
        }
    }
}
