//! Who looks at what: every page about patients notes it before it answers.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::Signed;
use crate::accesses::{self, LogKey, Look, Viewer};
use crate::db::{Db, Owner};
use crate::identity::budgets::{self, Action};
use crate::identity::events::{self, EventKind};
use crate::identity::model::Role;
use crate::identity::queries::find_user;
use crate::web::error::AppError;
use kernel::wording::full_name;

impl<R> Signed<R> {
    /// Who looks, in the archive one works in.
    pub fn viewer(&self) -> Viewer {
        let doctor = self.principal.as_ref().map_or(self.user.user_id, |doctor| doctor.doctor_id);
        let owner = Owner::of_doctor(doctor);
        let (origin, key) = (self.origin.clone(), LogKey::new(&self.site.keys));
        Viewer { owner, actor_id: self.user.user_id, role: self.role, origin, key }
    }

    /// The network address the request comes from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Notes one look.
    /// What cannot be noted is not shown.
    pub async fn note(&self, look: Look) -> Result<(), AppError> {
        self.note_all(vec![look]).await
    }

    /// Notes what one page shows.
    ///
    /// # Errors
    /// As [`Signed::note`].
    /// What a collaborator cannot be shown yet, having looked at too much at once, is [`AppError::Slowed`].
    pub async fn note_all(&self, looks: Vec<Look>) -> Result<(), AppError> {
        self.note_with(looks, |_conn| Ok(())).await
    }

    /// Notes what one page shows, and what else the page leaves behind, in one commit: that of all the notes that arrive
    /// meanwhile. `also` may run twice, if somebody else's note fails.
    pub async fn note_with(
        &self,
        looks: Vec<Look>,
        also: impl Fn(&mut Db) -> QueryResult<()> + Send + 'static,
    ) -> Result<(), AppError> {
        let (viewer, now) = (self.viewer(), self.now());
        // Set anew each time the work runs; read when it is durable.
        let wait = Arc::new(Mutex::new(None));
        let told = Arc::clone(&wait);
        let write = move |conn: &mut Db| -> QueryResult<()> {
            let slowed = slow_down(conn, &viewer, &looks, now)?;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = slowed;
            if slowed.is_some() {
                return Ok(());
            }
            accesses::record(conn, &viewer, &looks, now)?;
            also(conn)
        };
        self.db().write_shared(write).await?;
        let slowed = *wait.lock().unwrap_or_else(PoisonError::into_inner);
        slowed.map_or(Ok(()), |wait| Err(AppError::Slowed(wait)))
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
            let who = find_user(conn, viewer.actor_id)?.map(|user| full_name(&user.name, &user.surname));
            let told = (EventKind::CollaboratorSlowed, who.unwrap_or_default());
            events::note_now_and_then(conn, viewer.owner.id(), told, now)?;
            return Ok(Some(wait));
        }
    }
    Ok(None)
}
