//! Who looks at what: every page about patients notes it before it answers.

use super::Signed;
use crate::accesses::{self, Look, Viewer};
use crate::db::{Db, DbError, Owner};
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
    pub async fn note_all(&self, looks: Vec<Look>) -> Result<(), AppError> {
        let (viewer, now) = (self.viewer(), self.now());
        let write = move |conn: &mut Db| -> Result<(), DbError> { Ok(accesses::record(conn, &viewer, &looks, now)?) };
        Ok(self.db().write(write).await?)
    }
}
