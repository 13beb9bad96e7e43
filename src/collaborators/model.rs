//! Rows of the screens, and what a one-use form carries.

use chrono::NaiveDateTime;
use diesel::Queryable;

use crate::identity::associations::AssociationState;
use crate::identity::model::PasswordState;

/// A line of the doctor's list: the doctor's own notes, and the person's fiscal code, which the doctor typed.
#[derive(Clone, Queryable)]
pub struct CollaboratorRow {
    /// Id of the association.
    pub id: i64,
    /// As the doctor wrote it.
    pub surname: String,
    /// As the doctor wrote it.
    pub name: String,
    /// The person's.
    pub fiscal_code: String,
    /// How far the association is.
    pub state: AssociationState,
    /// What the person's password is good for.
    pub password_state: PasswordState,
}

/// A line of a collaborator's list of doctors.
#[derive(Clone, Queryable)]
pub struct DoctorRow {
    /// Id of the association.
    pub id: i64,
    /// The doctor's user id.
    pub doctor_id: i64,
    /// The doctor's.
    pub surname: String,
    /// The doctor's.
    pub name: String,
    /// How far the association is.
    pub state: AssociationState,
    /// Since when, UTC.
    pub changed_at: NaiveDateTime,
}

/// An association that waits for the person: an invitation, or one to be reconfirmed.
#[derive(Clone, Queryable)]
pub struct Waiting {
    /// Who waits.
    pub doctor_id: i64,
    /// How far the association is.
    pub state: AssociationState,
    /// Keyed digest of the acceptance code; `None` when none was given, or it is spent.
    pub code_digest: Option<String>,
    /// Until when it is good, UTC.
    pub code_expires_at: Option<NaiveDateTime>,
    /// How often it was typed wrong.
    pub code_failures: i64,
}
