//! Who looked at a prescription (registro degli accessi): the patient, the doctor, a collaborator; opening it is enough.
//!
//! Append only: the database itself refuses to change a row, or to delete one before 24 months. Rank 3: every slice that
//! shows a prescription writes here, and the patients' portal shows it to the patient.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{accesses, users};
use crate::identity::model::Role;
use crate::text_enum;

text_enum! {
    /// What was done with the prescription.
    Act {
        /// Its page was opened.
        Opened = "APERTA",
        /// Its paper was downloaded.
        Downloaded = "SCARICATA",
        /// Its paper was printed, or opened to be.
        Printed = "STAMPATA",
    }
}

/// One look at a prescription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Insertable)]
#[diesel(table_name = accesses)]
pub struct Access {
    /// Whose prescription it is.
    pub patient_id: i64,
    /// Which.
    pub prescription_id: i64,
    /// Who looked.
    pub actor_id: i64,
    /// The doctor a collaborator worked for.
    pub on_behalf_of: Option<i64>,
    /// How.
    pub act: Act,
    /// When, UTC.
    pub happened_at: NaiveDateTime,
}

/// Notes one look.
///
/// # Errors
/// A database failure.
pub fn record(conn: &mut Db, access: &Access) -> QueryResult<usize> {
    diesel::insert_into(accesses::table).values(access).execute(conn)
}

/// A look with the name of who looked. `Debug` is not derived: it would print a name.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct AccessRow {
    pub actor_id: i64,
    pub surname: String,
    pub name: String,
    pub role: Role,
    pub act: Act,
    pub happened_at: NaiveDateTime,
}

/// The latest looks at a prescription, newest first.
///
/// # Errors
/// A database failure.
pub fn list(conn: &mut Db, prescription_id: i64, limit: i64) -> QueryResult<Vec<AccessRow>> {
    accesses::table
        .inner_join(users::table)
        .filter(accesses::prescription_id.eq(prescription_id))
        .order(accesses::id.desc())
        .limit(limit)
        .select((accesses::actor_id, users::surname, users::name, users::role, accesses::act, accesses::happened_at))
        .load(conn)
}

/// Forgets looks older than `before`.
///
/// # Errors
/// A database failure; one also when `before` is less than 24 months ago.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(accesses::table.filter(accesses::happened_at.lt(before))).execute(conn)
}
