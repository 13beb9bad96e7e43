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

/// One rendered form, as `identity::form_keys` wants it.
pub struct FormKey {
    /// Its one-use key.
    pub key: String,
    /// What it says.
    pub content: Vec<u8>,
}
