//! One-time tokens sent by mail. Kept hashed; the link holds the only copy.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::keys::token_hash;
use crate::db::Db;
use crate::db::schema::one_time_tokens;
use crate::text_enum;
use kernel::random;

text_enum! {
    /// What a token opens.
    Purpose {
        /// Proves the address of a new account.
        ConfirmEmail = "confirm_email",
        /// Proves the address that somebody who has an account wants to be reached at.
        ConfirmAddress = "confirm_address",
        /// Lets choose a new password.
        ResetPassword = "reset_password",
    }
}

/// How long a token that proves an address is good for.
pub const VALID_FOR: TimeDelta = TimeDelta::hours(48);

/// Whose a token is.
#[derive(Clone, Queryable)]
pub struct Owned {
    /// The user.
    pub user_id: i64,
    /// The address it proves, or was sent to; empty for a registration's, which is the user's own.
    pub address: String,
    /// Until when it is good.
    pub expires_at: NaiveDateTime,
}

/// Makes a token for `user_id` and answers it in clear, once.
pub fn issue(conn: &mut Db, user_id: i64, purpose: Purpose, now: NaiveDateTime) -> QueryResult<String> {
    insert(conn, user_id, purpose, ("", VALID_FOR), now)
}

/// Makes the user's only live token for this purpose, sent to `address` and good for `life`; returns it in clear, once.
pub fn issue_only(
    conn: &mut Db,
    user_id: i64,
    purpose: Purpose,
    (address, life): (&str, TimeDelta),
    now: NaiveDateTime,
) -> QueryResult<String> {
    forget(conn, user_id, purpose)?;
    insert(conn, user_id, purpose, (address, life), now)
}

fn insert(
    conn: &mut Db,
    user_id: i64,
    purpose: Purpose,
    (address, life): (&str, TimeDelta),
    now: NaiveDateTime,
) -> QueryResult<String> {
    let token = random::hex_token(24);
    diesel::insert_into(one_time_tokens::table)
        .values((
            one_time_tokens::token_hash.eq(token_hash(&token)),
            one_time_tokens::user_id.eq(user_id),
            one_time_tokens::purpose.eq(purpose),
            one_time_tokens::created_at.eq(now),
            one_time_tokens::expires_at.eq(now + life),
            one_time_tokens::address.eq(address),
        ))
        .execute(conn)?;
    Ok(token)
}

/// The user a usable token belongs to, without using it.
pub fn find_owner(conn: &mut Db, token: &str, purpose: Purpose, now: NaiveDateTime) -> QueryResult<Option<i64>> {
    Ok(find(conn, token, purpose, now)?.map(|owned| owned.user_id))
}

/// [`find_owner`], with the address.
pub fn find(conn: &mut Db, token: &str, purpose: Purpose, now: NaiveDateTime) -> QueryResult<Option<Owned>> {
    one_time_tokens::table
        .find(token_hash(token))
        .filter(one_time_tokens::purpose.eq(purpose))
        .filter(one_time_tokens::used_at.is_null())
        .filter(one_time_tokens::expires_at.gt(now))
        .select((one_time_tokens::user_id, one_time_tokens::address, one_time_tokens::expires_at))
        .first(conn)
        .optional()
}

/// Takes back every token of a user for one purpose.
pub fn forget(conn: &mut Db, user_id: i64, purpose: Purpose) -> QueryResult<usize> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user_id))
        .filter(one_time_tokens::purpose.eq(purpose));
    diesel::delete(theirs).execute(conn)
}

/// Uses a token: the user it belongs to, or `None` when it is unknown, used, expired or for something else.
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

/// Takes back whatever a user was sent to get in by, or to prove an address by: the password is another one now.
pub fn forget_all(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    Ok(forget(conn, user_id, Purpose::ResetPassword)? + forget(conn, user_id, Purpose::ConfirmAddress)?)
}

/// Tokens of a purpose that a clock running ahead has made good for longer than `life` from now.
pub fn pull_back(conn: &mut Db, purpose: Purpose, life: TimeDelta, now: NaiveDateTime) -> QueryResult<usize> {
    let ahead = one_time_tokens::table
        .filter(one_time_tokens::expires_at.gt(now + life))
        .filter(one_time_tokens::purpose.eq(purpose));
    diesel::update(ahead).set(one_time_tokens::expires_at.eq(now + life)).execute(conn)
}

/// Forgets tokens that expired before `before`.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(one_time_tokens::table.filter(one_time_tokens::expires_at.lt(before))).execute(conn)
}
