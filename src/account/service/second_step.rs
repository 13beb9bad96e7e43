//! The second step of a login: a code of the second factor, after the right password.
//!
//! Between the two steps there is no session: the page carries a sealed note of who passed the first one, good for five
//! minutes and for that password only. Codes have a counter of their own, so that a right password does not forgive wrong
//! codes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDateTime, TimeDelta};

use super::entering::{Entered, enter};
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::keys::token_hash;
use crate::identity::model::User;
use crate::identity::sealing::{Place, Sealer};
use crate::identity::throttle::{self, Subject};
use crate::identity::{queries, second_factor};
use crate::site::Site;
use crate::web::error::AppError;

/// How long after the password the code may come.
const PAUSE: TimeDelta = TimeDelta::minutes(5);

/// The answer to a code.
#[derive(Debug, PartialEq, Eq)]
pub enum CodeCheck {
    /// Right.
    Right,
    /// Wrong, or used already.
    Wrong,
    /// Too many wrong ones: nothing was checked.
    Blocked(NaiveDateTime),
}

/// The answer to the second step.
pub enum Outcome {
    /// In.
    Entered(Box<Entered>),
    /// Not in.
    Refused(CodeCheck),
    /// The first step is too long ago, or the password has changed since.
    TooLate,
}

const fn place(user_id: i64) -> Place<'static> {
    Place { column: "login.first_step", row: user_id }
}

/// A note that `user` has given the right password just now.
pub(super) fn note(sealer: &Sealer, user: &User, now: NaiveDateTime) -> Option<String> {
    let content = format!("{}/{}", now.and_utc().timestamp(), token_hash(&user.password_hash));
    let sealed = sealer.seal(place(user.id), content.as_bytes()).ok()?;
    Some(format!("{}.{}", user.id, URL_SAFE_NO_PAD.encode(sealed)))
}

/// Whose note it is, if it is ours: the user, when it was made, and the digest of the password's hash.
fn read(sealer: &Sealer, note: &str) -> Option<(i64, i64, String)> {
    let (id, sealed) = note.split_once('.')?;
    let id = id.parse().ok()?;
    let content = sealer.open(place(id), &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()?;
    let (at, digest) = std::str::from_utf8(&content).ok()?.split_once('/')?;
    Some((id, at.parse().ok()?, digest.to_owned()))
}

/// Whose a note of the first step is, if it is ours; however old it is, it opens nothing by itself.
pub fn whose(site: &Site, note: &str) -> Option<i64> {
    read(&site.sealer, note).map(|(user, _, _)| user)
}

/// Lets in who passed the first step, if the code is right. `device` and `browser` as at the first step.
pub async fn finish(
    site: &Site,
    note: &str,
    code: String,
    (device, browser): (Option<String>, String),
) -> Result<Outcome, AppError> {
    let Some((user_id, at, digest)) = read(&site.sealer, note) else { return Ok(Outcome::TooLate) };
    let (now, this) = (site.clock.now(), site.clone());
    if now.and_utc().timestamp().saturating_sub(at) > PAUSE.num_seconds() {
        return Ok(Outcome::TooLate);
    }
    let write = move |conn: &mut Db| -> Result<Outcome, DbError> {
        let user = queries::find_user(conn, user_id)?;
        let Some(user) = user.filter(|user| user.active && token_hash(&user.password_hash) == digest) else {
            return Ok(Outcome::TooLate);
        };
        let checked = check_now(conn, &this, &user, &code, &browser)?;
        if checked != CodeCheck::Right {
            return Ok(Outcome::Refused(checked));
        }
        Ok(Outcome::Entered(Box::new(enter(conn, &this.sealer, &user, (device.as_deref(), &browser), now)?)))
    };
    Ok(site.db.write(write).await?)
}

/// Checks a code, or a recovery code, of a signed-in user.
pub async fn check(site: &Site, user: User, code: String, browser: String) -> Result<CodeCheck, AppError> {
    let this = site.clone();
    let write = move |conn: &mut Db| -> Result<CodeCheck, DbError> { check_now(conn, &this, &user, &code, &browser) };
    Ok(site.db.write(write).await?)
}

/// Whether the second factor is asked of this user.
pub async fn is_asked(site: &Site, user_id: i64) -> Result<bool, AppError> {
    let read = move |conn: &mut Db| -> Result<bool, DbError> { Ok(second_factor::is_on(conn, user_id)?) };
    Ok(site.db.read(read).await?)
}

fn check_now(conn: &mut Db, site: &Site, user: &User, code: &str, browser: &str) -> Result<CodeCheck, DbError> {
    let now = site.clock.now();
    let subject = Subject::code(&site.keys, &user.username);
    throttle::take_turn(conn, [&subject])?;
    if let Some(until) = throttle::blocked_until(conn, &subject, now)? {
        return Ok(CodeCheck::Blocked(until));
    }
    if second_factor::use_code(conn, &site.sealer, user.id, code, now)? {
        throttle::forgive(conn, &subject)?;
        return Ok(CodeCheck::Right);
    }
    if second_factor::use_recovery_code(conn, user.id, code, now)? {
        throttle::forgive(conn, &subject)?;
        events::note(conn, user.id, EventKind::RecoveryCodeUsed, browser, now)?;
        return Ok(CodeCheck::Right);
    }
    throttle::count_failure(conn, &subject, now)?;
    Ok(CodeCheck::Wrong)
}
