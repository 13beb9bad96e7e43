//! Attempts: one row per exchange with SAC, opened before it and closed after it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Attempt, AttemptOutcome, Operation};
use crate::db::Db;
use crate::db::schema::sac_attempts;

/// Opens an attempt and answers its id.
pub fn insert_attempt(conn: &mut Db, prescription: i64, operation: Operation, now: NaiveDateTime) -> QueryResult<i64> {
    diesel::insert_into(sac_attempts::table)
        .values((
            sac_attempts::prescription_id.eq(prescription),
            sac_attempts::operation.eq(operation),
            sac_attempts::started_at.eq(now),
            sac_attempts::outcome.eq(AttemptOutcome::Open),
            sac_attempts::evidence.eq(""),
        ))
        .returning(sac_attempts::id)
        .get_result(conn)
}

/// Writes what an attempt proved, also when the row has moved on: it is evidence. Never twice.
pub fn close_attempt(
    conn: &mut Db,
    id: i64,
    outcome: AttemptOutcome,
    evidence: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let open = sac_attempts::table.find(id).filter(sac_attempts::outcome.eq(AttemptOutcome::Open));
    let closed = diesel::update(open)
        .set((
            sac_attempts::outcome.eq(outcome),
            sac_attempts::evidence.eq(evidence),
            sac_attempts::finished_at.eq(now),
        ))
        .execute(conn)?;
    Ok(closed == 1)
}

/// True when a send other than `except` may have had an effect at SAC that nobody has seen.
pub fn has_unproven_send(conn: &mut Db, prescription: i64, except: i64) -> QueryResult<bool> {
    let unproven = sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .filter(sac_attempts::id.ne(except))
        .filter(sac_attempts::operation.eq(Operation::Send))
        .filter(sac_attempts::outcome.eq_any(AttemptOutcome::UNPROVEN));
    diesel::select(diesel::dsl::exists(unproven)).get_result(conn)
}

/// The outcome of the latest attempt of one kind.
pub fn last_outcome(conn: &mut Db, prescription: i64, operation: Operation) -> QueryResult<Option<AttemptOutcome>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .filter(sac_attempts::operation.eq(operation))
        .order(sac_attempts::id.desc())
        .select(sac_attempts::outcome)
        .first(conn)
        .optional()
}

/// What was looked for since the last request of a prescription went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searched {
    /// When that request went out.
    pub sent_at: NaiveDateTime,
    /// Searches since then that looked at everything and found nothing.
    pub empty: i64,
}

/// How often SAC's lists were searched in vain since the last request; `None` when none went out. `nothing` is the
/// evidence of such a search.
pub fn find_searched(conn: &mut Db, prescription: i64, nothing: &str) -> QueryResult<Option<Searched>> {
    let of = sac_attempts::table.filter(sac_attempts::prescription_id.eq(prescription));
    let last: Option<(i64, NaiveDateTime)> = of
        .filter(sac_attempts::operation.eq(Operation::Send))
        .order(sac_attempts::id.desc())
        .select((sac_attempts::id, sac_attempts::started_at))
        .first(conn)
        .optional()?;
    let Some((id, sent_at)) = last else { return Ok(None) };
    let empty = of
        .filter(sac_attempts::id.gt(id))
        .filter(sac_attempts::operation.eq(Operation::Search))
        .filter(sac_attempts::outcome.eq(AttemptOutcome::Done))
        .filter(sac_attempts::evidence.eq(nothing))
        .count()
        .get_result(conn)?;
    Ok(Some(Searched { sent_at, empty }))
}

/// The attempts of one prescription, oldest first.
pub fn list_attempts(conn: &mut Db, prescription: i64) -> QueryResult<Vec<Attempt>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .order(sac_attempts::id)
        .select(Attempt::as_select())
        .load(conn)
}

/// The latest attempt of one prescription.
pub fn find_last_attempt(conn: &mut Db, prescription: i64) -> QueryResult<Option<Attempt>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .order(sac_attempts::id.desc())
        .select(Attempt::as_select())
        .first(conn)
        .optional()
}
