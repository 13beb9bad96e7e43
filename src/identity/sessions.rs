//! Sessions as rows, so that they can be ended: by their owner, by a password change, by time.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::api_tokens;
use super::keys::token_hash;
use super::model::{PasswordState, Role};
use crate::db::Db;
use crate::db::schema::{doctors, sessions, users};
use crate::push;

/// A session ends after so long without a request.
pub const IDLE: TimeDelta = TimeDelta::minutes(20);
/// A session ends so long after login, whatever happens: a surgery day.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(10);
/// Protected acts ask the password again when the last time is longer ago than this.
pub const REAUTHENTICATE_AFTER: TimeDelta = TimeDelta::minutes(10);
/// A session's last use is written at most this often.
pub const TOUCH_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A live session with its user, as the guards need it. One query per request.
#[derive(Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as the columns of sessions and users")]
pub struct LiveSession {
    pub user_id: i64,
    pub role: String,
    pub username: String,
    pub surname: String,
    pub name: String,
    pub password_pending: bool,
    /// A doctor nobody has vouched for yet: reaches neither other people's data nor anything of the State's.
    pub unverified: bool,
    pub last_seen_at: NaiveDateTime,
    pub authenticated_at: NaiveDateTime,
}

impl LiveSession {
    /// The user's role.
    pub fn role(&self) -> Option<Role> {
        Role::from_text(&self.role)
    }
}

/// What a session key opens.
pub enum Loaded {
    /// No such session, or ended for good.
    Nothing,
    /// It ran out of time; its user is told, and a form posted with it is kept.
    Expired(i64),
    /// Alive: its state and its user.
    Live(String, Box<LiveSession>),
}

type Row = (
    String,
    NaiveDateTime,
    Option<NaiveDateTime>,
    NaiveDateTime,
    (i64, Role, String, String, String, PasswordState, bool),
    Option<NaiveDateTime>,
);

/// Loads a session by its key (the cookie's value) with its user.
pub fn load(conn: &mut Db, key: &str, now: NaiveDateTime) -> QueryResult<Loaded> {
    let row: Option<Row> = sessions::table
        .inner_join(users::table.left_join(doctors::table))
        .filter(sessions::id_hash.eq(token_hash(key)))
        .select((
            sessions::state,
            sessions::last_seen_at,
            sessions::authenticated_at,
            sessions::expires_at,
            (
                users::id,
                users::role,
                users::username,
                users::surname,
                users::name,
                users::password_state,
                users::active,
            ),
            doctors::verified_at.nullable(),
        ))
        .first(conn)
        .optional()?;
    let Some((state, last_seen_at, authenticated_at, expires_at, user, verified_at)) = row else {
        return Ok(Loaded::Nothing);
    };
    let (user_id, role, username, surname, name, password_state, active) = user;
    if !active {
        return Ok(Loaded::Nothing);
    }
    if expires_at <= now || now - last_seen_at >= IDLE {
        return Ok(Loaded::Expired(user_id));
    }
    let live = LiveSession {
        user_id,
        unverified: role == Role::Doctor && verified_at.is_none(),
        role: role.as_str().to_owned(),
        username,
        surname,
        name,
        password_pending: password_state == PasswordState::Temporary,
        last_seen_at,
        authenticated_at: authenticated_at.unwrap_or(last_seen_at),
    };
    Ok(Loaded::Live(state, Box::new(live)))
}

/// A new session under `key` for `user_id`. `device` is a short description of the browser for the user's own list.
pub fn insert(
    conn: &mut Db,
    key: &str,
    user_id: i64,
    state: &str,
    device: &str,
    now: NaiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id_hash.eq(token_hash(key)),
            sessions::user_id.eq(user_id),
            sessions::state.eq(state),
            sessions::device.eq(device),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::authenticated_at.eq(now),
            sessions::expires_at.eq(now + ABSOLUTE),
        ))
        .execute(conn)
}

/// Replaces the state of a session. Answers false when the session is no more.
pub fn set_state(conn: &mut Db, key: &str, state: &str) -> QueryResult<bool> {
    let row = sessions::table.find(token_hash(key));
    Ok(diesel::update(row).set(sessions::state.eq(state)).execute(conn)? == 1)
}

/// Notes that the session was used.
pub fn touch(conn: &mut Db, key: &str, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sessions::table.find(token_hash(key))).set(sessions::last_seen_at.eq(now)).execute(conn)
}

/// Ends one session.
pub fn end(conn: &mut Db, key: &str) -> QueryResult<usize> {
    diesel::delete(sessions::table.find(token_hash(key))).execute(conn)
}

/// Ends every session of a user, every program's connection and every device's notices: password change, suspension, a
/// doctor's wish.
pub fn end_all(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    api_tokens::end_all(conn, user_id)?;
    push::erase_others(conn, user_id, None)?;
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user_id))).execute(conn)
}

/// One open session, for its owner's list.
#[derive(Clone, Queryable)]
pub struct OpenSession {
    /// The row's name: a digest, of no use to enter.
    pub id_hash: String,
    /// Short description of the browser.
    pub device: String,
    /// Login, UTC.
    pub created_at: NaiveDateTime,
    /// Last request, UTC, to the minute.
    pub last_seen_at: NaiveDateTime,
}

impl OpenSession {
    /// Whether it is the session of this key.
    pub fn is_of(&self, key: &str) -> bool {
        self.id_hash == token_hash(key)
    }
}

/// The sessions of a user that are still good, last used first.
pub fn list_open(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<Vec<OpenSession>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now).and(sessions::last_seen_at.gt(now - IDLE)))
        .order((sessions::last_seen_at.desc(), sessions::id_hash.asc()))
        .limit(50)
        .select((sessions::id_hash, sessions::device, sessions::created_at, sessions::last_seen_at))
        .load(conn)
}

/// Ends one session of a user, by the name its owner's list gives it.
pub fn end_one(conn: &mut Db, user_id: i64, id_hash: &str) -> QueryResult<usize> {
    diesel::delete(sessions::table.find(id_hash).filter(sessions::user_id.eq(user_id))).execute(conn)
}

/// Ends every session of a user but the one of this key.
pub fn end_others(conn: &mut Db, user_id: i64, key: &str) -> QueryResult<usize> {
    let others = sessions::table.filter(sessions::user_id.eq(user_id)).filter(sessions::id_hash.ne(token_hash(key)));
    diesel::delete(others).execute(conn)
}

/// Sessions that a clock running ahead has made end later than any can: they end when one begun now would, and whoever has
/// one types the password again before an act that asks for it.
pub fn pull_back(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let ahead = sessions::table.filter(sessions::expires_at.gt(now + ABSOLUTE));
    diesel::update(ahead)
        .set((
            sessions::expires_at.eq(now + ABSOLUTE),
            sessions::last_seen_at.eq(now),
            sessions::authenticated_at.eq(now - REAUTHENTICATE_AFTER),
        ))
        .execute(conn)
}

/// Deletes sessions whose absolute end was before `before` (they are kept a while to recognise a late form).
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(before))).execute(conn)
}
