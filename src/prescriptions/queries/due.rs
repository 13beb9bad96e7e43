//! What the runner must look at, asked so that it costs the same with ten rows waiting and with fifty thousand.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::model::State;
use crate::db::Db;
use crate::db::schema::prescriptions;

/// A prescription the runner must look at.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct DueRow {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub doctor_id: i64,
    /// Its state when it was listed.
    pub state: State,
}

#[derive(diesel::QueryableByName)]
struct DoctorId {
    #[diesel(sql_type = BigInt)]
    doctor_id: i64,
}

/// The doctors for whom something is or will be due. The index is walked from one doctor to the next: as many steps as
/// doctors, however many rows each has.
pub fn list_doctors_in_line(conn: &mut Db) -> QueryResult<Vec<i64>> {
    let rows: Vec<DoctorId> = diesel::sql_query(
        "WITH RECURSIVE line(doctor_id) AS (\
             SELECT MIN(doctor_id) FROM prescriptions WHERE next_try_at IS NOT NULL \
             UNION ALL \
             SELECT (SELECT MIN(p.doctor_id) FROM prescriptions p \
                     WHERE p.next_try_at IS NOT NULL AND p.doctor_id > line.doctor_id) \
             FROM line WHERE line.doctor_id IS NOT NULL\
         ) SELECT doctor_id FROM line WHERE doctor_id IS NOT NULL",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.doctor_id).collect())
}

/// The first `most` rows of one doctor that are due at `now` in one of `states`, those that have waited longest first.
pub fn list_due(
    conn: &mut Db,
    doctor: i64,
    states: &[State],
    now: NaiveDateTime,
    most: i64,
) -> QueryResult<Vec<DueRow>> {
    prescriptions::table
        .filter(prescriptions::doctor_id.eq(doctor))
        .filter(prescriptions::next_try_at.le(now))
        .filter(prescriptions::state.eq_any(states))
        .order((prescriptions::next_try_at, prescriptions::id))
        .limit(most)
        .select((prescriptions::id, prescriptions::doctor_id, prescriptions::state))
        .load(conn)
}
