//! Registry data of one patient: load, write, history, namesakes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{doctors, patients, record_changes, users};
use crate::db::{Db, Owner, patient_words};
use crate::patients::model::{Patient, PatientValues};

/// Entity of `record_changes` for registry data.
const ENTITY: &str = "registry";

/// A patient of this doctor.
pub fn find_patient(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<Patient>> {
    patients::table
        .filter(patients::id.eq(id).and(patients::doctor_id.eq(owner.id())))
        .select(Patient::as_select())
        .first(conn)
        .optional()
}

/// Those of the patients that are this doctor's, in the order of the ids.
pub fn list_patients(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<Patient>> {
    let mut rows: Vec<Patient> = patients::table
        .filter(owner.holds(patients::doctor_id).and(patients::id.eq_any(ids)))
        .limit(500)
        .select(Patient::as_select())
        .load(conn)?;
    rows.sort_by_key(|patient| ids.iter().position(|id| *id == patient.id));
    Ok(rows)
}

/// The patient of this doctor with a fiscal code.
pub fn find_by_code(conn: &mut Db, owner: Owner, fiscal_code: &str) -> QueryResult<Option<Patient>> {
    patients::table
        .filter(patients::doctor_id.eq(owner.id()).and(patients::fiscal_code.eq(fiscal_code)))
        .select(Patient::as_select())
        .first(conn)
        .optional()
}

/// Other patients of this doctor with the same surname and name.
pub fn list_homonyms(conn: &mut Db, owner: Owner, search_key: &str, but: Option<i64>) -> QueryResult<Vec<Patient>> {
    patients::table
        .filter(patients::doctor_id.eq(owner.id()).and(patients::search_key.eq(search_key)))
        .filter(patients::id.ne(but.unwrap_or(0)))
        .order(patients::id.asc())
        .limit(10)
        .select(Patient::as_select())
        .load(conn)
}

/// Region and ASL of the doctor: what a new patient's ASL is chosen from.
pub fn find_doctor(conn: &mut Db, owner: Owner) -> QueryResult<Option<(String, String)>> {
    doctors::table.find(owner.id()).select((doctors::region_code, doctors::asl_code)).first(conn).optional()
}

/// Adds a patient; returns the id.
/// Fails with a unique violation when the fiscal code is already in the archive.
pub fn insert_patient(
    conn: &mut Db,
    owner: Owner,
    values: &PatientValues,
    actor: i64,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    let key = values.search_key();
    let id = diesel::insert_into(patients::table)
        .values((
            values,
            (
                patients::doctor_id.eq(owner.id()),
                patients::search_key.eq(&key),
                patients::initials.eq(values.initials()),
                patients::birth_year.eq(values.birth_year()),
                patients::revision.eq(1),
                patients::created_at.eq(now),
                patients::updated_at.eq(now),
                patients::updated_by.eq(actor),
            ),
        ))
        .returning(patients::id)
        .get_result(conn)?;
    patient_words::add(conn, [(owner.id(), id, key.as_str())])?;
    Ok(id)
}

/// Writes the next version of a patient if it is still the one seen; returns whether it was.
/// Fails with a unique violation when the new fiscal code is already in the archive.
pub fn update_patient(
    conn: &mut Db,
    owner: Owner,
    seen: &Patient,
    values: &PatientValues,
    actor: i64,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let still_the_same = patients::table
        .filter(patients::id.eq(seen.id).and(patients::doctor_id.eq(owner.id())))
        .filter(patients::revision.eq(seen.revision));
    let key = values.search_key();
    let changed = diesel::update(still_the_same)
        .set((
            values,
            (
                patients::search_key.eq(&key),
                patients::initials.eq(values.initials()),
                patients::birth_year.eq(values.birth_year()),
                patients::revision.eq(seen.revision.saturating_add(1)),
                patients::updated_at.eq(now),
                patients::updated_by.eq(actor),
            ),
        ))
        .execute(conn)?;
    if changed == 1 && key != seen.search_key {
        patient_words::replace(conn, (owner.id(), seen.id, &key))?;
    }
    Ok(changed == 1)
}

/// Keeps what registry data were and became. Call it in the transaction of the change itself.
pub fn insert_change(
    conn: &mut Db,
    patient_id: i64,
    (before, after): (Option<&PatientValues>, &PatientValues),
    actor: i64,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let json = |values: &PatientValues| {
        serde_json::to_string(values).map_err(|error| diesel::result::Error::SerializationError(error.into()))
    };
    diesel::insert_into(record_changes::table)
        .values((
            record_changes::patient_id.eq(patient_id),
            record_changes::entity.eq(ENTITY),
            record_changes::entity_id.eq(patient_id),
            record_changes::action.eq(if before.is_some() { "edited" } else { "created" }),
            record_changes::before_json.eq(before.map(json).transpose()?.unwrap_or_default()),
            record_changes::after_json.eq(json(after)?),
            record_changes::changed_by.eq(actor),
            record_changes::changed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// One change of registry data.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// When (UTC).
    pub changed_at: NaiveDateTime,
    /// `SURNAME Name` of who made it.
    pub author: String,
    /// What stood there; `None` for the first version.
    pub before: Option<PatientValues>,
    /// What stands there since.
    pub after: PatientValues,
}

/// The latest changes of a patient's registry data, newest first.
/// Fails also on a version that cannot be read.
pub fn list_changes(conn: &mut Db, owner: Owner, patient_id: i64, limit: i64) -> QueryResult<Vec<ChangeRow>> {
    let rows: Vec<(NaiveDateTime, String, String, String, String)> = record_changes::table
        .inner_join(patients::table)
        .inner_join(users::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(record_changes::patient_id.eq(patient_id))
        .filter(record_changes::entity.eq(ENTITY))
        .filter(record_changes::entity_id.eq(patient_id))
        .order(record_changes::id.desc())
        .limit(limit)
        .select((
            record_changes::changed_at,
            users::surname,
            users::name,
            record_changes::before_json,
            record_changes::after_json,
        ))
        .load(conn)?;
    let read = |json: &str| {
        serde_json::from_str(json).map_err(|error| diesel::result::Error::DeserializationError(error.into()))
    };
    rows.into_iter()
        .map(|(changed_at, surname, name, before, after)| {
            let before = if before.is_empty() { None } else { Some(read(&before)?) };
            Ok(ChangeRow { changed_at, author: format!("{surname} {name}"), before, after: read(&after)? })
        })
        .collect()
}
