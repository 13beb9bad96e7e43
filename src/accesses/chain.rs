//! The chain of a doctor's rows: each carries the SHA-256 of the digest before it and of its own fields, so that a row that
//! was changed, slipped in or taken out of the middle is found. One chain for each archive: looking in one does not wait
//! for looking in another.
//!
//! Rows that are forgotten after 24 months leave the digest of the last of them as the base of what follows. Rows older
//! than the chain itself stand below number one, without a digest.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::Row;
use crate::db::schema::{access_bases, accesses};
use crate::db::{Db, Owner, dialect};
use crate::each_backend;

/// Rows read at once when a chain is verified.
const STEP: i64 = 1000;
/// Of so many of the oldest rows the archives are looked at in one go.
const OLDEST: i64 = 5000;

/// The digest of a row: `before` is that of the row before it, empty for the first.
pub(super) fn link(before: &str, row: &Row) -> String {
    let number = |value: Option<i64>| value.map(|id| id.to_string()).unwrap_or_default();
    // None of the fields holds the sign that parts them.
    let fields = [
        before,
        &row.doctor_id.to_string(),
        &row.seq.to_string(),
        &row.actor_id.to_string(),
        row.role.as_str(),
        &number(row.on_behalf_of),
        row.act.as_str(),
        &number(row.patient_id),
        &number(row.prescription_id),
        &row.shown.to_string(),
        &row.origin,
        &row.happened_at.and_utc().timestamp_micros().to_string(),
    ];
    Sha256::digest(fields.join("|")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Number and digest of the chain's last row; nobody else adds to this chain until the transaction ends.
///
/// # Errors
/// A database failure.
pub(super) fn lock_head(conn: &mut Db, owner: Owner) -> QueryResult<(i64, String)> {
    dialect::lock_chain(conn, owner.id())?;
    let last = accesses::table
        .filter(accesses::doctor_id.eq(owner.id()).and(accesses::seq.gt(0)))
        .order(accesses::seq.desc())
        .select((accesses::seq, accesses::hash))
        .first(conn)
        .optional()?;
    match last {
        Some(last) => Ok(last),
        None => base(conn, owner.id()),
    }
}

/// Where the chain of a doctor begins.
fn base(conn: &mut Db, doctor: i64) -> QueryResult<(i64, String)> {
    let base = access_bases::table.find(doctor).select((access_bases::seq, access_bases::hash)).first(conn);
    Ok(base.optional()?.unwrap_or_default())
}

/// What the verification of a chain came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written.
    Whole {
        /// Rows in the chain.
        rows: i64,
        /// Number of the last one.
        last: i64,
        /// Its digest: written down elsewhere, it also proves that no row is missing at the end.
        hash: String,
    },
    /// This row is the first that is not what was written, or does not follow the one before it.
    Broken {
        /// Its id.
        id: i64,
        /// Its number in the chain.
        seq: i64,
    },
}

/// The doctors whose archives were looked at.
///
/// # Errors
/// A database failure.
pub fn list_doctors(conn: &mut Db) -> QueryResult<Vec<i64>> {
    accesses::table.select(accesses::doctor_id).distinct().order(accesses::doctor_id).load(conn)
}

/// Reckons the chain of one doctor again.
///
/// # Errors
/// A database failure.
pub fn verify(conn: &mut Db, doctor: i64) -> QueryResult<Verdict> {
    let (mut last, mut hash) = base(conn, doctor)?;
    let mut rows = 0_i64;
    // Page by page: a chain is as long as two years are.
    loop {
        let page: Vec<(i64, Row)> = accesses::table
            .filter(accesses::doctor_id.eq(doctor).and(accesses::seq.gt(last.max(0))))
            .order(accesses::seq)
            .limit(STEP)
            .select((accesses::id, Row::as_select()))
            .load(conn)?;
        for (id, row) in &page {
            if row.seq != last.saturating_add(1) || row.hash != link(&hash, row) {
                return Ok(Verdict::Broken { id: *id, seq: row.seq });
            }
            (last, hash) = (row.seq, row.hash.clone());
            rows = rows.saturating_add(1);
        }
        if page.is_empty() {
            return Ok(Verdict::Whole { rows, last, hash });
        }
    }
}

/// Forgets looks older than `before`: of each chain its beginning, as far as everything in it is older. Answers how many.
///
/// # Errors
/// A database failure; one also when `before` is less than 24 months ago.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    let oldest: Vec<i64> = accesses::table
        .filter(accesses::happened_at.lt(before))
        .order(accesses::happened_at)
        .limit(OLDEST)
        .select(accesses::doctor_id)
        .load(conn)?;
    let doctors: BTreeSet<i64> = oldest.into_iter().collect();
    let mut gone = 0_usize;
    for doctor in doctors {
        dialect::lock_chain(conn, doctor)?;
        gone = gone.saturating_add(purge_chain(conn, doctor, before)?);
    }
    Ok(gone)
}

fn purge_chain(conn: &mut Db, doctor: i64, before: NaiveDateTime) -> QueryResult<usize> {
    let own = || accesses::table.filter(accesses::doctor_id.eq(doctor));
    let kept: Option<i64> = own()
        .filter(accesses::happened_at.ge(before))
        .order(accesses::seq)
        .select(accesses::seq)
        .first(conn)
        .optional()?;
    let kept = kept.unwrap_or(i64::MAX);
    let last: Option<(i64, String)> = own()
        .filter(accesses::seq.gt(0).and(accesses::seq.lt(kept)))
        .order(accesses::seq.desc())
        .select((accesses::seq, accesses::hash))
        .first(conn)
        .optional()?;
    if let Some((seq, hash)) = last {
        let values = (access_bases::seq.eq(seq), access_bases::hash.eq(&hash));
        each_backend!(conn, c => diesel::insert_into(access_bases::table)
            .values((access_bases::doctor_id.eq(doctor), values))
            .on_conflict(access_bases::doctor_id)
            .do_update()
            .set(values)
            .execute(c))?;
    }
    diesel::delete(own().filter(accesses::seq.lt(kept))).execute(conn)
}
