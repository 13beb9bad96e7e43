//! The bell: how many prescriptions wait for the doctor; for a collaborator, how much news there is of what was sent. What is
//! counted is a slice's to know: the program hands the counting functions over at start-up.

use actix_web::{HttpRequest, web};

use crate::db::{Db, DbError, Owner};
use crate::identity::associations::Principal;
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::web::error::AppError;
use crate::web::guards::BACKGROUND_HEADER;
use crate::web::site::Site;

/// Shared by every worker as `web::Data<Bell>`; without it no page has a bell.
#[derive(Clone, Copy, Debug)]
pub struct Bell {
    /// What waits for the doctor.
    pub doctor: fn(&mut Db, Owner) -> diesel::QueryResult<i64>,
    /// What a collaborator has not taken note of, of what was sent to the doctor.
    pub studio: fn(&mut Db, Owner, i64) -> diesel::QueryResult<i64>,
}

/// What the bell of the page says; a box asked for by a script has none, and nor has who works for nobody.
pub(super) async fn ring(
    req: &HttpRequest,
    site: &Site,
    user: &LiveSession,
    principal: Option<&Principal>,
) -> Result<Option<u32>, AppError> {
    let whole = !["X-Frammento", BACKGROUND_HEADER].iter().any(|name| req.headers().contains_key(*name));
    let Some(bell) = req.app_data::<web::Data<Bell>>().filter(|_| whole) else { return Ok(None) };
    let (bell, user_id) = (*bell.get_ref(), user.user_id);
    let doctor = principal.map(|doctor| Owner::of_doctor(doctor.doctor_id));
    if user.role() != Some(Role::Doctor) && doctor.is_none() {
        return Ok(None);
    }
    let count = move |conn: &mut Db| -> Result<i64, DbError> {
        Ok(match doctor {
            Some(doctor) => (bell.studio)(conn, doctor, user_id)?,
            None => (bell.doctor)(conn, Owner::of_doctor(user_id))?,
        })
    };
    let waiting = site.db.read(count).await?;
    Ok(Some(u32::try_from(waiting).unwrap_or(u32::MAX)))
}
