//! A new temporary password for a collaborator.
//!
//! Whoever gives it could enter in the person's name. So it is given only by a doctor whom the person works for, and every
//! other doctor's association waits for that doctor's word; invitations not answered yet are cancelled.

use chrono::NaiveDateTime;

use crate::collaborators::queries;
use crate::db::{Db, DbError, Owner};
use crate::identity::associations::{self, AssociationState};
use crate::identity::by::By;
use crate::identity::events::{self, EventKind};
use crate::identity::form_keys::{FormKey, Once};
use crate::identity::model::PasswordState;
use crate::identity::password::HashError;
use crate::identity::{queries as identity, sessions, throttle};
use crate::site::Site;
use crate::web::error::AppError;
use crate::web::paths;
use kernel::random;

/// Signs of a temporary password: 80 bits.
pub const LENGTH: usize = 16;

/// The answer to a request for a new password.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The credentials to hand over, in clear for the only time.
    Given {
        /// Login name.
        username: String,
        /// Temporary password.
        password: String,
    },
    /// The person does not work for this doctor now: the association stands like this.
    NotNow(AssociationState),
    /// The same form came before: its answer is at this address.
    Again(String),
}

/// The hash to keep for a temporary password.
/// Fails with [`AppError::Busy`] when too many passwords are being hashed.
pub async fn hash(site: &Site, secret: String) -> Result<String, AppError> {
    site.passwords.hash(secret).await.map_err(|error| match error {
        HashError::Overloaded => AppError::Busy,
        HashError::Failed => AppError::internal(error),
    })
}

/// Gives the collaborator of this association a new temporary password: their sessions end, the old one is dead.
/// Fails with [`AppError::NotFound`] when the association is not the doctor's; [`AppError::Busy`].
pub async fn give(site: &Site, by: By, association: i64, form: FormKey) -> Result<Outcome, AppError> {
    let secret = random::readable_secret(LENGTH);
    let hash = hash(site, secret.clone()).await?;
    let write = move |conn: &mut Db| -> Result<Option<Outcome>, DbError> {
        let Some(known) = associations::find(conn, by.owner, association)? else { return Ok(None) };
        let Some(user) = identity::find_user(conn, known.collaborator_id)? else { return Ok(None) };
        let give = |conn: &mut Db| -> Result<Outcome, DbError> {
            if known.state != AssociationState::Active {
                return Ok(Outcome::NotNow(known.state));
            }
            set_temporary(conn, &by, user.id, &hash)?;
            Ok(Outcome::Given { username: user.username, password: secret })
        };
        Ok(Some(match form.once(conn, &by, |_| paths::collaborators(), give)? {
            Once::Done(outcome) => outcome,
            Once::Again(path) => Outcome::Again(path),
            Once::Altered => Outcome::NotNow(known.state),
        }))
    };
    site.db.write(write).await?.ok_or(AppError::NotFound)
}

/// The person's password is this from now on, everywhere and for everybody.
fn set_temporary(conn: &mut Db, by: &By, person: i64, hash: &str) -> Result<(), DbError> {
    identity::set_password(conn, person, hash, PasswordState::Temporary, by.now)?;
    sessions::end_all(conn, person)?;
    throttle::forget_devices(conn, person)?;
    events::note(conn, person, EventKind::PasswordReset, "", by.now)?;
    hold_others(conn, by.owner, person, by.now)
}

/// What other doctors have with the person waits for their word, and they are told.
fn hold_others(conn: &mut Db, owner: Owner, person: i64, now: NaiveDateTime) -> Result<(), DbError> {
    use AssociationState::{Active, Invited, Removed, Suspended, ToReconfirm};
    for doctor in queries::set_others(conn, owner, person, &[Active, Suspended], ToReconfirm, now)? {
        events::note(conn, doctor, EventKind::ToReconfirm, "", now)?;
    }
    for doctor in queries::set_others(conn, owner, person, &[Invited], Removed, now)? {
        events::note(conn, doctor, EventKind::InvitationCancelled, "", now)?;
    }
    Ok(())
}
