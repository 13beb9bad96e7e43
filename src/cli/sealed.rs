//! Whether a key is the one that a database's secrets were sealed with.

use diesel::QueryResult;

use crate::db::Db;
use crate::delivery::service as delivery;
use crate::identity::sealing::{Sealed, Sealer};
use crate::identity::second_factor;
use crate::outbox;
use crate::prescriptions::service::vault;

/// Finds a sealed value of one kind.
type Find = fn(&mut Db) -> QueryResult<Option<Sealed>>;

/// Every kind there may be.
const KINDS: &[Find] = &[vault::find_sealed, second_factor::find_sealed, delivery::find_sealed, outbox::find_sealed];

/// Whether the sealer opens what is there; `None` when nothing is sealed. One value may be damaged: any that opens is proof.
pub fn opens(conn: &mut Db, sealer: &Sealer) -> QueryResult<Option<bool>> {
    let mut found = None;
    for kind in KINDS {
        match kind(conn)? {
            Some((place, sealed)) if sealer.open(place, &sealed).is_ok() => return Ok(Some(true)),
            Some(_shut) => found = Some(false),
            None => {}
        }
    }
    Ok(found)
}
