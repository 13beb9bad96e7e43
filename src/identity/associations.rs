//! Who works for whom: a collaborator's association with a doctor, asked by the guards at every request.
//!
//! The person's details are the doctor's own notes, one set per association: what one doctor writes no other doctor sees,
//! and the person's own user row is not touched.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::Role;
use crate::db::schema::{associations, users};
use crate::db::{Db, Owner};
use crate::text_enum;

text_enum! {
    /// How far an association is.
    AssociationState {
        /// The person existed already and has not answered yet.
        Invited = "invited",
        /// The collaborator may work for the doctor.
        Active = "active",
        /// Stopped by the doctor, who may resume it.
        Suspended = "suspended",
        /// Ended, by the doctor or by the person.
        Removed = "removed",
        /// Another doctor gave the person a new password, and so could enter in their name: it is for this doctor to say
        /// that the person still is who they were.
        ToReconfirm = "to_reconfirm",
    }
}

/// A row of `associations`. `Debug` is not derived: it would print a name.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = associations)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Association {
    pub id: i64,
    pub doctor_id: i64,
    pub collaborator_id: i64,
    pub state: AssociationState,
    pub surname: String,
    pub name: String,
    pub region_code: String,
    pub province: String,
    pub asl_code: String,
    pub phone: String,
    pub mobile: String,
    pub email: String,
    pub created_at: NaiveDateTime,
    pub changed_at: NaiveDateTime,
}

/// What a doctor writes about a collaborator.
#[derive(Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = associations)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Notes {
    pub surname: String,
    pub name: String,
    pub region_code: String,
    pub province: String,
    pub asl_code: String,
    pub phone: String,
    pub mobile: String,
    pub email: String,
}

impl Notes {
    /// What the doctor has written so far.
    pub fn of(association: &Association) -> Self {
        let Association { surname, name, region_code, province, asl_code, phone, mobile, email, .. } =
            association.clone();
        Self { surname, name, region_code, province, asl_code, phone, mobile, email }
    }
}

/// The doctor a collaborator works for.
#[derive(Clone, PartialEq, Eq, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Principal {
    pub doctor_id: i64,
    pub surname: String,
    pub name: String,
}

impl Principal {
    /// `Dr. Paolo Borghetto`, as the pages name a doctor.
    pub fn title(&self) -> String {
        format!("Dr. {} {}", self.name, self.surname)
    }
}

/// The doctor, if the collaborator may work for them now.
pub fn find_active(conn: &mut Db, collaborator_id: i64, doctor_id: i64) -> QueryResult<Option<Principal>> {
    associations::table
        .inner_join(users::table.on(users::id.eq(associations::doctor_id)))
        .filter(associations::doctor_id.eq(doctor_id))
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::state.eq(AssociationState::Active))
        .filter(users::active.eq(true).and(users::role.eq(Role::Doctor)))
        .select((users::id, users::surname, users::name))
        .first(conn)
        .optional()
}

/// An association that does not hold at this moment, as its collaborator is told.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Stopped {
    pub state: AssociationState,
    pub changed_at: NaiveDateTime,
    pub surname: String,
    pub name: String,
}

/// How the association of a collaborator with this doctor stands, whatever its state.
pub fn find_standing(conn: &mut Db, collaborator_id: i64, doctor_id: i64) -> QueryResult<Option<Stopped>> {
    associations::table
        .inner_join(users::table.on(users::id.eq(associations::doctor_id)))
        .filter(associations::doctor_id.eq(doctor_id))
        .filter(associations::collaborator_id.eq(collaborator_id))
        .select((associations::state, associations::changed_at, users::surname, users::name))
        .first(conn)
        .optional()
}

/// The doctors a collaborator may work for now, by name.
pub fn list_active(conn: &mut Db, collaborator_id: i64) -> QueryResult<Vec<Principal>> {
    associations::table
        .inner_join(users::table.on(users::id.eq(associations::doctor_id)))
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::state.eq(AssociationState::Active))
        .filter(users::active.eq(true).and(users::role.eq(Role::Doctor)))
        .order((users::surname.asc(), users::name.asc(), users::id.asc()))
        .limit(200)
        .select((users::id, users::surname, users::name))
        .load(conn)
}

/// Whether a doctor waits for this person's answer.
pub fn has_invitation(conn: &mut Db, collaborator_id: i64) -> QueryResult<bool> {
    let invitation: Option<i64> = associations::table
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::state.eq(AssociationState::Invited))
        .select(associations::id)
        .first(conn)
        .optional()?;
    Ok(invitation.is_some())
}

/// One association of the doctor, whatever its state; `None` also when it is somebody else's.
pub fn find(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<Association>> {
    associations::table
        .find(id)
        .filter(associations::doctor_id.eq(owner.id()))
        .select(Association::as_select())
        .first(conn)
        .optional()
}

/// The doctor's association with this person, whatever its state.
pub fn find_with(conn: &mut Db, owner: Owner, collaborator_id: i64) -> QueryResult<Option<Association>> {
    associations::table
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::collaborator_id.eq(collaborator_id))
        .select(Association::as_select())
        .first(conn)
        .optional()
}

/// Adds an association and answers its id.
/// Fails with a unique violation when the two are associated already.
pub fn insert(
    conn: &mut Db,
    owner: Owner,
    collaborator_id: i64,
    state: AssociationState,
    notes: &Notes,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    diesel::insert_into(associations::table)
        .values((
            associations::doctor_id.eq(owner.id()),
            associations::collaborator_id.eq(collaborator_id),
            associations::state.eq(state),
            associations::surname.eq(&notes.surname),
            associations::name.eq(&notes.name),
            associations::region_code.eq(&notes.region_code),
            associations::province.eq(&notes.province),
            associations::asl_code.eq(&notes.asl_code),
            associations::phone.eq(&notes.phone),
            associations::mobile.eq(&notes.mobile),
            associations::email.eq(&notes.email),
            associations::created_at.eq(now),
            associations::changed_at.eq(now),
        ))
        .returning(associations::id)
        .get_result(conn)
}

/// Moves the doctor's association from one of `from` to `to`. Answers false when it was in none of them.
pub fn set_state(
    conn: &mut Db,
    owner: Owner,
    id: i64,
    from: &[AssociationState],
    to: AssociationState,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let row = associations::table
        .find(id)
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::state.eq_any(from.to_vec()));
    let moved = diesel::update(row)
        .set((associations::state.eq(to), associations::changed_at.eq(now), no_code()))
        .execute(conn)?;
    Ok(moved == 1)
}

/// An acceptance code belongs to the state it was given in: whoever moves an association writes this too.
pub fn no_code() -> NoCode {
    NoCode { code_digest: None, code_expires_at: None, code_failures: 0 }
}

/// The columns of the acceptance code, empty.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = associations, treat_none_as_null = true)]
pub struct NoCode {
    code_digest: Option<String>,
    code_expires_at: Option<NaiveDateTime>,
    code_failures: i64,
}

/// Gives an association that waits for the person (one of `from`) an acceptance code, in place of any before. Answers false
/// when it stands otherwise.
pub fn set_code(
    conn: &mut Db,
    (owner, id): (Owner, i64),
    from: &[AssociationState],
    digest: &str,
    expires_at: NaiveDateTime,
) -> QueryResult<bool> {
    let row = associations::table
        .find(id)
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::state.eq_any(from.to_vec()));
    let given = diesel::update(row)
        .set((
            associations::code_digest.eq(digest),
            associations::code_expires_at.eq(expires_at),
            associations::code_failures.eq(0),
        ))
        .execute(conn)?;
    Ok(given == 1)
}
