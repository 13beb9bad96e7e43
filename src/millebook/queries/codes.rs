//! Codes: one for each enrolment, the latest.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{millebook_codes, millebook_enrolments, patients, users};
use crate::each_backend;

/// A row of `millebook_codes`, without the digest. `Debug` is not derived: it would print an address.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = millebook_codes)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Code {
    pub patient_id: i64,
    pub sent_to: String,
    pub issued_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
    pub used_at: Option<NaiveDateTime>,
}

/// Puts a code in the place of the patient's former one.
pub fn replace_code(conn: &mut Db, code: &Code, digest: &str, issued_by: i64) -> QueryResult<usize> {
    let changes = (
        millebook_codes::code_digest.eq(digest),
        millebook_codes::sent_to.eq(&code.sent_to),
        millebook_codes::issued_at.eq(code.issued_at),
        millebook_codes::expires_at.eq(code.expires_at),
        millebook_codes::issued_by.eq(issued_by),
        millebook_codes::used_at.eq(code.used_at),
    );
    let row = (millebook_codes::patient_id.eq(code.patient_id), changes);
    each_backend!(conn, c => diesel::insert_into(millebook_codes::table)
        .values(&row)
        .on_conflict(millebook_codes::patient_id)
        .do_update()
        .set(changes)
        .execute(c))
}

/// The patient's latest code with its digest, if one was ever made and not taken back.
pub fn find_code(conn: &mut Db, patient_id: i64) -> QueryResult<Option<(Code, String)>> {
    millebook_codes::table
        .find(patient_id)
        .select((Code::as_select(), millebook_codes::code_digest))
        .first(conn)
        .optional()
}

/// The doctor whose patient this is.
pub fn find_doctor_of(conn: &mut Db, patient_id: i64) -> QueryResult<Option<i64>> {
    patients::table.find(patient_id).select(patients::doctor_id).first(conn).optional()
}

/// Takes the patient's code back.
pub fn forget_code(conn: &mut Db, patient_id: i64) -> QueryResult<usize> {
    diesel::delete(millebook_codes::table.find(patient_id)).execute(conn)
}

/// Uses the code up. Answers false when somebody was faster.
pub fn set_code_used(conn: &mut Db, patient_id: i64, digest: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let usable = millebook_codes::table
        .find(patient_id)
        .filter(millebook_codes::code_digest.eq(digest))
        .filter(millebook_codes::used_at.is_null())
        .filter(millebook_codes::expires_at.gt(now));
    Ok(diesel::update(usable).set(millebook_codes::used_at.eq(now)).execute(conn)? == 1)
}

/// Whom a code was made for. `Debug` is not derived: it would print a name.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Claimant {
    pub patient_id: i64,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub birth_date: NaiveDate,
    pub doctor_surname: String,
    pub doctor_name: String,
}

/// The patient of a usable code, if consent still holds.
pub fn find_claimant(conn: &mut Db, digest: &str, now: NaiveDateTime) -> QueryResult<Option<Claimant>> {
    millebook_codes::table
        .inner_join(patients::table)
        .inner_join(millebook_enrolments::table.on(millebook_enrolments::patient_id.eq(millebook_codes::patient_id)))
        .inner_join(users::table.on(users::id.eq(patients::doctor_id)))
        .filter(millebook_codes::code_digest.eq(digest))
        .filter(millebook_codes::used_at.is_null())
        .filter(millebook_codes::expires_at.gt(now))
        .filter(millebook_enrolments::withdrawn_at.is_null())
        .select((
            patients::id,
            patients::surname,
            patients::name,
            patients::fiscal_code,
            patients::birth_date,
            users::surname,
            users::name,
        ))
        .first(conn)
        .optional()
}
