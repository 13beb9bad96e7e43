//! One-use form keys: the second arrival of the same form finds the first one's answer and changes nothing.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::db::schema::idempotency_keys;
use crate::insert_if_absent;
use kernel::hex::hex;

/// What arriving with a form key means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nobody came with this key before: act, then [`set_answer`].
    First,
    /// The same form came before: go where the first was sent, do nothing else.
    Again(String),
    /// The key was used with other content: answer 409.
    Altered,
}

/// Claims `form_key` for `user_id` inside the caller's transaction. `content` is what the form carries, in any stable
/// form; only its hash is kept. A concurrent second arrival waits here until the first commits.
pub fn arrive(conn: &mut Db, user_id: i64, form_key: &str, content: &[u8], now: NaiveDateTime) -> QueryResult<Arrival> {
    let body_hash = hex(&Sha256::digest(content));
    let row = (
        idempotency_keys::user_id.eq(user_id),
        idempotency_keys::form_key.eq(form_key),
        idempotency_keys::body_hash.eq(&body_hash),
        idempotency_keys::answer_path.eq(""),
        idempotency_keys::created_at.eq(now),
    );
    if insert_if_absent!(conn, idempotency_keys::table, &row)? == 1 {
        return Ok(Arrival::First);
    }
    let (known_hash, answer): (String, String) = idempotency_keys::table
        .find((user_id, form_key))
        .select((idempotency_keys::body_hash, idempotency_keys::answer_path))
        .first(conn)?;
    Ok(if known_hash == body_hash { Arrival::Again(answer) } else { Arrival::Altered })
}

/// Notes where the first arrival was sent, in the same transaction as its effect.
pub fn set_answer(conn: &mut Db, user_id: i64, form_key: &str, path: &str) -> QueryResult<usize> {
    diesel::update(idempotency_keys::table.find((user_id, form_key)))
        .set(idempotency_keys::answer_path.eq(path))
        .execute(conn)
}

/// Forgets a key whose form had no effect, so that the same form can be sent again, put right.
pub fn forget(conn: &mut Db, user_id: i64, form_key: &str) -> QueryResult<usize> {
    diesel::delete(idempotency_keys::table.find((user_id, form_key))).execute(conn)
}

/// Forgets keys older than `before`; no form stays open that long.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before))).execute(conn)
}
