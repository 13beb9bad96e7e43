//! The numbers that every whole page shows, bell and care: asked in the read that the page makes anyway.

use std::sync::{Arc, OnceLock};

use actix_web::HttpRequest;
use actix_web::http::Method;
use diesel::QueryResult;

use crate::db::{Db, DbError};
use crate::identity::associations::Principal;
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::site::Site;
use crate::web::error::AppError;
use crate::web::guards::BACKGROUND_HEADER;
use crate::web::{bell, care};

/// A count in a doctor's archive.
pub(super) type Count<T> = Box<dyn FnOnce(&mut Db) -> QueryResult<T> + Send>;

/// What was counted; empty until the page's read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// What the bell says; `None` where there is none.
    pub(super) bell: Option<u32>,
    /// What SAC refused and the user has not seen.
    pub(super) refused: u32,
    /// Deliveries that need somebody's care.
    pub(super) care: u32,
}

/// The place for them: the guard has it filled, the shell shows it.
pub(super) type Counts = Arc<OnceLock<Counted>>;

/// Sees to it that a whole page has its counts. A page that is asked for has them counted in its own first read through
/// the `Site` that comes back; a form's answer, which may come without one, at once. A box that a script asks for shows none.
pub(super) async fn arrange(
    req: &HttpRequest,
    site: Site,
    user: &LiveSession,
    principal: Option<&Principal>,
) -> Result<(Site, Counts), AppError> {
    let counts = Counts::default();
    if ["X-Frammento", BACKGROUND_HEADER].iter().any(|name| req.headers().contains_key(*name)) {
        return Ok((site, counts));
    }
    let own = (user.role() == Some(Role::Doctor)).then_some(user.user_id);
    let bell = bell::ring(req, user);
    let care = care::look(req, own.or(principal.map(|doctor| doctor.doctor_id)));
    if bell.is_none() && care.is_none() {
        return Ok((site, counts));
    }
    let place = Arc::clone(&counts);
    let count = move |conn: &mut Db| -> QueryResult<()> {
        let rings = bell.map(|count| count(conn)).transpose()?;
        let care = care.map(|count| count(conn)).transpose()?.unwrap_or_default();
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let counted = Counted {
            bell: rings.map(|rings| number(rings.news)),
            refused: rings.map_or(0, |rings| number(rings.refused)),
            care: number(care),
        };
        // Counted once: there is one rider.
        place.get_or_init(|| counted);
        Ok(())
    };
    if req.method() == Method::GET {
        return Ok((Site { db: site.db.with_rider(count), ..site }, counts));
    }
    site.db.read(move |conn| -> Result<(), DbError> { Ok(count(conn)?) }).await?;
    Ok((site, counts))
}
