//! Tokens of the studio's programs: who a program acts for and what it may do. Kept hashed, like every random secret.
//!
//! Whether a token still opens anything is asked of the database at every request: it is dead when it was revoked, when it
//! has expired, when its user was suspended, and when the password has changed since it was given.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::keys::token_hash;
use super::model::{PasswordState, Role};
use crate::db::Db;
use crate::db::schema::{api_tokens, users};
use crate::text_enum;
use kernel::random;

/// How long a token is good for.
pub const VALID_FOR: TimeDelta = TimeDelta::days(90);
/// Its last use is written at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::seconds(60);
/// Begins every token, so that one that got into a file or a mail is recognised by whoever looks for such things.
const MARK: &str = "mcl_";

text_enum! {
    /// What a program may do.
    Scope {
        /// Look: patients, formulary, prescriptions, counters.
        Read = "read",
        /// Prepare prescriptions and lay them before the doctor.
        Prepare = "prepare",
        /// Take what was validated, print it, give it to the patient.
        Deliver = "deliver",
    }
}

impl Scope {
    /// What a user of `role` may pass on to a program. A doctor validates with the phone and prepares nothing for
    /// himself; who has no studio has no program.
    pub const fn of_role(role: Role) -> &'static [Self] {
        match role {
            Role::Doctor => &[Self::Read, Self::Deliver],
            Role::Collaborator => &[Self::Read, Self::Prepare, Self::Deliver],
            Role::Patient => &[],
        }
    }
}

/// A living token with its user.
#[derive(Clone)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct LiveToken {
    pub id: i64,
    pub user_id: i64,
    pub role: Role,
    pub username: String,
    pub surname: String,
    pub name: String,
    pub client: String,
    pub scopes: Vec<Scope>,
    pub created_at: NaiveDateTime,
    pub last_used_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

impl LiveToken {
    /// Its last use should be written.
    pub fn wants_touch(&self, now: NaiveDateTime) -> bool {
        now - self.last_used_at >= TOUCH_EVERY
    }
}

/// Makes a token and answers it in clear, once.
pub fn issue(
    conn: &mut Db,
    user_id: i64,
    client: &str,
    scopes: &[Scope],
    now: NaiveDateTime,
) -> QueryResult<(String, NaiveDateTime)> {
    let token = format!("{MARK}{}", random::hex_token(32));
    let expires_at = now + VALID_FOR;
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::token_hash.eq(token_hash(&token)),
            api_tokens::user_id.eq(user_id),
            api_tokens::client.eq(client),
            api_tokens::scopes.eq(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
            api_tokens::created_at.eq(now),
            api_tokens::last_used_at.eq(now),
            api_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok((token, expires_at))
}

type Row = ((i64, String, String, NaiveDateTime, NaiveDateTime, NaiveDateTime), (i64, Role, String, String, String));

fn of_row((token, user): Row) -> LiveToken {
    let (id, client, scopes, created_at, last_used_at, expires_at) = token;
    let (user_id, role, username, surname, name) = user;
    let scopes = scopes.split(' ').filter_map(Scope::from_text).collect();
    LiveToken { id, user_id, role, username, surname, name, client, scopes, created_at, last_used_at, expires_at }
}

macro_rules! living {
    ($now:expr) => {
        api_tokens::table
            .inner_join(users::table)
            .filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.gt($now)))
            .filter(users::active.eq(true).and(users::password_state.eq(PasswordState::Definitive)))
            .filter(users::password_changed_at.le(api_tokens::created_at))
            .select((
                (
                    api_tokens::id,
                    api_tokens::client,
                    api_tokens::scopes,
                    api_tokens::created_at,
                    api_tokens::last_used_at,
                    api_tokens::expires_at,
                ),
                (users::id, users::role, users::username, users::surname, users::name),
            ))
    };
}

/// What a token opens now.
pub fn find_live(conn: &mut Db, token: &str, now: NaiveDateTime) -> QueryResult<Option<LiveToken>> {
    let row: Option<Row> = living!(now).filter(api_tokens::token_hash.eq(token_hash(token))).first(conn).optional()?;
    Ok(row.map(of_row))
}

/// The living tokens of a user, newest first.
pub fn list_live(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<Vec<LiveToken>> {
    let rows: Vec<Row> =
        living!(now).filter(api_tokens::user_id.eq(user_id)).order(api_tokens::id.desc()).limit(200).load(conn)?;
    Ok(rows.into_iter().map(of_row).collect())
}

/// Notes that a token was used.
pub fn touch(conn: &mut Db, id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(api_tokens::table.find(id)).set(api_tokens::last_used_at.eq(now)).execute(conn)
}

/// Ends one token of a user. Answers false when there was none to end.
pub fn revoke(conn: &mut Db, user_id: i64, id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let row =
        api_tokens::table.find(id).filter(api_tokens::user_id.eq(user_id)).filter(api_tokens::revoked_at.is_null());
    Ok(diesel::update(row).set(api_tokens::revoked_at.eq(now)).execute(conn)? == 1)
}

/// Ends every token of a user.
pub fn end_all(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    diesel::delete(api_tokens::table.filter(api_tokens::user_id.eq(user_id))).execute(conn)
}

/// Forgets tokens that expired before `before`.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(api_tokens::table.filter(api_tokens::expires_at.lt(before))).execute(conn)
}
