//! The last opened patients, offered before a search.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::recent_patients;
use crate::each_backend;

/// How old the note of the patient opened last may grow.
const STALE: TimeDelta = TimeDelta::minutes(1);

/// Whether opening this record changes the list of the last opened: it is not at the top, or its note is a minute old.
pub fn is_touch_due(conn: &mut Db, user_id: i64, patient_id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let top: Option<(i64, NaiveDateTime)> = recent_patients::table
        .filter(recent_patients::user_id.eq(user_id))
        .order(recent_patients::opened_at.desc())
        .select((recent_patients::patient_id, recent_patients::opened_at))
        .first(conn)
        .optional()?;
    Ok(top.is_none_or(|(patient, at)| patient != patient_id || now - at >= STALE))
}

/// Notes that the record was opened.
pub fn touch_recent(conn: &mut Db, user_id: i64, patient_id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    let row = (
        recent_patients::user_id.eq(user_id),
        recent_patients::patient_id.eq(patient_id),
        recent_patients::opened_at.eq(now),
    );
    each_backend!(conn, c => diesel::insert_into(recent_patients::table)
        .values(row)
        .on_conflict((recent_patients::user_id, recent_patients::patient_id))
        .do_update()
        .set(recent_patients::opened_at.eq(now))
        .execute(c))
}
