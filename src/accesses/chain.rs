//! A doctor's rows are a chain: each carries a digest, made with the program's key, of the one before it and of its own fields,
//! so that a row that was changed, slipped in or taken out is found. One chain for each archive: looking in one does not wait
//! for looking in another.
//!
//! Rows that are forgotten after 24 months leave number and digest of the last of them in the chain's head. Rows older than
//! the chain itself stand below number one, without a digest; those older than the key have the digest of their time.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Row;
use super::heads::{self, Head, REGISTER};
use super::seal::LogKey;
use crate::db::schema::{access_heads, accesses};
use crate::db::{Db, dialect};
use crate::insert_batch;

/// Adds rows to the chain of a doctor: numbers and digests are given here.
pub(super) fn append(
    conn: &mut Db,
    key: &LogKey,
    doctor: i64,
    mut rows: Vec<Row>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let head = heads::hold(conn, key, doctor, now)?;
    let (mut seq, mut digest) = (head.seq, head.digest.clone());
    for row in &mut rows {
        seq = seq.saturating_add(1);
        row.seq = seq;
        digest = key.link(&digest, row);
        row.digest.clone_from(&digest);
    }
    insert_batch!(conn, accesses::table, &rows)?;
    head.change(conn, key, |head| (head.seq, head.digest) = (seq, digest))
}

/// Forgets looks older than `before`: of each chain its beginning, as far as everything in it is older. Answers how many.
/// Fails also when `before` is less than 24 months ago.
pub fn purge(conn: &mut Db, key: &LogKey, before: NaiveDateTime) -> QueryResult<usize> {
    let oldest = accesses::table
        .filter(accesses::doctor_id.eq(access_heads::archive))
        .order(accesses::seq)
        .limit(1)
        .select(accesses::happened_at);
    let doctors: Vec<i64> = access_heads::table
        .filter(access_heads::archive.gt(REGISTER))
        .filter(oldest.single_value().lt(before))
        .order(access_heads::archive)
        .select(access_heads::archive)
        .load(conn)?;
    let mut gone = 0_usize;
    for doctor in doctors {
        dialect::lock_chain(conn, doctor)?;
        gone = gone.saturating_add(purge_chain(conn, key, doctor, before)?);
    }
    Ok(gone)
}

fn purge_chain(conn: &mut Db, key: &LogKey, doctor: i64, before: NaiveDateTime) -> QueryResult<usize> {
    let own = || accesses::table.filter(accesses::doctor_id.eq(doctor));
    let kept: Option<i64> = own()
        .filter(accesses::happened_at.ge(before))
        .order(accesses::seq)
        .select(accesses::seq)
        .first(conn)
        .optional()?;
    let kept = kept.unwrap_or(i64::MAX);
    let last: Option<(i64, Vec<u8>)> = own()
        .filter(accesses::seq.gt(0).and(accesses::seq.lt(kept)))
        .order(accesses::seq.desc())
        .select((accesses::seq, accesses::digest))
        .first(conn)
        .optional()?;
    if let (Some((seq, digest)), Some(head)) = (last, Head::find(conn, doctor)?) {
        head.change(conn, key, |head| (head.base_seq, head.base_digest) = (seq, digest))?;
    }
    diesel::delete(own().filter(accesses::seq.lt(kept))).execute(conn)
}
