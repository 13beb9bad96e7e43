//! Attempts: one row per exchange with SAC, opened before it and closed after it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Attempt, AttemptOutcome, Operation};
use crate::db::Db;
use crate::db::schema::sac_attempts;

/// Opens an attempt and answers its id.
///
/// # Errors
/// A database failure.
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
///
/// # Errors
/// A database failure.
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
///
/// # Errors
/// A database failure.
pub fn has_unproven_send(conn: &mut Db, prescription: i64, except: i64) -> QueryResult<bool> {
    let unproven = sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .filter(sac_attempts::id.ne(except))
        .filter(sac_attempts::operation.eq(Operation::Send))
        .filter(sac_attempts::outcome.eq_any(AttemptOutcome::UNPROVEN));
    diesel::select(diesel::dsl::exists(unproven)).get_result(conn)
}

/// The outcome of the latest attempt of one kind.
///
/// # Errors
/// A database failure.
pub fn last_outcome(conn: &mut Db, prescription: i64, operation: Operation) -> QueryResult<Option<AttemptOutcome>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .filter(sac_attempts::operation.eq(operation))
        .order(sac_attempts::id.desc())
        .select(sac_attempts::outcome)
        .first(conn)
        .optional()
}

/// The attempts of one prescription, oldest first.
///
/// # Errors
/// A database failure.
pub fn list_attempts(conn: &mut Db, prescription: i64) -> QueryResult<Vec<Attempt>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .order(sac_attempts::id)
        .select(Attempt::as_select())
        .load(conn)
}

/// The latest attempt of one prescription.
///
/// # Errors
/// A database failure.
pub fn find_last_attempt(conn: &mut Db, prescription: i64) -> QueryResult<Option<Attempt>> {
    sac_attempts::table
        .filter(sac_attempts::prescription_id.eq(prescription))
        .order(sac_attempts::id.desc())
        .select(Attempt::as_select())
        .first(conn)
        .optional()
}
