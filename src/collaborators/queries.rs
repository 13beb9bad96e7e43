//! What only these screens ask; the associations themselves are in `identity::associations`.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{CollaboratorRow, DoctorRow, Waiting};
use crate::db::schema::{associations, users};
use crate::db::{Db, Owner};
use crate::identity::associations::{AssociationState, Notes, no_code};
use crate::identity::model::Role;

/// A doctor's collaborators, by name; those removed are not among them.
pub fn list_collaborators(conn: &mut Db, owner: Owner) -> QueryResult<Vec<CollaboratorRow>> {
    associations::table
        .inner_join(users::table.on(users::id.eq(associations::collaborator_id)))
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::state.ne(AssociationState::Removed))
        .order((associations::surname.asc(), associations::name.asc(), associations::id.asc()))
        .limit(200)
        .select((
            associations::id,
            associations::surname,
            associations::name,
            users::fiscal_code,
            associations::state,
            users::password_state,
        ))
        .load(conn)
}

/// Whether the person of this fiscal code is the doctor's collaborator already. One query whether the person exists or not:
/// neither the answer nor its time tells anything of other doctors'.
pub fn is_collaborator(conn: &mut Db, owner: Owner, fiscal_code: &str) -> QueryResult<bool> {
    let known: Option<i64> = associations::table
        .inner_join(users::table.on(users::id.eq(associations::collaborator_id)))
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::state.ne(AssociationState::Removed))
        .filter(users::fiscal_code.eq(fiscal_code).and(users::role.eq(Role::Collaborator)))
        .select(associations::id)
        .first(conn)
        .optional()?;
    Ok(known.is_some())
}

/// The doctors a collaborator works for or is invited by, invitations first.
pub fn list_doctors(conn: &mut Db, collaborator_id: i64) -> QueryResult<Vec<DoctorRow>> {
    let mut rows: Vec<DoctorRow> = associations::table
        .inner_join(users::table.on(users::id.eq(associations::doctor_id)))
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::state.ne(AssociationState::Removed))
        .filter(users::active.eq(true).and(users::role.eq(Role::Doctor)))
        .order((users::surname.asc(), users::name.asc(), associations::id.asc()))
        .limit(200)
        .select((
            associations::id,
            users::id,
            users::surname,
            users::name,
            associations::state,
            associations::changed_at,
        ))
        .load(conn)?;
    rows.sort_by_key(|row| row.state != AssociationState::Invited);
    Ok(rows)
}

/// Stores the doctor's notes of one collaborator. Answers false when the association is somebody else's, or removed.
pub fn set_notes(conn: &mut Db, owner: Owner, id: i64, notes: &Notes, now: NaiveDateTime) -> QueryResult<bool> {
    let row = associations::table
        .find(id)
        .filter(associations::doctor_id.eq(owner.id()))
        .filter(associations::state.ne(AssociationState::Removed));
    Ok(diesel::update(row).set((notes, associations::changed_at.eq(now))).execute(conn)? == 1)
}

/// What an answer needs to know of an association that waits for this person; `None` when there is no such for them.
pub fn find_waiting(conn: &mut Db, collaborator_id: i64, id: i64) -> QueryResult<Option<Waiting>> {
    associations::table
        .find(id)
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::state.eq_any([AssociationState::Invited, AssociationState::ToReconfirm]))
        .select((
            associations::doctor_id,
            associations::state,
            associations::code_digest,
            associations::code_expires_at,
            associations::code_failures,
        ))
        .first(conn)
        .optional()
}

/// Counts a wrong acceptance code; the last one allowed takes the code away.
pub fn count_wrong_code(conn: &mut Db, id: i64, failures: i64, spent: bool) -> QueryResult<usize> {
    let row = associations::table.find(id);
    if spent {
        return diesel::update(row).set(no_code()).execute(conn);
    }
    diesel::update(row).set(associations::code_failures.eq(failures)).execute(conn)
}

/// Moves the associations that other doctors have with a person from one of `from` to `to`; returns those doctors.
pub fn set_others(
    conn: &mut Db,
    owner: Owner,
    collaborator_id: i64,
    from: &[AssociationState],
    to: AssociationState,
    now: NaiveDateTime,
) -> QueryResult<Vec<i64>> {
    let others = associations::table
        .filter(associations::collaborator_id.eq(collaborator_id))
        .filter(associations::doctor_id.ne(owner.id()))
        .filter(associations::state.eq_any(from.to_vec()));
    diesel::update(others)
        .set((associations::state.eq(to), associations::changed_at.eq(now), no_code()))
        .returning(associations::doctor_id)
        .get_results(conn)
}
