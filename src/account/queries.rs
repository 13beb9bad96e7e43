//! What only the account asks of the database; users themselves are in `identity::queries`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{doctors, one_time_tokens, users};
use crate::identity::model::{NewDoctor, Role, User};

/// What doctors may change of their own data.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Contacts {
    pub phone: String,
    pub regional_code: String,
    pub surgery_address: String,
    pub surgery_phone: String,
    pub surgery_name: String,
}

/// Stores a doctor's contacts.
///
/// # Errors
/// A database failure.
pub fn set_contacts(conn: &mut Db, doctor_id: i64, contacts: &Contacts) -> QueryResult<()> {
    diesel::update(users::table.find(doctor_id)).set(users::phone.eq(&contacts.phone)).execute(conn)?;
    diesel::update(doctors::table.find(doctor_id))
        .set((
            doctors::regional_code.eq(&contacts.regional_code),
            doctors::surgery_address.eq(&contacts.surgery_address),
            doctors::surgery_phone.eq(&contacts.surgery_phone),
            doctors::surgery_name.eq(&contacts.surgery_name),
        ))
        .execute(conn)?;
    Ok(())
}

/// The confirmed doctor with this e-mail address.
///
/// # Errors
/// A database failure.
pub fn find_doctor_by_email(conn: &mut Db, email: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::email.eq(email).and(users::role.eq(Role::Doctor)).and(users::confirmed_at.is_not_null()))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// The confirmed doctors with this fiscal code.
///
/// # Errors
/// A database failure.
pub fn list_doctors_by_code(conn: &mut Db, fiscal_code: &str) -> QueryResult<Vec<User>> {
    users::table
        .filter(users::fiscal_code.eq(fiscal_code).and(users::role.eq(Role::Doctor)))
        .filter(users::confirmed_at.is_not_null())
        .limit(10)
        .select(User::as_select())
        .load(conn)
}

/// Replaces a registration that was never confirmed by a newer one for the same address. A confirmed user is not touched:
/// answers false.
///
/// # Errors
/// A database failure.
pub fn replace_unconfirmed(conn: &mut Db, user_id: i64, doctor: &NewDoctor, now: NaiveDateTime) -> QueryResult<bool> {
    let unconfirmed =
        users::table.find(user_id).filter(users::confirmed_at.is_null().and(users::role.eq(Role::Doctor)));
    let replaced = diesel::update(unconfirmed)
        .set((
            users::surname.eq(&doctor.surname),
            users::name.eq(&doctor.name),
            users::fiscal_code.eq(&doctor.fiscal_code),
            users::password_hash.eq(&doctor.password_hash),
            users::password_changed_at.eq(now),
            users::created_at.eq(now),
        ))
        .execute(conn)?;
    if replaced == 0 {
        return Ok(false);
    }
    diesel::update(doctors::table.find(user_id))
        .set((
            doctors::region_code.eq(&doctor.region_code),
            doctors::asl_code.eq(&doctor.asl_code),
            doctors::specialization.eq(&doctor.specialization),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Forgets registrations asked for before `before` and never confirmed: they have no other rows than these.
///
/// # Errors
/// A database failure.
pub fn purge_unconfirmed(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    let stale: Vec<i64> = users::table
        .filter(users::role.eq(Role::Doctor).and(users::confirmed_at.is_null()).and(users::created_at.lt(before)))
        .limit(1000)
        .select(users::id)
        .load(conn)?;
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq_any(&stale))).execute(conn)?;
    diesel::delete(doctors::table.filter(doctors::user_id.eq_any(&stale))).execute(conn)?;
    diesel::delete(users::table.filter(users::id.eq_any(&stale))).execute(conn)
}
