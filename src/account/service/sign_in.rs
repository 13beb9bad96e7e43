//! Signing in: throttle, password, and what a right password opens.

use chrono::NaiveDateTime;

use super::entering::{Entered, enter};
use super::second_step;
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{PasswordState, Role, User};
use crate::identity::password::{HashError, TEMPORARY_FOR, Verdict};
use crate::identity::throttle::{self, Subject};
use crate::identity::{queries, second_factor};
use crate::kernel::text;
use crate::web::error::AppError;
use crate::web::site::Site;

/// So many wrong passwords before the right one are told to the user.
const WORTH_TELLING: i64 = 5;

/// Who enters Millelight and Millecloud.
pub const STAFF: &[Role] = &[Role::Doctor, Role::Collaborator];
/// Who enters Millebook.
pub const PATIENTS: &[Role] = &[Role::Patient];

/// What came with the login form.
pub struct Attempt {
    /// Username as typed.
    pub username: String,
    /// Password as typed.
    pub password: String,
    /// The peer's address.
    pub address: String,
    /// Cookie of a device that signed in before.
    pub device: Option<String>,
    /// Short description of the browser, for the owner's list of events.
    pub browser: String,
    /// Whom this door is for; anybody else is unknown here.
    pub roles: &'static [Role],
}

/// The answer to an attempt.
pub enum Outcome {
    /// Wrong password, unknown or inactive user.
    Wrong,
    /// Too many failures, of this account or from this address: nothing was checked.
    Blocked(NaiveDateTime),
    /// Right, but the address given at registration is not confirmed yet.
    Unconfirmed,
    /// Right, but temporary and older than a day.
    Expired,
    /// Right, and the second factor is asked: the note of the first step.
    CodeAsked(String),
    /// Right.
    Entered(Box<Entered>),
}

/// Both counters of one attempt.
struct Subjects {
    account: Subject,
    address: Subject,
}

/// Answers a login. Nothing of the answer depends on whether the username exists, nor does the time it takes.
///
/// # Errors
/// [`AppError::Busy`] when too many passwords are being checked; a database failure.
pub async fn sign_in(site: &Site, attempt: Attempt) -> Result<Outcome, AppError> {
    let username = attempt.username.trim().to_lowercase();
    let subjects = Subjects {
        account: Subject::account(&site.keys, &username),
        address: Subject::address(&site.keys, &attempt.address),
    };
    let found = look_up(site, &subjects, username, attempt.roles).await?;
    if let Some(until) = found.address_blocked {
        return Ok(Outcome::Blocked(until));
    }
    let known = match (&attempt.device, found.account_blocked) {
        (Some(device), Some(_)) => is_known(site, found.user.as_ref(), device).await?,
        _ => false,
    };
    if let (Some(until), false) = (found.account_blocked, known) {
        return Ok(Outcome::Blocked(until));
    }
    let stored = found.user.as_ref().map(|user| user.password_hash.clone());
    let verdict = site.passwords.verify(attempt.password, stored).await.map_err(hash_failure)?;
    record(site, subjects, found.user, verdict, (attempt.device, attempt.browser)).await
}

/// Hashing is bounded: whoever finds the queue full is asked to come back.
pub(crate) fn hash_failure(error: HashError) -> AppError {
    match error {
        HashError::Overloaded => AppError::Busy,
        HashError::Failed => AppError::internal(error),
    }
}

/// What is known before the password is checked.
struct Found {
    user: Option<User>,
    account_blocked: Option<NaiveDateTime>,
    address_blocked: Option<NaiveDateTime>,
}

async fn look_up(
    site: &Site,
    subjects: &Subjects,
    username: String,
    roles: &'static [Role],
) -> Result<Found, AppError> {
    let (account, address, now) = (subjects.account.clone(), subjects.address.clone(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<Found, DbError> {
        // PostgreSQL refuses some control characters: nobody has them in a username.
        let user = if username.chars().any(text::is_refused) {
            None
        } else {
            queries::find_user_by_username(conn, &username)?
        };
        Ok(Found {
            user: user.filter(|user| roles.contains(&user.role)),
            account_blocked: throttle::blocked_until(conn, &account, now)?,
            address_blocked: throttle::blocked_until(conn, &address, now)?,
        })
    };
    Ok(site.db.read(read).await?)
}

/// Whether this device may skip the account's wait. Asked in the same way for a username that does not exist.
async fn is_known(site: &Site, user: Option<&User>, device: &str) -> Result<bool, AppError> {
    let (user_id, device, now) = (user.map_or(0, |user| user.id), device.to_owned(), site.clock.now());
    let check =
        move |conn: &mut Db| -> Result<bool, DbError> { Ok(throttle::is_known_device(conn, user_id, &device, now)?) };
    Ok(site.db.write(check).await?)
}

async fn record(
    site: &Site,
    subjects: Subjects,
    user: Option<User>,
    verdict: Verdict,
    (device, browser): (Option<String>, String),
) -> Result<Outcome, AppError> {
    let (now, sealer) = (site.clock.now(), site.sealer.clone());
    let write = move |conn: &mut Db| -> Result<Outcome, DbError> {
        let current = match &user {
            Some(user) if verdict != Verdict::Wrong => still_valid(conn, user)?,
            _ => None,
        };
        let known = match (&current, &device) {
            (Some(user), Some(device)) => throttle::is_known_device(conn, user.id, device, now)?,
            _ => false,
        };
        // Many attempts sent at once all pass the first check: whoever arrives after a failure waits like the others.
        if let (Some(until), false) = (throttle::blocked_until(conn, &subjects.account, now)?, known) {
            return Ok(Outcome::Blocked(until));
        }
        let Some(user) = current else {
            throttle::count_failure(conn, &subjects.account, now)?;
            throttle::count_failure(conn, &subjects.address, now)?;
            return Ok(Outcome::Wrong);
        };
        if user.confirmed_at.is_none() {
            return Ok(Outcome::Unconfirmed);
        }
        let temporary = user.password_state == PasswordState::Temporary;
        if temporary && now - user.password_changed_at >= TEMPORARY_FOR {
            return Ok(Outcome::Expired);
        }
        if let Verdict::RightUpgraded(hash) = &verdict {
            queries::set_upgraded_hash(conn, user.id, hash)?;
        }
        let failures = throttle::failures(conn, &subjects.account)?;
        throttle::forgive(conn, &subjects.account)?;
        if failures >= WORTH_TELLING {
            events::note(conn, user.id, EventKind::FailuresThenLogin, &browser, now)?;
        }
        if !temporary && second_factor::is_on(conn, user.id)? {
            let note = second_step::note(&sealer, &user, now);
            return Ok(note.map_or(Outcome::Wrong, Outcome::CodeAsked));
        }
        let entered = enter(conn, &sealer, &user, (device.as_deref(), &browser), now)?;
        Ok(Outcome::Entered(Box::new(entered)))
    };
    Ok(site.db.write(write).await?)
}

/// The user as they are now, if they are active and the password just checked is still theirs.
fn still_valid(conn: &mut Db, checked: &User) -> Result<Option<User>, DbError> {
    let now = queries::find_user(conn, checked.id)?;
    Ok(now.filter(|user| user.active && user.password_hash == checked.password_hash))
}
