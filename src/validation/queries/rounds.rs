//! The rounds of INVIA TUTTI.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{prescriptions, users, validation_round_rows, validation_rounds};
use crate::db::{Db, Owner};
use crate::insert_batch;
use crate::prescriptions::model::{State, WaitReason};
use crate::validation::model::RowOutcome;

/// Opens a round and answers its id.
pub fn insert_round(conn: &mut Db, owner: Owner, patient: Option<i64>, now: NaiveDateTime) -> QueryResult<i64> {
    diesel::insert_into(validation_rounds::table)
        .values((
            validation_rounds::doctor_id.eq(owner.id()),
            validation_rounds::patient_id.eq(patient),
            validation_rounds::started_at.eq(now),
        ))
        .returning(validation_rounds::id)
        .get_result(conn)
}

/// Notes what became of each row of a round.
pub fn insert_round_rows(conn: &mut Db, round: i64, rows: &[(i64, RowOutcome)]) -> QueryResult<()> {
    for some in rows.chunks(500) {
        let values: Vec<_> = some
            .iter()
            .map(|(prescription, outcome)| {
                (
                    validation_round_rows::round_id.eq(round),
                    validation_round_rows::prescription_id.eq(*prescription),
                    validation_round_rows::outcome.eq(*outcome),
                )
            })
            .collect();
        insert_batch!(conn, validation_round_rows::table, &values)?;
    }
    Ok(())
}

/// The patient a round of this doctor was narrowed to; `None` when there is no such round.
pub fn find_round(conn: &mut Db, owner: Owner, round: i64) -> QueryResult<Option<Option<i64>>> {
    validation_rounds::table
        .find(round)
        .filter(validation_rounds::doctor_id.eq(owner.id()))
        .select(validation_rounds::patient_id)
        .first(conn)
        .optional()
}

/// A row of a round and how its prescription stands now.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct RoundRow {
    pub outcome: RowOutcome,
    pub id: i64,
    pub revision: i64,
    pub patient_id: i64,
    pub patient_name: String,
    pub patient_code: String,
    pub state: State,
    pub wait_reason: WaitReason,
    pub attempt_id: Option<i64>,
    pub exemption_code: String,
    pub auth_code: String,
    pub errors: String,
    pub created_at: NaiveDateTime,
    pub author_surname: String,
    pub author_name: String,
}

/// The rows of a round of this doctor, in the order they were sent.
pub fn list_round(conn: &mut Db, owner: Owner, round: i64) -> QueryResult<Vec<RoundRow>> {
    validation_round_rows::table
        .inner_join(prescriptions::table.inner_join(users::table.on(users::id.eq(prescriptions::author_id))))
        .filter(validation_round_rows::round_id.eq(round))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .order(validation_round_rows::id)
        .select((
            validation_round_rows::outcome,
            prescriptions::id,
            prescriptions::revision,
            prescriptions::patient_id,
            prescriptions::patient_name,
            prescriptions::patient_code,
            prescriptions::state,
            prescriptions::wait_reason,
            prescriptions::attempt_id,
            prescriptions::exemption_code,
            prescriptions::auth_code,
            prescriptions::errors,
            prescriptions::created_at,
            users::surname,
            users::name,
        ))
        .load(conn)
}

/// A prescription of a round was sent again as another.
pub fn replace_in_round(conn: &mut Db, round: i64, before: i64, after: i64) -> QueryResult<usize> {
    let row = validation_round_rows::table
        .filter(validation_round_rows::round_id.eq(round))
        .filter(validation_round_rows::prescription_id.eq(before));
    diesel::update(row).set(validation_round_rows::prescription_id.eq(after)).execute(conn)
}

/// Forgets the rounds that began before `before`; the prescriptions keep their own history.
pub fn purge_rounds(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(validation_rounds::table.filter(validation_rounds::started_at.lt(before))).execute(conn)
}
