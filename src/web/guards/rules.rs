//! The rules of the guards: one marker each, and whom it admits.

use crate::identity::model::Role;

/// Who may pass: implemented by the markers below.
pub trait Rule {
    /// Whether the page works in a doctor's archive: a collaborator must have chosen whose.
    const IN_AN_ARCHIVE: bool;

    /// Whether a live session of `role` passes.
    fn admits(role: Role, password_pending: bool) -> bool;
}

/// Marker of [`super::Doctor`].
#[derive(Debug)]
pub struct DoctorRule;
/// Marker of [`super::Acting`].
#[derive(Debug)]
pub struct ActingRule;
/// Marker of [`super::Member`].
#[derive(Debug)]
pub struct MemberRule;
/// Marker of [`super::PasswordChangePending`].
#[derive(Debug)]
pub struct PendingRule;
/// Marker of [`super::Patient`].
#[derive(Debug)]
pub struct PatientRule;
/// Marker of [`super::Person`].
#[derive(Debug)]
pub struct PersonRule;
/// Marker of [`super::Holder`].
#[derive(Debug)]
pub struct HolderRule;

impl Rule for DoctorRule {
    const IN_AN_ARCHIVE: bool = true;

    fn admits(role: Role, password_pending: bool) -> bool {
        role == Role::Doctor && !password_pending
    }
}

impl Rule for ActingRule {
    const IN_AN_ARCHIVE: bool = true;

    fn admits(role: Role, password_pending: bool) -> bool {
        MemberRule::admits(role, password_pending)
    }
}

impl Rule for MemberRule {
    const IN_AN_ARCHIVE: bool = false;

    fn admits(role: Role, password_pending: bool) -> bool {
        matches!(role, Role::Doctor | Role::Collaborator) && !password_pending
    }
}

impl Rule for PendingRule {
    const IN_AN_ARCHIVE: bool = false;

    fn admits(role: Role, password_pending: bool) -> bool {
        // Nobody gives a patient a temporary password.
        matches!(role, Role::Doctor | Role::Collaborator) || PatientRule::admits(role, password_pending)
    }
}

impl Rule for PatientRule {
    const IN_AN_ARCHIVE: bool = false;

    fn admits(role: Role, password_pending: bool) -> bool {
        role == Role::Patient && !password_pending
    }
}

impl Rule for PersonRule {
    const IN_AN_ARCHIVE: bool = false;

    fn admits(_role: Role, password_pending: bool) -> bool {
        !password_pending
    }
}

impl Rule for HolderRule {
    const IN_AN_ARCHIVE: bool = false;

    fn admits(role: Role, password_pending: bool) -> bool {
        matches!(role, Role::Doctor | Role::Patient) && !password_pending
    }
}
