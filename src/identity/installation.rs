//! What a database as a whole knows about itself: which key it was made with, whether its data are invented.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::keys::{Keys, same_secret};
use crate::db::Db;
use crate::db::schema::{installation, users};

const FINGERPRINT: &str = "key_fingerprint";
const DEMO: &str = "demo";
const READY: &str = "ready";
/// How the log of accesses stands: `new` until it is begun under the key.
const LOG: &str = "accesses";
const NEW: &str = "new";

/// What the key at hand is to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyVerdict {
    /// The one it was made with.
    Known,
    /// The database does not know its key yet: it is new, or older than the fingerprint ([`mark_key`]).
    Unmarked,
    /// Another: every password would be wrong, every sealed secret lost.
    Another,
    /// The table is not there yet: the database has to be migrated first.
    Unmigrated,
}

fn find(conn: &mut Db, name: &str) -> QueryResult<Option<String>> {
    installation::table.find(name).select(installation::value).first(conn).optional()
}

fn put(conn: &mut Db, name: &str, value: &str) -> QueryResult<usize> {
    let changed = diesel::update(installation::table.find(name)).set(installation::value.eq(value)).execute(conn)?;
    if changed > 0 {
        return Ok(changed);
    }
    diesel::insert_into(installation::table)
        .values((installation::name.eq(name), installation::value.eq(value)))
        .execute(conn)
}

fn fingerprint(keys: &Keys) -> String {
    keys.pseudonym("fingerprint", "")
}

/// Compares the key with the database's fingerprint. Not in a transaction: a missing table is an answer.
pub fn recognise(conn: &mut Db, keys: &Keys) -> QueryResult<KeyVerdict> {
    match find(conn, FINGERPRINT) {
        Ok(Some(known)) if same_secret(&known, &fingerprint(keys)) => Ok(KeyVerdict::Known),
        Ok(Some(_other)) => Ok(KeyVerdict::Another),
        Ok(None) => Ok(KeyVerdict::Unmarked),
        Err(diesel::result::Error::DatabaseError(_, _)) => Ok(KeyVerdict::Unmigrated),
        Err(error) => Err(error),
    }
}

/// From now on this is the database's key. The caller has made sure that it opens what is sealed already.
pub fn mark_key(conn: &mut Db, keys: &Keys) -> QueryResult<usize> {
    put(conn, FINGERPRINT, &fingerprint(keys))
}

/// The data of this database are invented. False, too, where nothing can be asked yet.
pub fn is_demo(conn: &mut Db) -> bool {
    find(conn, DEMO).is_ok_and(|mark| mark.is_some())
}

/// Marks the data as invented.
pub fn mark_demo(conn: &mut Db) -> QueryResult<usize> {
    put(conn, DEMO, "1")
}

/// The log of accesses has still to be begun under the key. Only a migration says so.
pub fn is_log_new(conn: &mut Db) -> QueryResult<bool> {
    Ok(find(conn, LOG)?.is_some_and(|mark| mark == NEW))
}

/// From now on the log of accesses is under the key.
pub fn note_log_begun(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    put(conn, LOG, &now.to_string())
}

/// Somebody is in it. False, too, where there is no table of users yet.
pub fn has_users(conn: &mut Db) -> bool {
    diesel::select(exists(users::table.select(users::id))).get_result(conn).unwrap_or(false)
}

/// Writes that the portal is ready: proof that it can write.
pub fn note_ready(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    put(conn, READY, &now.to_string())
}
