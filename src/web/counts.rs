//! The numbers that every whole page shows, bell and care: asked in the read that the page makes anyway.

use std::sync::{Arc, OnceLock};

use actix_web::HttpRequest;
use diesel::QueryResult;

use crate::db::Db;
use crate::identity::associations::Principal;
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::site::Site;
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
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    counted: Arc<OnceLock<Counted>>,
    /// A whole page of somebody who has a bell or a menu that counts.
    wanted: bool,
}

impl Counts {
    /// What was counted. A page that shows them without having asked is a mistake of its handler, which tests find.
    pub(super) fn get(&self) -> Option<&Counted> {
        let counted = self.counted.get();
        debug_assert!(counted.is_some() || !self.wanted, "a page without its counts: read first, or `Signed::count`");
        counted
    }
}

impl From<Counted> for Counts {
    fn from(counted: Counted) -> Self {
        Self { counted: Arc::new(OnceLock::from(counted)), wanted: false }
    }
}

/// Sees to it that a whole page has its counts: they are asked in the first read through the `Site` that comes back. A box
/// that a script asks for shows none.
pub(super) fn arrange(
    req: &HttpRequest,
    site: Site,
    user: &LiveSession,
    principal: Option<&Principal>,
) -> (Site, Counts) {
    if ["X-Frammento", BACKGROUND_HEADER].iter().any(|name| req.headers().contains_key(*name)) {
        return (site, Counts::default());
    }
    let own = (user.role() == Some(Role::Doctor)).then_some(user.user_id);
    let bell = bell::ring(req, user);
    let care = care::look(req, own.or(principal.map(|doctor| doctor.doctor_id)));
    if bell.is_none() && care.is_none() {
        return (site, Counts::default());
    }
    let counts = Counts { wanted: true, ..Counts::default() };
    let place = Arc::clone(&counts.counted);
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
    (Site { db: site.db.with_rider(count), ..site }, counts)
}
