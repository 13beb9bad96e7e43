//! Enrolments, their history, and the accounts of patients.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{doctors, millebook_enrolments, millebook_events, patients, users};
use crate::identity::model::{PasswordState, Role, User, patient_username};
use crate::identity::queries::forget_own_address;
use crate::identity::tokens;
use crate::insert_if_absent;
use crate::millebook::model::Happened;

/// Notes the consent: a new enrolment, or a withdrawn one opened again. Answers false when it was open already.
pub fn open_enrolment(conn: &mut Db, patient_id: i64, actor: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let row = (
        millebook_enrolments::patient_id.eq(patient_id),
        millebook_enrolments::consent_at.eq(now),
        millebook_enrolments::enrolled_by.eq(actor),
    );
    if insert_if_absent!(conn, millebook_enrolments::table, &row)? == 1 {
        return Ok(true);
    }
    let withdrawn =
        millebook_enrolments::table.find(patient_id).filter(millebook_enrolments::withdrawn_at.is_not_null());
    let opened = diesel::update(withdrawn)
        .set((
            millebook_enrolments::consent_at.eq(now),
            millebook_enrolments::enrolled_by.eq(actor),
            millebook_enrolments::user_id.eq(None::<i64>),
            millebook_enrolments::activated_at.eq(None::<NaiveDateTime>),
            millebook_enrolments::withdrawn_at.eq(None::<NaiveDateTime>),
            millebook_enrolments::withdrawn_by.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(opened == 1)
}

/// The enrolment is the account's from now on.
pub fn set_activated(conn: &mut Db, patient_id: i64, user_id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    let open = millebook_enrolments::table.find(patient_id).filter(millebook_enrolments::withdrawn_at.is_null());
    diesel::update(open)
        .set((millebook_enrolments::user_id.eq(user_id), millebook_enrolments::activated_at.eq(now)))
        .execute(conn)
}

/// Consent is taken back. Answers false when it was not there.
pub fn set_withdrawn(conn: &mut Db, patient_id: i64, actor: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let open = millebook_enrolments::table.find(patient_id).filter(millebook_enrolments::withdrawn_at.is_null());
    let withdrawn = diesel::update(open)
        .set((millebook_enrolments::withdrawn_at.eq(now), millebook_enrolments::withdrawn_by.eq(actor)))
        .execute(conn)?;
    Ok(withdrawn == 1)
}

/// The other enrolments that the account opens now: patients of other doctors, the same person.
pub fn list_siblings(conn: &mut Db, user_id: i64, patient_id: i64) -> QueryResult<Vec<i64>> {
    millebook_enrolments::table
        .filter(millebook_enrolments::user_id.eq(user_id))
        .filter(millebook_enrolments::patient_id.ne(patient_id))
        .filter(millebook_enrolments::withdrawn_at.is_null().and(millebook_enrolments::activated_at.is_not_null()))
        .select(millebook_enrolments::patient_id)
        .load(conn)
}

/// These enrolments wait for a new code of their own doctor.
pub fn suspend(conn: &mut Db, patients: &[i64]) -> QueryResult<usize> {
    diesel::update(millebook_enrolments::table.filter(millebook_enrolments::patient_id.eq_any(patients)))
        .set(millebook_enrolments::activated_at.eq(None::<NaiveDateTime>))
        .execute(conn)
}

/// How many enrolments the account opens now.
pub fn count_active(conn: &mut Db, user_id: i64) -> QueryResult<i64> {
    millebook_enrolments::table
        .filter(millebook_enrolments::user_id.eq(user_id))
        .filter(millebook_enrolments::withdrawn_at.is_null().and(millebook_enrolments::activated_at.is_not_null()))
        .count()
        .get_result(conn)
}

/// An enrolment as the patient sees it: at which doctor.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct OwnEnrolment {
    pub patient_id: i64,
    pub doctor_id: i64,
    pub doctor_surname: String,
    pub doctor_name: String,
    pub surgery_phone: String,
}

/// The enrolments an account opens now. One whose patient is now written under another fiscal code is not the person's.
pub fn list_own(conn: &mut Db, user_id: i64) -> QueryResult<Vec<OwnEnrolment>> {
    let person = diesel::alias!(users as person);
    millebook_enrolments::table
        .inner_join(patients::table)
        .inner_join(users::table.on(users::id.eq(patients::doctor_id)))
        .inner_join(doctors::table.on(doctors::user_id.eq(patients::doctor_id)))
        .inner_join(person.on(person.field(users::id).nullable().eq(millebook_enrolments::user_id)))
        .filter(millebook_enrolments::user_id.eq(user_id))
        .filter(millebook_enrolments::withdrawn_at.is_null().and(millebook_enrolments::activated_at.is_not_null()))
        .filter(person.field(users::fiscal_code).eq(patients::fiscal_code))
        .order((users::surname, users::name, users::id))
        .select((patients::id, patients::doctor_id, users::surname, users::name, doctors::surgery_phone))
        .load(conn)
}

/// The account of the person with this fiscal code, open or not.
pub fn find_account(conn: &mut Db, fiscal_code: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::username.eq(patient_username(fiscal_code)).and(users::role.eq(Role::Patient)))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// Opens an account and answers the user id.
/// Fails with a unique violation when the person has one.
pub fn insert_account(
    conn: &mut Db,
    (surname, name, fiscal_code): (&str, &str, &str),
    password_hash: &str,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    diesel::insert_into(users::table)
        .values((
            users::username.eq(patient_username(fiscal_code)),
            users::role.eq(Role::Patient),
            users::surname.eq(surname),
            users::name.eq(name),
            users::fiscal_code.eq(fiscal_code),
            users::password_hash.eq(password_hash),
            users::password_state.eq(PasswordState::Definitive),
            users::password_changed_at.eq(now),
            users::active.eq(true),
            users::confirmed_at.eq(now),
            users::created_at.eq(now),
        ))
        .returning(users::id)
        .get_result(conn)
}

/// Opens an account that is there with a new password; the address it had proven goes with the old one.
pub fn set_account(conn: &mut Db, user_id: i64, password_hash: &str, now: NaiveDateTime) -> QueryResult<usize> {
    tokens::forget_all(conn, user_id)?;
    forget_own_address(conn, user_id)?;
    diesel::update(users::table.find(user_id))
        .set((
            users::password_hash.eq(password_hash),
            users::password_state.eq(PasswordState::Definitive),
            users::password_changed_at.eq(now),
            users::active.eq(true),
        ))
        .execute(conn)
}

/// Shuts an account: its password opens nothing.
pub fn set_account_closed(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    diesel::update(users::table.find(user_id)).set(users::active.eq(false)).execute(conn)
}

/// Adds a line to the history of an enrolment.
pub fn insert_event(
    conn: &mut Db,
    patient_id: i64,
    event: Happened,
    actor: i64,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(millebook_events::table)
        .values((
            millebook_events::patient_id.eq(patient_id),
            millebook_events::event.eq(event),
            millebook_events::actor_id.eq(actor),
            millebook_events::happened_at.eq(now),
        ))
        .execute(conn)
}

/// A line of the history, with who did it. `Debug` is not derived: it would print a name.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct EventRow {
    pub event: Happened,
    pub happened_at: NaiveDateTime,
    pub role: Role,
    pub surname: String,
    pub name: String,
}

/// The latest of the history of an enrolment, newest first.
pub fn list_events(conn: &mut Db, patient_id: i64, limit: i64) -> QueryResult<Vec<EventRow>> {
    millebook_events::table
        .inner_join(users::table)
        .filter(millebook_events::patient_id.eq(patient_id))
        .order(millebook_events::id.desc())
        .limit(limit)
        .select((millebook_events::event, millebook_events::happened_at, users::role, users::surname, users::name))
        .load(conn)
}
