//! Who looks at what: every page about patients notes it before it answers.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::Signed;
use crate::accesses::{self, Look, Viewer};
use crate::db::{Db, DbError, Owner};
use crate::identity::budgets::{self, Action};
use crate::identity::events::{self, EventKind};
use crate::identity::model::Role;
use crate::identity::queries::find_user;
use crate::web::error::AppError;

impl<R> Signed<R> {
    /// Who looks, in the archive one works in.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        let doctor = self.principal.as_ref().map_or(self.user.user_id, |doctor| doctor.doctor_id);
        let owner = Owner::of_doctor(doctor);
        Viewer { owner, actor_id: self.user.user_id, role: self.role, origin: self.origin.clone() }
    }

    /// The network address the request comes from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Notes one look.
    ///
    /// # Errors
    /// A database failure: what cannot be noted is not shown.
    pub async fn note(&self, look: Look) -> Result<(), AppError> {
        self.note_all(vec![look]).await
    }

    /// Notes what one page shows.
    ///
    /// # Errors
    /// As [`Signed::note`].
    /// What a collaborator cannot be shown yet, having looked at too much at once, is [`AppError::Slowed`].
    pub async fn note_all(&self, looks: Vec<Look>) -> Result<(), AppError> {
        let (viewer, now) = (self.viewer(), self.now());
        let write = move |conn: &mut Db| -> Result<Option<TimeDelta>, DbError> {
            let wait = slow_down(conn, &viewer, &looks, now)?;
            if wait.is_none() {
                accesses::record(conn, &viewer, &looks, now)?;
            }
            Ok(wait)
        };
        match self.db().write(write).await? {
            Some(wait) => Err(AppError::Slowed(wait)),
            None => Ok(()),
        }
    }
}

/// Takes what is about to be shown out of a collaborator's budget (R63), or says how long to wait, and tells the doctor.
/// Opening one patient's pages one after the other is work, and costs once.
fn slow_down(conn: &mut Db, viewer: &Viewer, looks: &[Look], now: NaiveDateTime) -> QueryResult<Option<TimeDelta>> {
    if viewer.role != Role::Collaborator {
        return Ok(None);
    }
    for look in looks {
        let action = match look.patient() {
            Some(patient) if accesses::has_just_looked(conn, viewer, patient, now)? => continue,
            Some(_) => Action::Open,
            None => Action::Search,
        };
        if let Err(wait) = budgets::spend(conn, viewer.actor_id, action, now)? {
            let who = find_user(conn, viewer.actor_id)?.map(|user| format!("{} {}", user.name, user.surname));
            let told = (EventKind::CollaboratorSlowed, who.unwrap_or_default());
            events::note_now_and_then(conn, viewer.owner.id(), told, now)?;
            return Ok(Some(wait));
        }
    }
    Ok(None)
}
