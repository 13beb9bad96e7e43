//! From the basket to the queue.

use chrono::{NaiveDateTime, Timelike as _};
use diesel::prelude::*;

use super::super::model::{NewPrescription, State, WaitReason};
use super::super::queries::{self, Fields, PrescriptionInsert};
use super::message::{build_message, content_hash};
use crate::db::schema::patients;
use crate::db::{Db, Owner};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::{find_doctor_profile, find_user};
use crate::kernel::failpoint;
use crate::ports::sac::piped_address;

/// Why nothing was queued.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The patient is not of this archive.
    #[error("no such patient in this archive")]
    NoPatient,
    /// The doctor's professional data are missing.
    #[error("the doctor has no professional data")]
    NoProfile,
    /// A prescription without rows, or a quantity that cannot be sent.
    #[error("a prescription must have rows of 1 to 9 pieces")]
    BadRows,
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// The patient's facts that go into a prescription.
#[derive(Queryable, Selectable)]
#[diesel(table_name = patients)]
struct PatientFacts {
    surname: String,
    name: String,
    fiscal_code: String,
    address: String,
    postal_code: String,
    city: String,
    province: String,
    asl_code: String,
}

/// Puts confirmed prescriptions in the queue (`DA_INVIARE`), in the caller's transaction, and answers their ids in the
/// order given. The patient's facts are read and frozen here; `author` is whoever confirms.
///
/// # Errors
/// [`CreateError`]; the caller's transaction must then be rolled back.
pub fn create_confirmed(
    conn: &mut Db,
    owner: Owner,
    author: i64,
    new: &[NewPrescription],
    now: NaiveDateTime,
) -> Result<Vec<i64>, CreateError> {
    let doctor = find_user(conn, owner.id())?.ok_or(CreateError::NoProfile)?;
    let profile = find_doctor_profile(conn, owner.id())?.ok_or(CreateError::NoProfile)?;
    new.iter().map(|one| create_one(conn, owner, author, one, &doctor, &profile, now)).collect()
}

fn create_one(
    conn: &mut Db,
    owner: Owner,
    author: i64,
    new: &NewPrescription,
    doctor: &User,
    profile: &DoctorProfile,
    now: NaiveDateTime,
) -> Result<i64, CreateError> {
    if new.items.is_empty() || new.items.iter().any(|item| !(1..=9).contains(&item.pieces)) {
        return Err(CreateError::BadRows);
    }
    let patient = patients::table
        .find(new.patient_id)
        .filter(patients::doctor_id.eq(owner.id()))
        .select(PatientFacts::as_select())
        .first(conn)
        .optional()?
        .ok_or(CreateError::NoPatient)?;
    let id = queries::insert_prescription(conn, &insert_of(new, &patient, owner, author, profile, now))?;
    queries::insert_items(conn, id, &new.items)?;
    queries::birth(conn, id, State::ToSend, author, now)?;
    // The hash is taken of what the database gives back, which is what will be sent.
    let row = queries::find(conn, id)?.ok_or(diesel::result::Error::NotFound)?;
    let items = queries::list_items(conn, &[id])?;
    let hash = content_hash(&build_message(&row, &items, doctor, profile, ""));
    let fields = Fields { content_hash: Some(hash), ..Fields::default() };
    queries::set_wait(conn, id, State::ToSend, None, &fields)?;
    Ok(id)
}

fn insert_of<'a>(
    new: &'a NewPrescription,
    patient: &'a PatientFacts,
    owner: Owner,
    author: i64,
    profile: &'a DoctorProfile,
    now: NaiveDateTime,
) -> PrescriptionInsert<'a> {
    PrescriptionInsert {
        doctor_id: owner.id(),
        patient_id: new.patient_id,
        author_id: author,
        kind: new.kind,
        state: State::ToSend,
        revision: 1,
        region_code: &profile.region_code,
        patient_name: format!("{} {}", patient.surname, patient.name).to_uppercase(),
        patient_code: &patient.fiscal_code,
        patient_address: piped_address(&patient.address, &patient.postal_code, &patient.city, &patient.province),
        patient_province: &patient.province,
        patient_asl: &patient.asl_code,
        exemption_code: &new.exemption_code,
        income_exempt: new.income_exempt,
        visit_kind: &new.visit_kind,
        hide_data: new.hide_data,
        suggested: new.suggested,
        diagnosis_code: &new.diagnosis_code,
        diagnosis_text: &new.diagnosis_text,
        // SAC keeps seconds: what it shows later must equal what we hold.
        compiled_at: now.with_nanosecond(0).unwrap_or(now),
        confirmed_at: Some(now),
        confirmed_by: Some(author),
        content_hash: "",
        next_try_at: Some(now),
        tries: 0,
        wait_reason: WaitReason::None,
        attention: false,
        copied_from: new.copied_from,
        created_at: now,
        updated_at: now,
    }
}

/// Crash point C0: whoever confirms passes here as the last act of the transaction.
pub fn confirm_crash_point() {
    failpoint::pass("C0");
}
