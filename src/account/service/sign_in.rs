//! Signing in: throttle, password, and what a right password opens.

use std::time::Duration;

use chrono::NaiveDateTime;
use tokio::time::Instant;

use super::entering::{Entered, enter};
use super::second_step;
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{PasswordState, Role, User};
use crate::identity::password::{HashError, TEMPORARY_FOR, Verdict};
use crate::identity::throttle::{self, Door, Subject};
use crate::identity::{queries, second_factor};
use crate::site::Site;
use crate::web::error::AppError;
use kernel::text;

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
    /// The peer's address, where one can be told from another.
    pub address: Option<String>,
    /// At which door: each counts apart.
    pub door: Door,
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

/// The counters of one attempt.
#[derive(Clone)]
struct Subjects {
    account: Subject,
    address: Option<Subject>,
    device: Option<Subject>,
}

impl Subjects {
    fn of(site: &Site, attempt: &Attempt, username: &str) -> Self {
        Self {
            account: Subject::account(&site.keys, username),
            address: attempt.address.as_ref().map(|address| Subject::address(&site.keys, attempt.door, address)),
            device: attempt.device.as_deref().map(Subject::device),
        }
    }

    /// Until when this attempt waits. A known device waits for its own failures alone: neither what strangers try on the
    /// account nor what others do behind the same address concerns it.
    fn blocked(&self, conn: &mut Db, known: bool, now: NaiveDateTime) -> diesel::QueryResult<Waits> {
        let until = |conn: &mut Db, subject: Option<&Subject>| match subject {
            Some(subject) => throttle::blocked_until(conn, subject, now),
            None => Ok(None),
        };
        if known {
            return Ok(Waits { account: until(conn, self.device.as_ref())?, address: None });
        }
        Ok(Waits { account: until(conn, Some(&self.account))?, address: until(conn, self.address.as_ref())? })
    }

    fn take_turn(&self, conn: &mut Db) -> diesel::QueryResult<()> {
        throttle::take_turn(
            conn,
            [Some(&self.account), self.address.as_ref(), self.device.as_ref()].into_iter().flatten(),
        )
    }

    fn count_failure(&self, conn: &mut Db, known: bool, now: NaiveDateTime) -> diesel::QueryResult<()> {
        let device = self.device.as_ref().filter(|_| known);
        for subject in [Some(&self.account), self.address.as_ref(), device].into_iter().flatten() {
            throttle::count_failure(conn, subject, now)?;
        }
        Ok(())
    }

    fn forgive(&self, conn: &mut Db) -> diesel::QueryResult<()> {
        for subject in [Some(&self.account), self.device.as_ref()].into_iter().flatten() {
            throttle::forgive(conn, subject)?;
        }
        Ok(())
    }
}

/// Until when an attempt waits, and for whose failures.
#[derive(Clone, Copy)]
struct Waits {
    /// The account's, or the known device's.
    account: Option<NaiveDateTime>,
    /// The network's.
    address: Option<NaiveDateTime>,
}

impl Waits {
    /// Whoever has a second factor may show the password from a network that is shut: the right one still opens nothing
    /// without the code, which has a count of its own.
    fn until(&self, second_factor: bool) -> Option<NaiveDateTime> {
        self.account.or(self.address.filter(|_| !second_factor))
    }
}

/// From a network that is shut nobody is answered sooner: whether a password was looked at must not show.
const SHUT_ANSWERED_AFTER: Duration = Duration::from_millis(1000);

/// Answers a login. Nothing of the answer depends on whether the username exists, nor does the time it takes.
/// Fails with [`AppError::Busy`] when too many passwords are being checked.
pub async fn sign_in(site: &Site, attempt: Attempt) -> Result<Outcome, AppError> {
    let answer_at = Instant::now() + SHUT_ANSWERED_AFTER;
    let username = attempt.username.trim().to_lowercase();
    let subjects = Subjects::of(site, &attempt, &username);
    let found = look_up(site, &subjects, username, &attempt).await?;
    let outcome = match found.waits.until(found.second_factor) {
        Some(until) => Outcome::Blocked(until),
        None => {
            let stored = found.user.as_ref().map(|user| user.password_hash.clone());
            let verdict = site.passwords.verify(attempt.password, stored).await.map_err(hash_failure)?;
            record(site, subjects, found.user, verdict, (attempt.device, attempt.browser)).await?
        }
    };
    let Some(until) = found.waits.address else { return Ok(outcome) };
    tokio::time::sleep_until(answer_at).await;
    Ok(if matches!(outcome, Outcome::CodeAsked(_)) { outcome } else { Outcome::Blocked(until) })
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
    waits: Waits,
    second_factor: bool,
}

async fn look_up(site: &Site, subjects: &Subjects, username: String, attempt: &Attempt) -> Result<Found, AppError> {
    let (subjects, device, roles, now) = (subjects.clone(), attempt.device.clone(), attempt.roles, site.clock.now());
    let read = move |conn: &mut Db| -> Result<Found, DbError> {
        // PostgreSQL refuses some control characters: nobody has them in a username.
        let user = if username.chars().any(text::is_refused) {
            None
        } else {
            queries::find_user_by_username(conn, &username)?
        };
        let user = user.filter(|user| roles.contains(&user.role));
        // Asked in the same way for a username that does not exist.
        let id = user.as_ref().map_or(0, |user| user.id);
        let known = match &device {
            Some(device) => throttle::is_device_of(conn, id, device)?,
            None => false,
        };
        let second_factor = second_factor::is_on(conn, id)?;
        Ok(Found { user, waits: subjects.blocked(conn, known, now)?, second_factor })
    };
    Ok(site.db.read(read).await?)
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
        subjects.take_turn(conn)?;
        let current = match &user {
            Some(user) if verdict != Verdict::Wrong => still_valid(conn, user)?,
            _ => None,
        };
        let id = user.as_ref().map_or(0, |user| user.id);
        let known = match &device {
            Some(device) => throttle::is_known_device(conn, id, device, now)?,
            None => false,
        };
        // Many attempts sent at once all pass the first check: whoever arrives after a failure waits like the others.
        let factor = second_factor::is_on(conn, id)?;
        if let Some(until) = subjects.blocked(conn, known, now)?.until(factor) {
            return Ok(Outcome::Blocked(until));
        }
        let Some(user) = current else {
            subjects.count_failure(conn, known, now)?;
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
        subjects.forgive(conn)?;
        if failures >= WORTH_TELLING {
            events::note(conn, user.id, EventKind::FailuresThenLogin, &browser, now)?;
        }
        if !temporary && factor {
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
