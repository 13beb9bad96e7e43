//! How a doctor stands with SAC: credentials that can be used now, and what is done when SAC refuses them.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::super::model::{StoredCredentials, WaitReason};
use super::super::queries;
use super::reason_of;
use crate::db::{Db, Owner};
use sac::NotProcessed;

/// What became of a refusal of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Everything of the doctor waits until the credentials are put right.
    Held,
    /// There are others meanwhile, which SAC has not refused: the call may go out again.
    Others,
}

/// The credentials to call SAC with, or what only the doctor can give. A session that has ended gives way to the one that
/// was laid beside it.
pub fn usable_credentials(
    conn: &mut Db,
    owner: Owner,
    now: NaiveDateTime,
) -> QueryResult<Result<StoredCredentials, WaitReason>> {
    let Some(stored) = queries::find_credentials(conn, owner)? else { return Ok(Err(WaitReason::NoCredentials)) };
    // What SAC refused once is not shown to it again: some more wrong passwords would shut the doctor out.
    if stored.refused != WaitReason::None {
        return Ok(Err(stored.refused));
    }
    if stored.has_session(now) {
        return Ok(Ok(stored));
    }
    if stored.has_pending_session(now) && queries::take_pending_session(conn, owner, stored.generation)? {
        let next = queries::find_credentials(conn, owner)?;
        return Ok(next.ok_or(WaitReason::NoCredentials));
    }
    Ok(Err(WaitReason::SessionExpired))
}

/// SAC did what was asked with `used`. Where it was not sure that it would, what waited for the credentials goes on.
pub fn hear_success(conn: &mut Db, used: &StoredCredentials, now: NaiveDateTime) -> QueryResult<()> {
    if used.test_outcome.is_empty() {
        return Ok(());
    }
    let owner = Owner::of_doctor(used.doctor_id);
    let stored = queries::find_credentials(conn, owner)?;
    if stored.is_some_and(|stored| stored.generation == used.generation) {
        queries::set_credentials_tested(conn, owner, "", now)?;
        queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)?;
    }
    Ok(())
}

/// SAC refused `used`: everything of the doctor waits, and says why, unless other credentials are in force meanwhile. A
/// session that is refused gives way to the one that was laid beside it.
pub fn hear_refusal(
    conn: &mut Db,
    used: &StoredCredentials,
    cause: &NotProcessed,
    now: NaiveDateTime,
) -> QueryResult<Heard> {
    let owner = Owner::of_doctor(used.doctor_id);
    let reason = reason_of(cause);
    let stored = queries::find_credentials(conn, owner)?;
    let Some(stored) = stored.filter(|stored| stored.generation == used.generation) else { return Ok(Heard::Others) };
    let next = reason == WaitReason::SessionExpired && stored.has_pending_session(now);
    if next && queries::take_pending_session(conn, owner, stored.generation)? {
        return Ok(Heard::Others);
    }
    queries::set_refused(conn, owner, reason, &cause.to_string(), now)?;
    queries::hold_back(conn, owner, reason)?;
    Ok(Heard::Held)
}
