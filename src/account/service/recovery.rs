//! «Password dimenticata»: a link by mail, and a new password.
//!
//! The answer is the same in the same time whether the username exists, is shut, or has no address that was proven; what
//! there is to know goes by mail. The link lets choose a password and opens nothing: whoever has a second factor is asked
//! for it at the login, as ever. A user has one live link, sent to the address as it was then.

use std::time::Duration;

use chrono::NaiveDateTime;
use tokio::time::Instant;

use super::sign_in::{PATIENTS, STAFF, hash_failure};
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::{PasswordState, Role, User};
use crate::identity::queries;
use crate::identity::sessions;
use crate::identity::throttle::{self, Subject};
use crate::identity::tokens::{self, Purpose};
use crate::outbox::{self, Job, Kind};
use crate::site::Site;
use crate::web::error::AppError;
use kernel::text;

/// No request is answered sooner: writing a link takes longer than finding nobody, and must not show.
const ANSWERED_AFTER: Duration = Duration::from_millis(750);

/// What came with the form.
pub struct Request {
    /// Username as it is kept: a patient's carries its prefix.
    pub username: String,
    /// Asked at the patients' door: nobody else has an account there.
    pub of_patients: bool,
    /// The peer's address, where one can be told from another.
    pub address: Option<String>,
    /// Cookie of a device that signed in before.
    pub device: Option<String>,
}

/// The answer to a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// If there is somebody to send it to, a mail is on its way.
    MailSent,
    /// Too many requests, for this username or from this network.
    Blocked(NaiveDateTime),
}

const fn roles(of_patients: bool) -> &'static [Role] {
    if of_patients { PATIENTS } else { STAFF }
}

/// Takes a request.
pub async fn ask(site: &Site, request: Request) -> Result<Answer, AppError> {
    let answer_at = Instant::now() + ANSWERED_AFTER;
    let this = site.clone();
    let write = move |conn: &mut Db| -> Result<Answer, DbError> { record(conn, &this, &request) };
    let answer = site.db.write(write).await?;
    tokio::time::sleep_until(answer_at).await;
    Ok(answer)
}

fn record(conn: &mut Db, site: &Site, request: &Request) -> Result<Answer, DbError> {
    let now = site.clock.now();
    let username = request.username.trim().to_lowercase();
    // PostgreSQL refuses some control characters: nobody has them in a username.
    let user =
        if username.chars().any(text::is_refused) { None } else { queries::find_user_by_username(conn, &username)? };
    let user = user.filter(|user| roles(request.of_patients).contains(&user.role));
    let subjects = subjects(conn, site, request, (user.as_ref(), &username))?;
    throttle::take_turn(conn, &subjects)?;
    for subject in &subjects {
        if let Some(until) = throttle::blocked_until(conn, subject, now)? {
            return Ok(Answer::Blocked(until));
        }
    }
    for subject in &subjects {
        throttle::count_failure(conn, subject, now)?;
    }
    if let Some(user) = user.filter(|user| user.active)
        && let Some(address) = user.proven_address()
    {
        let job = Job { kind: Kind::ResetPassword, subject_id: user.id };
        outbox::cancel(conn, job)?;
        let token = tokens::issue_only(conn, user.id, Purpose::ResetPassword, (address, site.reset_for), now)?;
        outbox::enqueue_with_secret(conn, &site.sealer, job, &token, now)?;
    }
    Ok(Answer::MailSent)
}

/// Whose requests are counted. As at the login, a known device has a count of its own: nobody can use it up by asking for
/// the account, or from the same network.
fn subjects(
    conn: &mut Db,
    site: &Site,
    request: &Request,
    (user, username): (Option<&User>, &str),
) -> Result<Vec<Subject>, DbError> {
    if let (Some(user), Some(device)) = (user, &request.device)
        && throttle::is_device_of(conn, user.id, device)?
    {
        return Ok(vec![Subject::forgotten_on(device)]);
    }
    let network = request.address.as_ref().map(|address| Subject::forgotten_from(&site.keys, address));
    Ok(std::iter::once(Subject::forgotten(&site.keys, username)).chain(network).collect())
}

/// The user a link is good for, at the door it was opened at. Nothing is used up.
pub async fn find(site: &Site, token: &str, of_patients: bool) -> Result<Option<User>, AppError> {
    let (token, now) = (token.to_owned(), site.clock.now());
    let read = move |conn: &mut Db| -> Result<Option<User>, DbError> { find_now(conn, &token, of_patients, now) };
    Ok(site.db.read(read).await?)
}

fn find_now(conn: &mut Db, token: &str, of_patients: bool, now: NaiveDateTime) -> Result<Option<User>, DbError> {
    let Some(owned) = tokens::find(conn, token, Purpose::ResetPassword, now)? else { return Ok(None) };
    let user = queries::find_user(conn, owned.user_id)?.filter(|user| user.active);
    let user = user.filter(|user| roles(of_patients).contains(&user.role));
    Ok(user.filter(|user| user.proven_address() == Some(owned.address.as_str())))
}

/// The answer to a new password.
#[derive(Debug, PartialEq, Eq)]
pub enum Reset {
    /// It is the password now; nobody is signed in by it.
    Done,
    /// The link is unknown, used, replaced or too old.
    Gone,
}

/// Stores `password`, within the rules, for whoever the link is of: sessions, programs and known devices end, the second
/// factor stays. `browser` is a short description, for the owner's list.
/// Fails with [`AppError::Busy`] when too many passwords are being hashed.
pub async fn reset(
    site: &Site,
    token: &str,
    of_patients: bool,
    (password, browser): (String, String),
) -> Result<Reset, AppError> {
    let hash = site.passwords.hash(password).await.map_err(hash_failure)?;
    let (token, now, keys) = (token.to_owned(), site.clock.now(), site.keys.clone());
    let write = move |conn: &mut Db| -> Result<Reset, DbError> {
        // Once more: it may have been used, or the account shut, while the password was hashed.
        let Some(user) = find_now(conn, &token, of_patients, now)? else { return Ok(Reset::Gone) };
        if tokens::redeem(conn, &token, Purpose::ResetPassword, now)? != Some(user.id) {
            return Ok(Reset::Gone);
        }
        queries::set_password(conn, user.id, &hash, PasswordState::Definitive, now)?;
        events::note(conn, user.id, EventKind::PasswordForgotten, &browser, now)?;
        sessions::end_all(conn, user.id)?;
        throttle::forget_devices(conn, user.id)?;
        // What was guessed at was another password. The codes of the second factor keep their count.
        throttle::forgive(conn, &Subject::account(&keys, &user.username))?;
        Ok(Reset::Done)
    };
    Ok(site.db.write(write).await?)
}
