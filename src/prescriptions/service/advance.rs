//! One step of a row that an attempt holds.

use diesel::prelude::*;

use super::super::model::{Event, State};
use super::super::queries::{self, Fields, Step};
use super::claim::Work;
use super::{Moment, Recorded};
use crate::db::Db;

/// Moves the row if the attempt is still its own; otherwise the result is evidence, and somebody must look.
pub(super) fn advance(
    conn: &mut Db,
    work: &Work,
    from: State,
    event: Event,
    fields: &Fields,
    detail: &str,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    let step = Step {
        id: work.prescription,
        from,
        event,
        revision: None,
        attempt: Some(work.attempt),
        actor: None,
        detail,
        now: at.now,
    };
    match queries::transition(conn, step, fields)? {
        Ok(_) => Ok(Recorded::Written),
        Err(_stale) => {
            queries::look_again(conn, work.prescription, event == Event::SendAccepted, at.now)?;
            Ok(Recorded::TooLate)
        }
    }
}
