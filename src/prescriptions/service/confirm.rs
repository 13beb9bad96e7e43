//! From the basket to the queue, or to the doctor who must say yes first.

use chrono::{NaiveDate, NaiveDateTime, Timelike as _};
use diesel::prelude::*;

use super::super::model::{NewPrescription, State, WaitReason};
use super::super::queries::{self, Fields, FreeSeconds, PrescriptionInsert};
use super::message::{build_message, content_hash};
use crate::db::schema::patients;
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::find_doctor;
use crate::push;
use crate::reference::queries::find_nre_rules;
use kernel::failpoint;
use kernel::patient_code::card_number;
use kernel::wording::listed_name;
use sac::{ForeignInsured, piped_address};

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
    birth_date: NaiveDate,
    foreign_kind: String,
    foreign_state: String,
    foreign_institution: String,
    foreign_number: String,
    card_expires_on: Option<NaiveDate>,
}

impl PatientFacts {
    /// The section of who is insured by another State, as it is kept; '' for the others.
    fn foreign_section(&self) -> String {
        if self.foreign_kind.is_empty() {
            return String::new();
        }
        let section = ForeignInsured {
            state: self.foreign_state.clone(),
            institution: self.foreign_institution.clone(),
            personal_number: self.foreign_number.clone(),
            card_number: card_number(&self.fiscal_code).unwrap_or_default().to_owned(),
            birth_date: Some(self.birth_date),
            card_expiry: self.card_expires_on,
        };
        serde_json::to_string(&section).unwrap_or_default()
    }
}

/// Who makes prescriptions, for whom, and how far they go.
struct Birth<'a> {
    by: &'a By,
    /// What the collaborator's sending is known by; `None` when the doctor confirms.
    submission: Option<&'a str>,
    doctor: User,
    profile: DoctorProfile,
}

/// Puts confirmed prescriptions in the queue (`DA_INVIARE`), in the caller's transaction, and answers their ids in the
/// order given. The patient's facts are read and frozen here. One that corrects what a
/// collaborator had prepared stays the collaborator's.
/// Fails with [`CreateError`]; the caller's transaction must then be rolled back.
pub fn create_confirmed(conn: &mut Db, by: &By, new: &[NewPrescription]) -> Result<Vec<i64>, CreateError> {
    create(conn, by, None, new)
}

/// Lays prescriptions before the doctor (`IN_ATTESA`), in the caller's transaction, and answers their ids in the order
/// given. `submission` is shared by all that this sending makes, and by no other. The doctor's
/// devices are told.
/// Fails with [`CreateError`]; the caller's transaction must then be rolled back.
pub fn create_pending(
    conn: &mut Db,
    by: &By,
    submission: &str,
    new: &[NewPrescription],
) -> Result<Vec<i64>, CreateError> {
    let ids = create(conn, by, Some(submission), new)?;
    push::wish(conn, by.owner.id(), by.now)?;
    Ok(ids)
}

fn create(conn: &mut Db, by: &By, submission: Option<&str>, new: &[NewPrescription]) -> Result<Vec<i64>, CreateError> {
    let (doctor, profile) = find_doctor(conn, by.owner.id())?.ok_or(CreateError::NoProfile)?;
    // What waits for the doctor gets its second when the doctor says yes.
    let mut seconds = match submission {
        None => free_seconds(conn, by.owner, &profile, by.now)?,
        Some(_) => FreeSeconds::any(to_the_second(by.now)),
    };
    let birth = Birth { by, submission, doctor, profile };
    new.iter().map(|one| create_one(conn, &birth, one, seconds.take())).collect()
}

/// The seconds in which a doctor's prescriptions may be written: each its own where SAC assigns the numbers.
pub(super) fn free_seconds(
    conn: &mut Db,
    owner: Owner,
    profile: &DoctorProfile,
    now: NaiveDateTime,
) -> QueryResult<FreeSeconds> {
    let now = to_the_second(now);
    let assigned = find_nre_rules(conn, &profile.region_code)?.assigned;
    if assigned { FreeSeconds::of(conn, owner, now) } else { Ok(FreeSeconds::any(now)) }
}

fn create_one(
    conn: &mut Db,
    birth: &Birth<'_>,
    new: &NewPrescription,
    compiled_at: NaiveDateTime,
) -> Result<i64, CreateError> {
    if new.items.is_empty() || new.items.iter().any(|item| !(1..=9).contains(&item.pieces)) {
        return Err(CreateError::BadRows);
    }
    let patient = patients::table
        .find(new.patient_id)
        .filter(patients::doctor_id.eq(birth.by.owner.id()))
        .select(PatientFacts::as_select())
        .first(conn)
        .optional()?
        .ok_or(CreateError::NoPatient)?;
    let author = author_of(conn, birth, new)?;
    let insert = PrescriptionInsert { compiled_at, ..insert_of(new, &patient, author, birth) };
    // The hash is taken of what the database gives back, which is what will be sent.
    let row = queries::insert_prescription(conn, &insert)?;
    let items = queries::insert_items(conn, row.id, &new.items)?;
    queries::birth(conn, birth.by, row.id, row.state)?;
    let hash = content_hash(&build_message(&row, &items, &birth.doctor, &birth.profile, ""));
    let fields = Fields { content_hash: Some(hash), ..Fields::default() };
    queries::set_wait(conn, row.id, row.state, None, &fields)?;
    Ok(row.id)
}

/// A doctor's correction of what a collaborator prepared stays the collaborator's: the studio waits for its outcome.
fn author_of(conn: &mut Db, birth: &Birth<'_>, new: &NewPrescription) -> QueryResult<i64> {
    let (None, Some(before)) = (birth.submission, new.copied_from) else { return Ok(birth.by.actor) };
    let before = queries::find_owned(conn, birth.by.owner, before)?;
    Ok(before.map_or(birth.by.actor, |row| row.author_id))
}

fn insert_of<'a>(
    new: &'a NewPrescription,
    patient: &'a PatientFacts,
    author: i64,
    birth: &'a Birth<'_>,
) -> PrescriptionInsert<'a> {
    let now = birth.by.now;
    let confirmed = birth.submission.is_none();
    PrescriptionInsert {
        doctor_id: birth.by.owner.id(),
        patient_id: new.patient_id,
        author_id: author,
        kind: new.kind,
        state: if confirmed { State::ToSend } else { State::Pending },
        revision: 1,
        region_code: &birth.profile.region_code,
        patient_name: listed_name(&patient.surname, &patient.name).to_uppercase(),
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
        plan_protocol: &new.plan_protocol,
        foreign_kind: &patient.foreign_kind,
        foreign_section: patient.foreign_section(),
        compiled_at: to_the_second(now),
        confirmed_at: confirmed.then_some(now),
        confirmed_by: confirmed.then_some(birth.by.actor),
        content_hash: "",
        next_try_at: confirmed.then_some(now),
        tries: 0,
        wait_reason: WaitReason::None,
        attention: false,
        copied_from: new.copied_from,
        submission: birth.submission.unwrap_or_default(),
        created_at: now,
        updated_at: now,
    }
}

/// SAC keeps seconds: what it shows later must equal what we hold.
pub(super) fn to_the_second(now: NaiveDateTime) -> NaiveDateTime {
    now.with_nanosecond(0).unwrap_or(now)
}

/// Crash point C0: whoever confirms passes here as the last act of the transaction.
pub fn confirm_crash_point() {
    failpoint::pass("C0");
}
