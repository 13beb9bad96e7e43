//! How many deliveries need somebody's care: a number in the menu of every page, counted by a function that the
//! application registers (this rank knows no deliveries).

use actix_web::http::Method;
use actix_web::{HttpRequest, web};
use diesel::QueryResult;

use crate::db::{Db, DbError, Owner};
use crate::web::error::AppError;
use crate::web::guards::BACKGROUND_HEADER;
use crate::web::site::Site;

/// What counts; `web::Data<Care>`.
#[derive(Clone, Copy, Debug)]
pub struct Care(pub fn(&mut Db, Owner) -> QueryResult<i64>);

/// The number for a whole page in this doctor's archive; a fragment shows no menu.
///
/// # Errors
/// A database failure.
pub(super) async fn count(req: &HttpRequest, site: &Site, doctor: Option<i64>) -> Result<u32, AppError> {
    let part = ["X-Frammento", BACKGROUND_HEADER].iter().any(|name| req.headers().contains_key(*name));
    let (Some(doctor), Some(care)) = (doctor, req.app_data::<web::Data<Care>>()) else { return Ok(0) };
    if part || req.method() != Method::GET {
        return Ok(0);
    }
    let Care(of) = *care.get_ref();
    let read = move |conn: &mut Db| -> Result<i64, DbError> { Ok(of(conn, Owner::of_doctor(doctor))?) };
    Ok(u32::try_from(site.db.read(read).await?).unwrap_or(u32::MAX))
}
