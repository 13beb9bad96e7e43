//! Single facts the record's pages ask for: whose patient, who wrote, whether a basket is open.

use chrono::NaiveDate;
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use crate::db::schema::{draft_items, drafts, exemptions, patient_exemptions, patients, users};
use crate::db::{Db, Owner};

/// Whether the patient is in this doctor's archive.
pub fn owns_patient(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<bool> {
    let found = patients::table.filter(patients::id.eq(patient_id)).filter(patients::doctor_id.eq(owner.id()));
    diesel::select(exists(found)).get_result(conn)
}

/// The birth date of a patient of this archive.
pub fn find_birth_date(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Option<NaiveDate>> {
    patients::table
        .filter(patients::id.eq(patient_id))
        .filter(patients::doctor_id.eq(owner.id()))
        .select(patients::birth_date)
        .first(conn)
        .optional()
}

/// How many drugs wait in the basket that `author` keeps for this patient.
pub fn count_draft_items(conn: &mut Db, owner: Owner, author: i64, patient_id: i64) -> QueryResult<i64> {
    draft_items::table
        .inner_join(drafts::table)
        .filter(drafts::patient_id.eq(patient_id))
        .filter(drafts::author_id.eq(author))
        .filter(drafts::doctor_id.eq(owner.id()))
        .select(count_star())
        .first(conn)
}

/// `SURNAME Name` of a user.
pub fn find_author(conn: &mut Db, user_id: i64) -> QueryResult<Option<String>> {
    let found: Option<(String, String)> =
        users::table.find(user_id).select((users::surname, users::name)).first(conn).optional()?;
    Ok(found.map(|(surname, name)| format!("{surname} {name}")))
}

/// Which of the patient's exemptions carry a code that the catalogue does not know.
pub fn list_unknown_exemptions(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Vec<i64>> {
    patient_exemptions::table
        .inner_join(patients::table)
        .left_join(exemptions::table.on(exemptions::code.eq(patient_exemptions::code)))
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(patient_exemptions::patient_id.eq(patient_id))
        .filter(patient_exemptions::removed_on.is_null())
        .filter(exemptions::code.nullable().is_null())
        .select(patient_exemptions::id)
        .limit(200)
        .load(conn)
}
