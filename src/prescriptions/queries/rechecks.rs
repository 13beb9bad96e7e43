//! Numbers that were given up for others, and are looked at again: a request of ours may still land under them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Prescription, notes_from_json, notes_to_json};
use crate::db::schema::{nre_rechecks, prescriptions};
use crate::db::{Db, Owner};
use crate::insert_if_absent;
use sac::SacError;

/// A number to be looked at again. `Debug` is not derived: the request names the patient.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = nre_rechecks)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Recheck {
    pub nre: String,
    pub prescription_id: i64,
    pub doctor_id: i64,
    pub payload: String,
    pub retired_at: NaiveDateTime,
    pub checks: i64,
    pub next_at: NaiveDateTime,
}

/// Notes a number that was given up; the first look is due at `first`.
pub fn insert_recheck(
    conn: &mut Db,
    (owner, prescription): (Owner, i64),
    (nre, payload): (&str, &str),
    first: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    let row = (
        nre_rechecks::nre.eq(nre),
        nre_rechecks::prescription_id.eq(prescription),
        nre_rechecks::doctor_id.eq(owner.id()),
        nre_rechecks::payload.eq(payload),
        nre_rechecks::retired_at.eq(now),
        nre_rechecks::checks.eq(0i64),
        nre_rechecks::next_at.eq(first),
    );
    insert_if_absent!(conn, nre_rechecks::table, &row)
}

/// Those that are due, the oldest first.
pub fn list_rechecks(conn: &mut Db, now: NaiveDateTime, most: i64) -> QueryResult<Vec<Recheck>> {
    nre_rechecks::table
        .filter(nre_rechecks::next_at.le(now))
        .order(nre_rechecks::next_at)
        .limit(most)
        .select(Recheck::as_select())
        .load(conn)
}

/// Takes one in hand until `until`, if nobody else has; returns whether it is ours.
pub fn take_recheck(conn: &mut Db, row: &Recheck, until: NaiveDateTime) -> QueryResult<bool> {
    let same = nre_rechecks::table.find(&row.nre).filter(nre_rechecks::next_at.eq(row.next_at));
    Ok(diesel::update(same).set(nre_rechecks::next_at.eq(until)).execute(conn)? == 1)
}

/// Looks again at `at`; `checks` looks found nothing so far.
pub fn put_off_recheck(conn: &mut Db, nre: &str, checks: i64, at: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(nre_rechecks::table.find(nre))
        .set((nre_rechecks::checks.eq(checks), nre_rechecks::next_at.eq(at)))
        .execute(conn)
}

/// Nothing more is to be looked for.
pub fn end_recheck(conn: &mut Db, nre: &str) -> QueryResult<usize> {
    diesel::delete(nre_rechecks::table.find(nre)).execute(conn)
}

/// Calls for the doctor's eye: under a number that was given up there is a registration that cannot be annulled.
pub fn tell_late_registration(conn: &mut Db, prescription: i64, text: &str) -> QueryResult<usize> {
    let row: Option<Prescription> =
        prescriptions::table.find(prescription).select(Prescription::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(0) };
    let mut notes: Vec<SacError> = notes_from_json(&row.errors);
    // No refusal of the prescription itself, which is as it is.
    notes.push(SacError { code: String::new(), text: text.to_owned(), row: 0, blocking: false });
    diesel::update(prescriptions::table.find(prescription))
        .set((prescriptions::attention.eq(true), prescriptions::errors.eq(notes_to_json(&notes))))
        .execute(conn)
}
