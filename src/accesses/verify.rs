//! The log recomputed: each row of each archive, both ends of each chain, the list of archives.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Row;
use super::heads::{Head, REGISTER};
use super::seal::{Entry, LogKey, old_link};
use crate::db::Db;
use crate::db::schema::{access_heads, access_register, accesses};
use kernel::hex::hex;

/// Rows read at once.
const STEP: i64 = 1000;

/// What the verification of an archive came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written, and none is missing.
    Whole {
        /// Rows in the chain.
        rows: i64,
        /// Number of the last one.
        last: i64,
        /// Its digest: written down elsewhere, it also tells a database that was put back to an older day.
        digest: String,
    },
    /// The row of this number is the first that is not what was written, or does not follow the one before it.
    Row(i64),
    /// The last rows are missing: there were so many, this is the last that is there.
    Cut {
        /// Number of the last row there was.
        wanted: i64,
        /// Number of the last that is there.
        found: i64,
    },
    /// Where the chain begins and ends is not what was sealed, or is gone.
    Head,
    /// It is not in the list of archives.
    Unlisted,
}

/// What the verification of the list of archives came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListVerdict {
    /// Every archive that was ever looked at is in it.
    Whole {
        /// Archives in it.
        archives: i64,
        /// When it was begun; not later than the first look, unless somebody began it anew.
        since: Option<NaiveDateTime>,
    },
    /// Nothing was looked at since the log is under the key.
    Empty,
    /// The entry of this number is the first that is not what was written.
    Entry(i64),
    /// The last entries are missing, or its end is not what was sealed, or is gone.
    Head,
}

/// The list of archives, and every archive that is in it or anywhere else: with the number of the last row from before the
/// key, for those in the list.
pub fn verify_list(conn: &mut Db, key: &LogKey) -> QueryResult<(ListVerdict, BTreeMap<i64, Option<i64>>)> {
    let entries: Vec<(i64, i64, i64, NaiveDateTime, Vec<u8>)> =
        access_register::table.order(access_register::number).load(conn)?;
    let head = Head::find(conn, REGISTER)?;
    let since = entries.first().map(|entry| entry.3);
    let (mut number, mut digest, mut wrong) = (0_i64, Vec::new(), None);
    let mut archives = BTreeMap::new();
    for (given, doctor_id, keyed_after, entered_at, written) in entries {
        archives.insert(doctor_id, Some(keyed_after));
        number = number.saturating_add(1);
        digest = key.enter(&digest, &Entry { number, doctor_id, keyed_after, entered_at });
        if wrong.is_none() && (given != number || digest != written) {
            wrong = Some(given);
        }
    }
    for doctor in all(conn)? {
        archives.entry(doctor).or_insert(None);
    }
    let ends = |head: &Head| head.is_sound(key) && head.seq == number && head.digest == digest;
    let verdict = match (wrong, head) {
        (Some(entry), _) => ListVerdict::Entry(entry),
        (None, Some(head)) if ends(&head) => ListVerdict::Whole { archives: number, since },
        (None, None) if archives.is_empty() && crate::identity::installation::is_log_new(conn)? => ListVerdict::Empty,
        (None, _) => ListVerdict::Head,
    };
    Ok((verdict, archives))
}

/// The doctors of whose archives there is anything.
fn all(conn: &mut Db) -> QueryResult<BTreeSet<i64>> {
    let heads: Vec<i64> =
        access_heads::table.filter(access_heads::archive.ne(REGISTER)).select(access_heads::archive).load(conn)?;
    let rows: Vec<i64> = accesses::table.select(accesses::doctor_id).distinct().load(conn)?;
    Ok(heads.into_iter().chain(rows).collect())
}

/// Reckons the chain of one doctor again. `keyed_after` is what the list of archives says of it.
pub fn verify(conn: &mut Db, key: &LogKey, doctor: i64, keyed_after: Option<i64>) -> QueryResult<Verdict> {
    let Some(keyed_after) = keyed_after else { return Ok(Verdict::Unlisted) };
    let Some(head) = Head::find(conn, doctor)? else { return Ok(Verdict::Head) };
    let (mut last, mut digest, mut rows) = (head.base_seq, head.base_digest.clone(), 0_i64);
    // Page by page: a chain is as long as two years are.
    loop {
        let page: Vec<Row> = accesses::table
            .filter(accesses::doctor_id.eq(doctor).and(accesses::seq.gt(last.max(0))))
            .order(accesses::seq)
            .limit(STEP)
            .select(Row::as_select())
            .load(conn)?;
        for row in &page {
            let wanted = if row.seq <= keyed_after { old_link(&digest, row) } else { key.link(&digest, row) };
            if row.seq != last.saturating_add(1) || row.digest != wanted {
                return Ok(Verdict::Row(row.seq));
            }
            (last, digest) = (row.seq, wanted);
            rows = rows.saturating_add(1);
        }
        if page.is_empty() {
            break;
        }
    }
    Ok(match head {
        head if !head.is_sound(key) => Verdict::Head,
        head if last < head.seq => Verdict::Cut { wanted: head.seq, found: last },
        head if last > head.seq || digest != head.digest => Verdict::Head,
        _ => Verdict::Whole { rows, last, digest: hex(&digest) },
    })
}
