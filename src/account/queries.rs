//! What only the account asks of the database; users themselves are in `identity::queries`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{associations, doctors, one_time_tokens, operator_acts, users};
use crate::identity::associations::{AssociationState, no_code};
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
pub fn find_doctor_by_email(conn: &mut Db, email: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::email.eq(email).and(users::role.eq(Role::Doctor)).and(users::confirmed_at.is_not_null()))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// The confirmed doctors with this fiscal code.
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

/// A doctor, for the operator's list.
#[derive(Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct ListedDoctor {
    pub username: String,
    pub surname: String,
    pub name: String,
    pub fiscal_code: String,
    pub active: bool,
    pub confirmed_at: Option<NaiveDateTime>,
    pub verified_at: Option<NaiveDateTime>,
}

/// Every doctor, by username.
pub fn list_doctors(conn: &mut Db) -> QueryResult<Vec<ListedDoctor>> {
    users::table
        .inner_join(doctors::table)
        .order(users::username.asc())
        .select((
            users::username,
            users::surname,
            users::name,
            users::fiscal_code,
            users::active,
            users::confirmed_at,
            doctors::verified_at,
        ))
        .load(conn)
}

/// Opens or shuts an account.
pub fn set_active(conn: &mut Db, user_id: i64, active: bool) -> QueryResult<usize> {
    diesel::update(users::table.find(user_id)).set(users::active.eq(active)).execute(conn)
}

/// Verified doctors of this fiscal code, but this one.
pub fn count_verified_with_code(conn: &mut Db, fiscal_code: &str, but: i64) -> QueryResult<i64> {
    users::table
        .inner_join(doctors::table)
        .filter(users::fiscal_code.eq(fiscal_code).and(users::role.eq(Role::Doctor)))
        .filter(users::id.ne(but).and(doctors::verified_at.is_not_null()))
        .count()
        .get_result(conn)
}

/// Marks a doctor as verified.
pub fn set_verified(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(doctors::table.find(user_id)).set(doctors::verified_at.eq(now)).execute(conn)
}

/// Changes a person's name and address.
pub fn set_person(conn: &mut Db, user_id: i64, surname: &str, name: &str, email: &str) -> QueryResult<usize> {
    diesel::update(users::table.find(user_id))
        .set((users::surname.eq(surname), users::name.eq(name), users::email.eq(email)))
        .execute(conn)
}

/// Holds every association of a person until its doctor reconfirms; returns those doctors. Invitations end.
pub fn hold_associations(conn: &mut Db, person: i64, now: NaiveDateTime) -> QueryResult<Vec<i64>> {
    let of = |states: &[AssociationState]| {
        associations::table
            .filter(associations::collaborator_id.eq(person))
            .filter(associations::state.eq_any(states.to_vec()))
    };
    diesel::update(of(&[AssociationState::Invited]))
        .set((associations::state.eq(AssociationState::Removed), associations::changed_at.eq(now), no_code()))
        .execute(conn)?;
    diesel::update(of(&[AssociationState::Active, AssociationState::Suspended, AssociationState::ToReconfirm]))
        .set((associations::state.eq(AssociationState::ToReconfirm), associations::changed_at.eq(now), no_code()))
        .returning(associations::doctor_id)
        .get_results(conn)
}

/// Notes what the operator did.
pub fn note_operator_act(conn: &mut Db, act: &str, user_id: Option<i64>, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::insert_into(operator_acts::table)
        .values((operator_acts::act.eq(act), operator_acts::user_id.eq(user_id), operator_acts::happened_at.eq(now)))
        .execute(conn)
}
