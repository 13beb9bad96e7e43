//! The bell: how many prescriptions wait for the doctor, and how many SAC has refused that the doctor has not seen; for a
//! collaborator, how much news there is of what was sent, to whichever doctor. What is counted is a slice's to know: the
//! program hands the counting functions over at start-up.

use actix_web::{HttpRequest, web};
use diesel::QueryResult;

use crate::db::{Db, DbError, Owner};
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::web::error::AppError;
use crate::web::guards::BACKGROUND_HEADER;
use crate::web::site::Site;

/// The most a bell says; beyond it stands `99+`, and nothing is counted further than one more.
pub const MOST: i64 = 99;

/// What a bell has counted, each up to [`MOST`] + 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rings {
    /// What waits for the doctor, or all the news of a collaborator.
    pub news: i64,
    /// What SAC has refused and this person has not seen; a collaborator's is also among the news.
    pub refused: i64,
}

impl Rings {
    /// What the bell's script reads.
    #[must_use]
    pub fn as_json(self) -> String {
        format!("{{\"n\":{},\"rifiutate\":{}}}", self.news, self.refused)
    }
}

/// Shared by every worker as `web::Data<Bell>`; without it no page has a bell.
#[derive(Clone, Copy, Debug)]
pub struct Bell {
    /// For the doctor, in the own archive.
    pub doctor: fn(&mut Db, Owner) -> QueryResult<Rings>,
    /// For a collaborator, of all the doctors.
    pub studio: fn(&mut Db, i64) -> QueryResult<Rings>,
}

/// What the bell of the page says; a box asked for by a script has none, and nor has a patient.
pub(super) async fn ring(req: &HttpRequest, site: &Site, user: &LiveSession) -> Result<Option<Rings>, AppError> {
    let whole = !["X-Frammento", BACKGROUND_HEADER].iter().any(|name| req.headers().contains_key(*name));
    let Some(bell) = req.app_data::<web::Data<Bell>>().filter(|_| whole) else { return Ok(None) };
    let (bell, user_id) = (*bell.get_ref(), user.user_id);
    let is_doctor = match user.role() {
        Some(Role::Doctor) => true,
        Some(Role::Collaborator) => false,
        _ => return Ok(None),
    };
    let count = move |conn: &mut Db| -> Result<Rings, DbError> {
        Ok(if is_doctor { (bell.doctor)(conn, Owner::of_doctor(user_id))? } else { (bell.studio)(conn, user_id)? })
    };
    Ok(Some(site.db.read(count).await?))
}
