//! Where each chain ends, and the list of all chains, both sealed: what is missing at an end, or a whole archive that is
//! missing, is found too.
//!
//! A head whose seal does not fit is never sealed again. Looks go on being noted after it, and what was done to it stays to be
//! seen.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::seal::{Entry, LogKey};
use crate::db::schema::{access_heads, access_register, accesses};
use crate::db::{Db, dialect};
use crate::identity::installation;

/// The list of archives has a head like an archive.
pub(super) const REGISTER: i64 = 0;

/// Both ends of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = access_heads)]
pub(super) struct Head {
    /// Whose archive; [`REGISTER`].
    pub(super) archive: i64,
    /// Number of the last row.
    pub(super) seq: i64,
    /// Its digest.
    pub(super) digest: Vec<u8>,
    /// Number of the last row that was forgotten.
    pub(super) base_seq: i64,
    /// Its digest.
    pub(super) base_digest: Vec<u8>,
    /// Empty: not sealed.
    pub(super) seal: Vec<u8>,
}

impl Head {
    fn new(archive: i64) -> Self {
        let (digest, base_digest, seal) = (Vec::new(), Vec::new(), Vec::new());
        Self { archive, seq: 0, digest, base_seq: 0, base_digest, seal }
    }

    /// Whether it is as it was sealed.
    pub(super) fn is_sound(&self, key: &LogKey) -> bool {
        self.seal == key.seal(self)
    }

    pub(super) fn find(conn: &mut Db, archive: i64) -> QueryResult<Option<Self>> {
        access_heads::table.find(archive).select(Self::as_select()).first(conn).optional()
    }

    /// Changes it: sealed if it was sound, left without a seal otherwise.
    pub(super) fn change(mut self, conn: &mut Db, key: &LogKey, change: impl FnOnce(&mut Self)) -> QueryResult<()> {
        let sound = self.is_sound(key);
        if !sound {
            tracing::error!(archive = self.archive, "the log of accesses is not what was written: run verify-accesses");
        }
        change(&mut self);
        self.seal = if sound { key.seal(&self) } else { Vec::new() };
        diesel::update(access_heads::table.find(self.archive)).set(&self).execute(conn).map(|_one| ())
    }

    fn insert(&self, conn: &mut Db) -> QueryResult<()> {
        diesel::insert_into(access_heads::table).values(self).execute(conn).map(|_one| ())
    }
}

/// The head of an archive; nobody else adds to its chain until the transaction ends. An archive that was never looked at is
/// entered in the list first.
pub(super) fn hold(conn: &mut Db, key: &LogKey, doctor: i64, now: NaiveDateTime) -> QueryResult<Head> {
    dialect::lock_chain(conn, doctor)?;
    if let Some(head) = Head::find(conn, doctor)? {
        return Ok(head);
    }
    begin(conn, key, now)?;
    // What was there before the key has its head now.
    match Head::find(conn, doctor)? {
        Some(head) => Ok(head),
        None => enter(conn, key, doctor, now),
    }
}

/// Seals, once in the life of a database, what was there before the key. Cheap when that is done.
pub fn begin(conn: &mut Db, key: &LogKey, now: NaiveDateTime) -> QueryResult<()> {
    if !installation::is_log_new(conn)? {
        return Ok(());
    }
    dialect::lock_chain(conn, REGISTER)?;
    // Another may have done it while this waited.
    if !installation::is_log_new(conn)? {
        return Ok(());
    }
    installation::note_log_begun(conn, now)?;
    let mut register = Head::new(REGISTER);
    let archives = access_heads::table.filter(access_heads::archive.gt(REGISTER)).order(access_heads::archive);
    let heads: Vec<Head> = archives.select(Head::as_select()).load(conn)?;
    for mut head in heads {
        append(conn, key, &mut register, (head.archive, head.seq), now)?;
        head.seal = key.seal(&head);
        diesel::update(access_heads::table.find(head.archive)).set(&head).execute(conn)?;
    }
    register.seal = key.seal(&register);
    register.insert(conn)
}

/// A new archive.
fn enter(conn: &mut Db, key: &LogKey, doctor: i64, now: NaiveDateTime) -> QueryResult<Head> {
    dialect::lock_chain(conn, REGISTER)?;
    let last: Option<(i64, Vec<u8>)> = accesses::table
        .filter(accesses::doctor_id.eq(doctor).and(accesses::seq.gt(0)))
        .order(accesses::seq.desc())
        .select((accesses::seq, accesses::digest))
        .first(conn)
        .optional()?;
    let listed: i64 = access_register::table.filter(access_register::doctor_id.eq(doctor)).count().get_result(conn)?;
    let mut head = Head::new(doctor);
    if listed == 0 {
        let register = match Head::find(conn, REGISTER)? {
            Some(register) => register,
            // Somebody took it away: another is made, which no seal will ever fit.
            None => {
                let register = Head::new(REGISTER);
                register.insert(conn)?;
                register
            }
        };
        let mut grown = register.clone();
        append(conn, key, &mut grown, (doctor, 0), now)?;
        register.change(conn, key, |register| *register = grown)?;
    }
    // Rows, or an entry, without a head: it was taken away, and what replaces it has no seal.
    if let Some((seq, digest)) = last.clone() {
        (head.seq, head.digest) = (seq, digest);
    }
    if listed == 0 && last.is_none() {
        head.seal = key.seal(&head);
    }
    head.insert(conn)?;
    Ok(head)
}

fn append(
    conn: &mut Db,
    key: &LogKey,
    register: &mut Head,
    (doctor_id, keyed_after): (i64, i64),
    now: NaiveDateTime,
) -> QueryResult<()> {
    let last: Option<i64> = access_register::table.select(diesel::dsl::max(access_register::number)).first(conn)?;
    let number = register.seq.max(last.unwrap_or(0)).saturating_add(1);
    let entry = Entry { number, doctor_id, keyed_after, entered_at: now };
    let digest = key.enter(&register.digest, &entry);
    diesel::insert_into(access_register::table)
        .values((
            access_register::number.eq(number),
            access_register::doctor_id.eq(doctor_id),
            access_register::keyed_after.eq(keyed_after),
            access_register::entered_at.eq(now),
            access_register::digest.eq(&digest),
        ))
        .execute(conn)?;
    (register.seq, register.digest) = (number, digest);
    Ok(())
}
