//! Checking the password of somebody who is signed in, and changing it.

use chrono::NaiveDateTime;

use super::sign_in::hash_failure;
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{PasswordState, User};
use crate::identity::password::Verdict;
use crate::identity::throttle::{self, Subject};
use crate::identity::{queries, sessions};
use crate::site::Site;
use crate::web::error::AppError;

/// The answer to a password typed again.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// Right.
    Right,
    /// Wrong; the failure is counted with those of the login.
    Wrong,
    /// Too many failures: nothing was checked.
    Blocked(NaiveDateTime),
}

/// The user behind a session. Gone in between: the next request finds no session either.
/// Fails with [`AppError::Forbidden`] when the user is no more.
pub async fn find_user(site: &Site, user_id: i64) -> Result<User, AppError> {
    let read = move |conn: &mut Db| -> Result<Option<User>, DbError> { Ok(queries::find_user(conn, user_id)?) };
    site.db.read(read).await?.ok_or(AppError::Forbidden)
}

/// Checks `password` for a signed-in user, under the same throttle as the login: an unattended screen is no way to guess.
/// Fails with [`AppError::Busy`] when too many passwords are being checked.
pub async fn check(site: &Site, user: &User, password: String) -> Result<Check, AppError> {
    let subject = Subject::account(&site.keys, &user.username);
    let (asked, now) = (subject.clone(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<Option<NaiveDateTime>, DbError> {
        Ok(throttle::blocked_until(conn, &asked, now)?)
    };
    if let Some(until) = site.db.read(read).await? {
        return Ok(Check::Blocked(until));
    }
    let verdict = site.passwords.verify(password, Some(user.password_hash.clone())).await.map_err(hash_failure)?;
    let (right, now) = (verdict != Verdict::Wrong, site.clock.now());
    let write = move |conn: &mut Db| -> Result<Check, DbError> {
        if let Some(until) = throttle::blocked_until(conn, &subject, now)? {
            return Ok(Check::Blocked(until));
        }
        if right {
            throttle::forgive(conn, &subject)?;
            return Ok(Check::Right);
        }
        throttle::count_failure(conn, &subject, now)?;
        Ok(Check::Wrong)
    };
    Ok(site.db.write(write).await?)
}

/// True when `password` is the one the user has now. Not a guess: asked about a new password, not about the old one.
/// Fails with [`AppError::Busy`] when too many passwords are being checked.
pub async fn is_present(site: &Site, user: &User, password: String) -> Result<bool, AppError> {
    let verdict = site.passwords.verify(password, Some(user.password_hash.clone())).await.map_err(hash_failure)?;
    Ok(verdict != Verdict::Wrong)
}

/// Stores `password` for `user`: every session and every known device of theirs ends; returns the cookie of this device,
/// the only one that stays known. The caller gives the present session a new key.
/// Fails with [`AppError::Conflict`] when the password changed meanwhile; [`AppError::Busy`].
pub async fn change(site: &Site, user: User, password: String, browser: String) -> Result<String, AppError> {
    let hash = site.passwords.hash(password).await.map_err(hash_failure)?;
    let now = site.clock.now();
    let write = move |conn: &mut Db| -> Result<Option<String>, DbError> {
        let current = queries::find_user(conn, user.id)?;
        if !current.is_some_and(|current| current.active && current.password_hash == user.password_hash) {
            return Ok(None);
        }
        queries::set_password(conn, user.id, &hash, PasswordState::Definitive, now)?;
        events::note(conn, user.id, EventKind::PasswordChanged, &browser, now)?;
        sessions::end_all(conn, user.id)?;
        throttle::forget_devices(conn, user.id)?;
        Ok(Some(throttle::remember_device(conn, user.id, now)?))
    };
    let changed = site.db.write(write).await?;
    changed.ok_or_else(|| {
        AppError::Conflict("La password è stata cambiata da un altro dispositivo: accedi di nuovo.".to_owned())
    })
}
