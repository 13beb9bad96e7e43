//! Users in the database.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{DoctorProfile, NewCollaborator, NewDoctor, PasswordState, Role, Surgery, User};
use super::tokens;
use crate::db::Db;
use crate::db::schema::{doctors, users};

/// The user with this login name, active or not.
pub fn find_user_by_username(conn: &mut Db, username: &str) -> QueryResult<Option<User>> {
    users::table.filter(users::username.eq(username)).select(User::as_select()).first(conn).optional()
}

/// The user with this id, active or not.
pub fn find_user(conn: &mut Db, id: i64) -> QueryResult<Option<User>> {
    users::table.find(id).select(User::as_select()).first(conn).optional()
}

/// The user of `role` with this fiscal code.
pub fn find_user_by_fiscal_code(conn: &mut Db, role: Role, fiscal_code: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::fiscal_code.eq(fiscal_code))
        .filter(users::role.eq(role))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// The professional data of a doctor.
pub fn find_doctor_profile(conn: &mut Db, doctor_id: i64) -> QueryResult<Option<DoctorProfile>> {
    doctors::table.find(doctor_id).select(DoctorProfile::as_select()).first(conn).optional()
}

/// A doctor, with the professional data.
pub fn find_doctor(conn: &mut Db, doctor_id: i64) -> QueryResult<Option<(User, DoctorProfile)>> {
    doctors::table
        .inner_join(users::table)
        .filter(doctors::user_id.eq(doctor_id))
        .select((User::as_select(), DoctorProfile::as_select()))
        .first(conn)
        .optional()
}

/// The name and the telephone number that a doctor's surgery gives its patients; either may be empty.
pub fn find_surgery(conn: &mut Db, doctor_id: i64) -> QueryResult<Surgery> {
    let found = doctors::table.find(doctor_id).select((doctors::surgery_name, doctors::surgery_phone));
    let found: Option<(String, String)> = found.first(conn).optional()?;
    Ok(found.map(|(name, phone)| Surgery { name, phone }).unwrap_or_default())
}

/// Adds a doctor and answers the new user's id. Usernames are kept in lower case.
/// Fails with a unique violation when the username is taken.
pub fn insert_doctor(conn: &mut Db, doctor: &NewDoctor, now: NaiveDateTime) -> QueryResult<i64> {
    let id = diesel::insert_into(users::table)
        .values((
            users::username.eq(doctor.username.to_lowercase()),
            users::role.eq(Role::Doctor),
            users::surname.eq(&doctor.surname),
            users::name.eq(&doctor.name),
            users::fiscal_code.eq(&doctor.fiscal_code),
            users::email.eq(&doctor.email),
            users::phone.eq(&doctor.phone),
            users::password_hash.eq(&doctor.password_hash),
            users::password_state.eq(doctor.password_state),
            users::password_changed_at.eq(now),
            users::active.eq(true),
            users::confirmed_at.eq(doctor.confirmed.then_some(now)),
            users::created_at.eq(now),
        ))
        .returning(users::id)
        .get_result(conn)?;
    diesel::insert_into(doctors::table)
        .values((
            doctors::user_id.eq(id),
            doctors::region_code.eq(&doctor.region_code),
            doctors::asl_code.eq(&doctor.asl_code),
            doctors::province.eq(&doctor.province),
            doctors::specialization.eq(&doctor.specialization),
            doctors::structure_code.eq(&doctor.structure_code),
            doctors::verified_at.eq(doctor.confirmed.then_some(now)),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Adds a collaborator and answers the new user's id. Usernames are kept in lower case.
/// Fails with a unique violation when the username is taken.
pub fn insert_collaborator(conn: &mut Db, collaborator: &NewCollaborator, now: NaiveDateTime) -> QueryResult<i64> {
    diesel::insert_into(users::table)
        .values((
            users::username.eq(collaborator.username.to_lowercase()),
            users::role.eq(Role::Collaborator),
            users::surname.eq(&collaborator.surname),
            users::name.eq(&collaborator.name),
            users::fiscal_code.eq(&collaborator.fiscal_code),
            users::password_hash.eq(&collaborator.password_hash),
            users::password_state.eq(collaborator.password_state),
            users::password_changed_at.eq(now),
            users::active.eq(true),
            users::confirmed_at.eq(now),
            users::created_at.eq(now),
        ))
        .returning(users::id)
        .get_result(conn)
}

/// Marks the address of registration as proven. Answers false when it already was, or the user is gone.
pub fn set_confirmed(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let unconfirmed = users::table.find(user_id).filter(users::confirmed_at.is_null());
    Ok(diesel::update(unconfirmed).set(users::confirmed_at.eq(now)).execute(conn)? == 1)
}

/// Stores a new password; whatever mail could have let in is good no more. The caller ends the user's other sessions in the
/// same transaction.
pub fn set_password(
    conn: &mut Db,
    user_id: i64,
    hash: &str,
    state: PasswordState,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    tokens::forget_all(conn, user_id)?;
    if state == PasswordState::Temporary {
        forget_own_address(conn, user_id)?;
    }
    diesel::update(users::table.find(user_id))
        .set((users::password_hash.eq(hash), users::password_state.eq(state), users::password_changed_at.eq(now)))
        .execute(conn)
}

/// Forgets the address a collaborator or a patient has proven: whoever had the account until now could have it sent the
/// next password. A doctor's address was taken down by whoever runs the program, or is the account itself: it stays.
pub fn forget_own_address(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    let own = users::table.find(user_id).filter(users::role.ne(Role::Doctor));
    diesel::update(own).set(users::email.eq("")).execute(conn)
}

/// Keeps the address a collaborator or a patient has proven, in place of the one before.
pub fn set_own_address(conn: &mut Db, user_id: i64, address: &str) -> QueryResult<usize> {
    let own = users::table.find(user_id).filter(users::role.ne(Role::Doctor));
    diesel::update(own).set(users::email.eq(address)).execute(conn)
}

/// Replaces the stored hash of the same password by a stronger one. Nothing else changes.
pub fn set_upgraded_hash(conn: &mut Db, user_id: i64, hash: &str) -> QueryResult<usize> {
    diesel::update(users::table.find(user_id)).set(users::password_hash.eq(hash)).execute(conn)
}

/// Notes a login; the one before stays visible to the user as "ultimo accesso".
pub fn set_logged_in(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(users::table.find(user_id))
        .set((users::previous_login_at.eq(users::last_login_at), users::last_login_at.eq(now)))
        .execute(conn)
}
