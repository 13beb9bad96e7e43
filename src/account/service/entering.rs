//! What every completed login writes, and what its answer needs to know.

use chrono::NaiveDateTime;

use crate::db::{Db, DbError};
use crate::identity::events::{self, Event, EventKind};
use crate::identity::model::{PasswordState, Role, User};
use crate::identity::sealing::Sealer;
use crate::identity::{associations, kept_forms, queries, throttle};

/// A user who has just proven who they are.
pub struct Entered {
    /// Row id.
    pub user_id: i64,
    /// The password opens only the change form.
    pub temporary: bool,
    /// A form waits for its author.
    pub has_kept_form: bool,
    /// Cookie to set on a device that is new.
    pub new_device: Option<String>,
    /// What they are.
    pub role: Role,
    /// What happened to the account since they were last told, and what this login adds.
    pub told: Vec<Event>,
    /// A doctor's invitation waits for their answer.
    pub invited: bool,
}

/// What a login writes, and what its answer needs to know.
pub(super) fn enter(
    conn: &mut Db,
    sealer: &Sealer,
    user: &User,
    (device, browser): (Option<&str>, &str),
    now: NaiveDateTime,
) -> Result<Entered, DbError> {
    let known = match device {
        Some(device) => throttle::is_known_device(conn, user.id, device, now)?,
        None => false,
    };
    let told = events::tell(conn, user.id, now)?;
    // Noted after the telling: it is told at the next login, to whoever that is.
    if !known && user.last_login_at.is_some() {
        events::note(conn, user.id, EventKind::NewDevice, browser, now)?;
    }
    queries::set_logged_in(conn, user.id, now)?;
    Ok(Entered {
        user_id: user.id,
        role: user.role,
        temporary: user.password_state == PasswordState::Temporary,
        has_kept_form: kept_forms::find(conn, sealer, user.id, now)?.is_some(),
        new_device: if known { None } else { Some(throttle::remember_device(conn, user.id, now)?) },
        told,
        invited: user.role == Role::Collaborator && associations::has_invitation(conn, user.id)?,
    })
}
