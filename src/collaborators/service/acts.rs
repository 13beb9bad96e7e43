//! One move of an association, with what follows from it: sessions that end, somebody who is told.

use crate::collaborators::queries;
use crate::db::{Db, DbError, Owner};
use crate::identity::associations::{self, AssociationState};
use crate::identity::events::{self, EventKind};
use crate::identity::sessions;
use crate::site::Site;
use crate::web::error::AppError;

/// What a doctor does with an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Stops it for a while.
    Suspend,
    /// Takes up again one that was suspended.
    Resume,
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
            Self::Remove => &[Invited, Active, Suspended, ToReconfirm],
        }
    }

    const fn to(self) -> AssociationState {
        match self {
            Self::Suspend => AssociationState::Suspended,
            Self::Resume | Self::Disconnect => AssociationState::Active,
            Self::Remove => AssociationState::Removed,
        }
    }

    /// What the person is told of it, at the next login.
    const fn told(self) -> Option<EventKind> {
        match self {
            Self::Suspend | Self::Remove => Some(EventKind::AssociationStopped),
            Self::Disconnect => Some(EventKind::EndedByDoctor),
            Self::Resume => None,
        }
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
/// Fails with [`AppError::NotFound`] when the association is not the doctor's.
pub async fn act(site: &Site, owner: Owner, association: i64, act: Act) -> Result<Outcome, AppError> {
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<Option<Outcome>, DbError> {
        let Some(known) = associations::find(conn, owner, association)? else { return Ok(None) };
        if !associations::set_state(conn, owner, association, act.from(), act.to(), now)? {
            return Ok(Some(Outcome::NotNow(known.state)));
        }
        // The association is asked of the database at every request: what other doctors' work has open stays open.
        if act == Act::Disconnect {
            sessions::end_all(conn, known.collaborator_id)?;
        }
        // An invitation that is taken back is no matter of the person's.
        if let Some(kind) = act.told().filter(|_| known.state != AssociationState::Invited) {
            events::note(conn, known.collaborator_id, kind, "", now)?;
        }
        Ok(Some(Outcome::Done))
    };
    site.db.write(write).await?.ok_or(AppError::NotFound)
}

/// A person's no to an invitation. Answers false when there is none for them.
pub async fn refuse(site: &Site, collaborator_id: i64, association: i64) -> Result<bool, AppError> {
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<bool, DbError> {
        let waiting = queries::find_waiting(conn, collaborator_id, association)?;
        let Some(waiting) = waiting.filter(|waiting| waiting.state == AssociationState::Invited) else {
            return Ok(false);
        };
        let owner = Owner::of_doctor(waiting.doctor_id);
        associations::set_state(conn, owner, association, &[waiting.state], AssociationState::Removed, now)?;
        events::note(conn, waiting.doctor_id, EventKind::InvitationRefused, "", now)?;
        Ok(true)
    };
    Ok(site.db.write(write).await?)
}
