//! One-use form keys: the second arrival of the same form finds the first one's answer and changes nothing.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::db::Db;
use crate::db::schema::idempotency_keys;
use crate::identity::by::By;
use crate::insert_if_absent;
use kernel::hex::hex;

/// A form that counts once: its one-use key, and a digest of what it says.
#[derive(Clone, Debug)]
pub struct FormKey {
    key: String,
    digest: String,
}

/// What arriving with a form came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once<T> {
    /// The first arrival: this was done.
    Done(T),
    /// The same form came before, and nothing more was done: this is the answer that the first was given.
    Again(String),
    /// The key came before with other content: nothing was done.
    Altered,
}

impl FormKey {
    /// `content` is what the form says, in any form that is the same for the same form; only its digest is kept.
    pub fn new(key: impl Into<String>, content: &[u8]) -> Self {
        Self { key: key.into(), digest: hex(&Sha256::digest(content)) }
    }

    /// The key itself, where it names what the form makes.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// Does `work` for the first arrival of this form from whoever acts, and notes its `answer` (an address, say) in the same
    /// transaction, so that effect and answer stand or fall together. A second arrival waits here until the first commits,
    /// and is given its answer. What `work` refuses takes the key back with it.
    pub fn once<T, E: From<diesel::result::Error>>(
        &self,
        conn: &mut Db,
        by: &By,
        answer: impl FnOnce(&T) -> String,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<Once<T>, E> {
        if let Some(before) = self.find_before(conn, by)? {
            return Ok(before.map_or(Once::Altered, Once::Again));
        }
        let done = work(conn)?;
        diesel::update(idempotency_keys::table.find((by.actor, &self.key)))
            .set(idempotency_keys::answer_path.eq(answer(&done)))
            .execute(conn)?;
        Ok(Once::Done(done))
    }

    /// Claims the key. `None`: nobody came with it before; else the first one's answer, or none if the content was another.
    fn find_before(&self, conn: &mut Db, by: &By) -> QueryResult<Option<Option<String>>> {
        let row = (
            idempotency_keys::user_id.eq(by.actor),
            idempotency_keys::form_key.eq(&self.key),
            idempotency_keys::body_hash.eq(&self.digest),
            idempotency_keys::answer_path.eq(""),
            idempotency_keys::created_at.eq(by.now),
        );
        if insert_if_absent!(conn, idempotency_keys::table, &row)? == 1 {
            return Ok(None);
        }
        let (digest, answer): (String, String) = idempotency_keys::table
            .find((by.actor, &self.key))
            .select((idempotency_keys::body_hash, idempotency_keys::answer_path))
            .first(conn)?;
        Ok(Some((digest == self.digest).then_some(answer)))
    }
}

/// Forgets keys older than `before`; no form stays open that long.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before))).execute(conn)
}
