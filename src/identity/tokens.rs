//! One-time tokens sent by mail. Kept hashed; the link holds the only copy.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::keys::token_hash;
use crate::db::Db;
use crate::db::schema::one_time_tokens;
use crate::kernel::random;
use crate::text_enum;

text_enum! {
    /// What a token opens.
    Purpose {
        /// Proves the address of a new account.
        ConfirmEmail = "confirm_email",
    }
}

/// How long a token is good for.
pub const VALID_FOR: TimeDelta = TimeDelta::hours(48);

/// Makes a token for `user_id` and answers it in clear, once.
///
/// # Errors
/// A database failure.
pub fn issue(conn: &mut Db, user_id: i64, purpose: Purpose, now: NaiveDateTime) -> QueryResult<String> {
    let token = random::hex_token(24);
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::token_hash.eq(token_hash(&token)),
            one_time_tokens::user_id.eq(user_id),
            one_time_tokens::purpose.eq(purpose),
            one_time_tokens::created_at.eq(now),
            one_time_tokens::expires_at.eq(now + VALID_FOR),
        ))
        .execute(conn)?;
    Ok(token)
}

/// The user a usable token belongs to, without using it.
///
/// # Errors
/// A database failure.
pub fn find_owner(conn: &mut Db, token: &str, purpose: Purpose, now: NaiveDateTime) -> QueryResult<Option<i64>> {
    one_time_tokens::table
        .find(token_hash(token))
        .filter(one_time_tokens::purpose.eq(purpose))
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(now))
        .select(one_time_tokens::user_id)
        .first(conn)
        .optional()
}

/// Takes back every token of a user for one purpose.
///
/// # Errors
/// A database failure.
pub fn forget(conn: &mut Db, user_id: i64, purpose: Purpose) -> QueryResult<usize> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user_id))
        .filter(one_time_tokens::purpose.eq(purpose));
    diesel::delete(theirs).execute(conn)
}

/// Uses a token: the user it belongs to, or `None` when it is unknown, used, expired or for something else.
///
/// # Errors
/// A database failure.
pub fn redeem(conn: &mut Db, token: &str, purpose: Purpose, now: NaiveDateTime) -> QueryResult<Option<i64>> {
    let usable = one_time_tokens::table
        .find(token_hash(token))
        .filter(one_time_tokens::purpose.eq(purpose))
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(now));
    diesel::update(usable)
        .set(one_time_tokens::used_at.eq(now))
        .returning(one_time_tokens::user_id)
        .get_result(conn)
        .optional()
}

/// Forgets tokens that expired before `before`.
///
/// # Errors
/// A database failure.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::expires_at.lt(before))).execute(conn)
}
