//! The doctor's SAC credentials, sealed, and the rows that wait for them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{State, StoredCredentials, WaitReason};
use crate::db::schema::{doctors, prescriptions, sac_credentials};
use crate::db::{Db, Owner};
use crate::insert_if_absent;

/// The doctor's credentials, secrets sealed.
pub fn find_credentials(conn: &mut Db, owner: Owner) -> QueryResult<Option<StoredCredentials>> {
    sac_credentials::table.find(owner.id()).select(StoredCredentials::as_select()).first(conn).optional()
}

/// Any doctor's password, sealed.
pub fn find_sealed_password(conn: &mut Db) -> QueryResult<Option<(i64, Vec<u8>)>> {
    sac_credentials::table
        .order(sac_credentials::doctor_id)
        .select((sac_credentials::doctor_id, sac_credentials::password_sealed))
        .first(conn)
        .optional()
}

/// Writes user, password and PIN, in place of any before.
pub fn save_credentials(
    conn: &mut Db,
    owner: Owner,
    username: &str,
    password_sealed: &[u8],
    pin_sealed: &[u8],
    now: NaiveDateTime,
) -> QueryResult<usize> {
    let values = (
        sac_credentials::username.eq(username),
        sac_credentials::password_sealed.eq(password_sealed),
        sac_credentials::pin_sealed.eq(pin_sealed),
        sac_credentials::saved_at.eq(now),
    );
    let row = (sac_credentials::doctor_id.eq(owner.id()), sac_credentials::password_set_at.eq(now), values);
    if insert_if_absent!(conn, sac_credentials::table, &row)? == 1 {
        super::insert_comparison(conn, owner, now)?;
        return Ok(1);
    }
    diesel::update(sac_credentials::table.find(owner.id()))
        .set((
            values,
            sac_credentials::generation.eq(sac_credentials::generation + 1),
            sac_credentials::refused.eq(WaitReason::None),
        ))
        .execute(conn)
}

/// Notes that the doctor gave a password that was not there before.
pub fn set_password_given(conn: &mut Db, owner: Owner, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sac_credentials::table.find(owner.id())).set(sac_credentials::password_set_at.eq(now)).execute(conn)
}

/// Notes that the service was asked to mail a session.
pub fn set_session_asked(conn: &mut Db, owner: Owner, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sac_credentials::table.find(owner.id())).set(sac_credentials::session_asked_at.eq(now)).execute(conn)
}

/// Lays a session beside the one in force: it takes over when that ends. `None` takes it away.
pub fn set_pending_session(
    conn: &mut Db,
    owner: Owner,
    sealed: Option<&[u8]>,
    expires_at: Option<NaiveDateTime>,
) -> QueryResult<usize> {
    diesel::update(sac_credentials::table.find(owner.id()))
        .set((sac_credentials::pending_sealed.eq(sealed), sac_credentials::pending_expires_at.eq(expires_at)))
        .execute(conn)
}

/// The session that was laid beside becomes the one in force, if nothing else has changed since `generation`.
pub fn take_pending_session(conn: &mut Db, owner: Owner, generation: i64) -> QueryResult<bool> {
    let mine = sac_credentials::table
        .find(owner.id())
        .filter(sac_credentials::generation.eq(generation))
        .filter(sac_credentials::pending_sealed.is_not_null());
    // Every expression of an update sees the row as it was.
    let taken = diesel::update(mine)
        .set((
            sac_credentials::session_sealed.eq(sac_credentials::pending_sealed),
            sac_credentials::session_expires_at.eq(sac_credentials::pending_expires_at),
            sac_credentials::pending_sealed.eq(None::<Vec<u8>>),
            sac_credentials::pending_expires_at.eq(None::<NaiveDateTime>),
            sac_credentials::generation.eq(sac_credentials::generation + 1),
        ))
        .execute(conn)?;
    Ok(taken == 1)
}

/// SAC does not accept the credentials: nothing is sent until somebody has put them right.
pub fn set_refused(
    conn: &mut Db,
    owner: Owner,
    reason: WaitReason,
    words: &str,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    set_credentials_tested(conn, owner, words, now)?;
    diesel::update(sac_credentials::table.find(owner.id())).set(sac_credentials::refused.eq(reason)).execute(conn)
}

/// The credentials are tried again, as they are.
pub fn forget_refusal(conn: &mut Db, owner: Owner) -> QueryResult<usize> {
    let refused = sac_credentials::table.find(owner.id()).filter(sac_credentials::refused.ne(WaitReason::None));
    diesel::update(refused).set(sac_credentials::refused.eq(WaitReason::None)).execute(conn)
}

/// Writes the session id of the day and its expiry.
pub fn save_session(
    conn: &mut Db,
    owner: Owner,
    session_sealed: Option<&[u8]>,
    expires_at: Option<NaiveDateTime>,
) -> QueryResult<usize> {
    diesel::update(sac_credentials::table.find(owner.id()))
        .set((
            sac_credentials::session_sealed.eq(session_sealed),
            sac_credentials::session_expires_at.eq(expires_at),
            sac_credentials::generation.eq(sac_credentials::generation + 1),
            // What SAC said of the ones before says nothing of these.
            sac_credentials::refused.eq(WaitReason::None),
        ))
        .execute(conn)
}

/// Notes when the credentials were tried and what came of it ('' = they work).
pub fn set_credentials_tested(conn: &mut Db, owner: Owner, outcome: &str, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sac_credentials::table.find(owner.id()))
        .set((sac_credentials::tested_at.eq(now), sac_credentials::test_outcome.eq(outcome)))
        .execute(conn)
}

/// Writes what SAC must know of the doctor: region, ASL, specialisation, structure.
pub fn set_doctor_profile(
    conn: &mut Db,
    owner: Owner,
    region_code: &str,
    asl_code: &str,
    specialization: &str,
    structure_code: &str,
) -> QueryResult<usize> {
    diesel::update(doctors::table.find(owner.id()))
        .set((
            doctors::region_code.eq(region_code),
            doctors::asl_code.eq(asl_code),
            doctors::specialization.eq(specialization),
            doctors::structure_code.eq(structure_code),
        ))
        .execute(conn)
}

/// Makes due at once the doctor's rows that wait for one of `reasons`; where credentials are among them, SAC's refusal of
/// the ones before is forgotten.
pub fn release_waiting(conn: &mut Db, owner: Owner, reasons: &[WaitReason], now: NaiveDateTime) -> QueryResult<usize> {
    if reasons.iter().any(|reason| WaitReason::BY_CREDENTIALS.contains(reason)) {
        forget_refusal(conn, owner)?;
    }
    let rows = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq_any(State::UNSETTLED))
        .filter(prescriptions::attempt_id.is_null())
        .filter(prescriptions::wait_reason.eq_any(reasons));
    diesel::update(rows)
        .set((prescriptions::next_try_at.eq(now), prescriptions::wait_reason.eq(WaitReason::None)))
        .execute(conn)
}
