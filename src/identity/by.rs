//! Who acts, in whose archive, at which moment: what every change of an archive is done with.

use chrono::{NaiveDate, NaiveDateTime};

use crate::db::Owner;
use kernel::dates;

/// Who acts, in whose archive, at which moment.
///
/// Made by a guard (`web::guards`, `web::bearer`) and by nobody else in the running program: a change of an archive that no
/// guard let through does not compile. The moment is the request's, one for all that it changes.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::manual_non_exhaustive, reason = "that attribute binds other crates only; this is about other modules")]
pub struct By {
    /// The archive.
    pub owner: Owner,
    /// User id of the person acting: the doctor, or a collaborator for the doctor.
    pub actor: i64,
    /// The instant (UTC).
    pub now: NaiveDateTime,
    /// The day in Italy.
    pub today: NaiveDate,
    /// Nobody writes one out by hand.
    _made: (),
}

impl By {
    /// For guards, and for what stands in for one (invented data, tests).
    pub fn guarded(owner: Owner, actor: i64, now: NaiveDateTime) -> Self {
        Self { owner, actor, now, today: dates::rome_day(now), _made: () }
    }
}

/// What was on the screen: a row at the revision that was shown. A change that names it is refused when somebody was faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The row.
    pub id: i64,
    /// Its revision on the page.
    pub revision: i64,
}

impl Seen {
    /// Row `id` as it was at `revision`.
    pub const fn new(id: i64, revision: i64) -> Self {
        Self { id, revision }
    }
}
