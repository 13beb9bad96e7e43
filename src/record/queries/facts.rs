//! Single facts the record's pages ask for: whose patient, what a code means, whether a basket is open.

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

use crate::db::schema::{diagnoses, draft_items, drafts, exemptions, patient_exemptions, patients, services};
use crate::db::{Db, Owner};

/// Whether the patient is in this doctor's archive.
///
/// # Errors
/// A database failure.
pub fn owns_patient(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<bool> {
    let found = patients::table.filter(patients::id.eq(patient_id)).filter(patients::doctor_id.eq(owner.id()));
    diesel::select(exists(found)).get_result(conn)
}

/// How many drugs wait in the basket that `author` keeps for this patient.
///
/// # Errors
/// A database failure.
pub fn count_draft_items(conn: &mut Db, owner: Owner, author: i64, patient_id: i64) -> QueryResult<i64> {
    draft_items::table
        .inner_join(drafts::table)
        .filter(drafts::patient_id.eq(patient_id))
        .filter(drafts::author_id.eq(author))
        .filter(drafts::doctor_id.eq(owner.id()))
        .select(count_star())
        .first(conn)
}

/// What an ICD-9-CM code stands for.
///
/// # Errors
/// A database failure.
pub fn find_diagnosis(conn: &mut Db, code: &str) -> QueryResult<Option<String>> {
    diagnoses::table.find(code).select(diagnoses::description).first(conn).optional()
}

/// What a code of the national catalogue of services stands for.
///
/// # Errors
/// A database failure.
pub fn find_service(conn: &mut Db, code: &str) -> QueryResult<Option<String>> {
    services::table.find(code).select(services::description).first(conn).optional()
}

/// What an exemption code stands for.
///
/// # Errors
/// A database failure.
pub fn find_exemption_in_catalogue(conn: &mut Db, code: &str) -> QueryResult<Option<String>> {
    exemptions::table.find(code).select(exemptions::description).first(conn).optional()
}

/// Which of the patient's exemptions carry a code that the catalogue does not know.
///
/// # Errors
/// A database failure.
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
