//! One move of an association, with what follows from it: sessions that end, somebody who is told.

use crate::collaborators::queries;
use crate::db::{Db, DbError, Owner};
use crate::identity::associations::{self, AssociationState};
use crate::identity::events::{self, EventKind};
use crate::identity::model::PasswordState;
use crate::identity::{queries as identity, sessions};
use crate::web::error::AppError;
use crate::web::site::Site;

/// What a doctor does with an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Stops it for a while.
    Suspend,
    /// Takes up again one that was suspended.
    Resume,
    /// Says that the person still is who they were, after another doctor's reset.
    Reconfirm,
    /// Ends it.
    Remove,
    /// Ends the person's sessions, nothing else.
    Disconnect,
}

impl Act {
    const fn from(self) -> &'static [AssociationState] {
        use AssociationState::{Active, Invited, Suspended, ToReconfirm};
        match self {
            Self::Suspend | Self::Disconnect => &[Active],
            Self::Resume => &[Suspended],
            Self::Reconfirm => &[ToReconfirm],
            Self::Remove => &[Invited, Active, Suspended, ToReconfirm],
        }
    }

    const fn to(self) -> AssociationState {
        match self {
            Self::Suspend => AssociationState::Suspended,
            Self::Resume | Self::Reconfirm | Self::Disconnect => AssociationState::Active,
            Self::Remove => AssociationState::Removed,
        }
    }

    /// Whether the person's sessions end with it.
    const fn ends_sessions(self) -> bool {
        matches!(self, Self::Suspend | Self::Remove | Self::Disconnect)
    }
}

/// What became of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Nothing was done: the association stands like this, and the act does not fit.
    NotNow(AssociationState),
}

/// Does `act`, if the association is in a state for it.
///
/// # Errors
/// [`AppError::NotFound`] when the association is not the doctor's; a database failure.
pub async fn act(site: &Site, owner: Owner, association: i64, act: Act) -> Result<Outcome, AppError> {
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<Option<Outcome>, DbError> {
        let Some(known) = associations::find(conn, owner, association)? else { return Ok(None) };
        // While the password is temporary, whoever gave it knows it.
        if act == Act::Reconfirm && !has_own_password(conn, known.collaborator_id)? {
            return Ok(Some(Outcome::NotNow(known.state)));
        }
        if !associations::set_state(conn, owner, association, act.from(), act.to(), now)? {
            return Ok(Some(Outcome::NotNow(known.state)));
        }
        // An invitation that is taken back is no matter of the person's sessions.
        if act.ends_sessions() && known.state != AssociationState::Invited {
            sessions::end_all(conn, known.collaborator_id)?;
            events::note(conn, known.collaborator_id, EventKind::EndedByDoctor, "", now)?;
        }
        Ok(Some(Outcome::Done))
    };
    site.db.write(write).await?.ok_or(AppError::NotFound)
}

fn has_own_password(conn: &mut Db, user_id: i64) -> Result<bool, DbError> {
    let user = identity::find_user(conn, user_id)?;
    Ok(user.is_some_and(|user| user.password_state == PasswordState::Definitive))
}

/// A person's answer to an invitation. Answers false when there is none for them.
///
/// # Errors
/// A database failure.
pub async fn answer(site: &Site, collaborator_id: i64, association: i64, accepts: bool) -> Result<bool, AppError> {
    let now = site.clock.now();
    let (to, kind) = if accepts {
        (AssociationState::Active, EventKind::InvitationAccepted)
    } else {
        (AssociationState::Removed, EventKind::InvitationRefused)
    };
    let write = move |conn: &mut Db| -> Result<bool, DbError> {
        let doctor = queries::answer_invitation(conn, collaborator_id, association, to, now)?;
        if let Some(doctor) = doctor {
            events::note(conn, doctor, kind, "", now)?;
        }
        Ok(doctor.is_some())
    };
    Ok(site.db.write(write).await?)
}
