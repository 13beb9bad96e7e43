//! Notices on a doctor's own devices: which devices, the portal's key pair, and that there is something to tell.
//!
//! Tables: `push_subscriptions`, `push_keys`, `push_services`. A device is a row until it is signed out of, until its
//! doctor takes it off the list, until the password changes, or until its push service says that it is gone; a device that
//! somebody else subscribes becomes theirs. Its address is kept sealed.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{outbox as jobs, push_keys, push_services, push_subscriptions};
use crate::identity::keys::{Keys, token_hash};
use crate::identity::sealing::{Place, Sealer};
use crate::insert_if_absent;
use crate::outbox::{self, Job, Kind, State};
use crate::ports::push::{PushKey, Service};

/// Devices one doctor may have.
pub const MOST: usize = 10;

/// The only row of `push_keys`.
const ONLY: i64 = 1;

const KEY_PLACE: Place<'static> = Place { column: "push_keys.private_key", row: ONLY };

const fn place(id: i64) -> Place<'static> {
    Place { column: "push_subscriptions.endpoint", row: id }
}

/// The services that may be called, whatever the day.
pub fn list_services(conn: &mut Db) -> QueryResult<Vec<Service>> {
    let rows: Vec<(String, bool, NaiveDate, Option<NaiveDate>)> = push_services::table
        .order(push_services::host)
        .limit(100)
        .select((push_services::host, push_services::subdomains, push_services::valid_from, push_services::valid_to))
        .load(conn)?;
    let one = |(host, subdomains, valid_from, valid_to)| Service { host, subdomains, valid_from, valid_to };
    Ok(rows.into_iter().map(one).collect())
}

/// The portal's key pair, if one was made and this program can open it.
pub fn find_key(conn: &mut Db, sealer: &Sealer) -> QueryResult<Option<PushKey>> {
    let sealed: Option<Vec<u8>> = push_keys::table.find(ONLY).select(push_keys::private_key).first(conn).optional()?;
    Ok(sealed.and_then(|sealed| PushKey::read(&sealer.open(KEY_PLACE, &sealed).ok()?).ok()))
}

/// The portal's key pair, made now when there is none.
/// Fails with `RollbackTransaction` when no key can be made or sealed.
pub fn make_key(conn: &mut Db, sealer: &Sealer, now: NaiveDateTime) -> QueryResult<Option<PushKey>> {
    if let Some(key) = find_key(conn, sealer)? {
        return Ok(Some(key));
    }
    let failed = || diesel::result::Error::RollbackTransaction;
    let private = PushKey::generate().map_err(|_| failed())?;
    let public = PushKey::read(&private).map_err(|_| failed())?.public();
    let row = (
        push_keys::id.eq(ONLY),
        push_keys::private_key.eq(sealer.seal(KEY_PLACE, &private).map_err(|_| failed())?),
        push_keys::public_key.eq(public),
        push_keys::created_at.eq(now),
    );
    // Two at once: the first one's stays.
    insert_if_absent!(conn, push_keys::table, &row)?;
    find_key(conn, sealer)
}

/// A device, for its doctor's list.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Device {
    pub id: i64,
    pub device: String,
    pub device_hash: String,
    pub created_at: NaiveDateTime,
    pub notified_at: Option<NaiveDateTime>,
}

impl Device {
    /// Whether it is the device with this cookie.
    pub fn is_of(&self, cookie: Option<&str>) -> bool {
        !self.device_hash.is_empty() && self.device_hash == hash_of(cookie)
    }
}

fn hash_of(cookie: Option<&str>) -> String {
    cookie.map(token_hash).unwrap_or_default()
}

/// The devices of a user, oldest first.
pub fn list_devices(conn: &mut Db, user: i64) -> QueryResult<Vec<Device>> {
    push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(user))
        .order(push_subscriptions::id)
        .limit(50)
        .select((
            push_subscriptions::id,
            push_subscriptions::device,
            push_subscriptions::device_hash,
            push_subscriptions::created_at,
            push_subscriptions::notified_at,
        ))
        .load(conn)
}

/// A device to be subscribed.
#[derive(Clone, Copy)]
pub struct NewDevice<'a> {
    /// The address to call, already found to be one that may be.
    pub endpoint: &'a str,
    /// `Chrome, telefono`.
    pub device: &'a str,
    /// Its own cookie, if it has one.
    pub cookie: Option<&'a str>,
}

/// Subscribes a device for this user, in place of whoever had it; of the user's devices the oldest gives way beyond
/// [`MOST`].
/// Fails with `RollbackTransaction` when the address cannot be sealed.
pub fn subscribe(
    conn: &mut Db,
    (keys, sealer): (&Keys, &Sealer),
    user: i64,
    new: NewDevice<'_>,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let digest = keys.pseudonym("push", new.endpoint);
    diesel::delete(push_subscriptions::table.filter(push_subscriptions::endpoint_digest.eq(&digest))).execute(conn)?;
    let known = list_devices(conn, user)?;
    let over = (known.len() + 1).saturating_sub(MOST);
    for old in known.iter().take(over) {
        erase(conn, user, old.id)?;
    }
    let id: i64 = diesel::insert_into(push_subscriptions::table)
        .values((
            push_subscriptions::user_id.eq(user),
            push_subscriptions::endpoint_digest.eq(digest),
            push_subscriptions::device.eq(new.device),
            push_subscriptions::device_hash.eq(hash_of(new.cookie)),
            push_subscriptions::created_at.eq(now),
        ))
        .returning(push_subscriptions::id)
        .get_result(conn)?;
    let sealed = sealer.seal(place(id), new.endpoint.as_bytes());
    let sealed = sealed.map_err(|_| diesel::result::Error::RollbackTransaction)?;
    let row = push_subscriptions::table.find(id);
    diesel::update(row).set(push_subscriptions::endpoint.eq(sealed)).execute(conn)?;
    Ok(())
}

/// Takes one device off a user's list; returns whether it was there.
pub fn erase(conn: &mut Db, user: i64, id: i64) -> QueryResult<bool> {
    let row = push_subscriptions::table.find(id).filter(push_subscriptions::user_id.eq(user));
    Ok(diesel::delete(row).execute(conn)? == 1)
}

/// Somebody signs out of a device: it gets no more notices.
pub fn erase_device(conn: &mut Db, user: i64, cookie: Option<&str>) -> QueryResult<usize> {
    if cookie.is_none() {
        return Ok(0);
    }
    let rows = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(user))
        .filter(push_subscriptions::device_hash.eq(hash_of(cookie)));
    diesel::delete(rows).execute(conn)
}

/// Sessions elsewhere were ended, or the password changed: only the device with this cookie keeps its notices, and none
/// when no cookie is given.
pub fn erase_others(conn: &mut Db, user: i64, cookie: Option<&str>) -> QueryResult<usize> {
    let kept = cookie.map(token_hash).unwrap_or_else(|| "-".to_owned());
    let rows = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(user))
        .filter(push_subscriptions::device_hash.ne(kept));
    diesel::delete(rows).execute(conn)
}

/// There is something for the doctor to see: a job that tells the doctor's devices, unless one waits already. Nothing when
/// there is no device.
pub fn wish(conn: &mut Db, doctor: i64, now: NaiveDateTime) -> QueryResult<()> {
    let device: Option<i64> = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(doctor))
        .select(push_subscriptions::id)
        .first(conn)
        .optional()?;
    if device.is_none() {
        return Ok(());
    }
    let job = Job { kind: Kind::NotifyDoctor, subject_id: doctor };
    let waiting: Option<i64> = jobs::table
        // In hand for the first time it only gathers, and waits again at once.
        .filter(jobs::state.eq(State::Waiting).or(jobs::state.eq(State::Running).and(jobs::attempts.eq(1))))
        .filter(jobs::kind.eq(job.kind).and(jobs::subject_id.eq(doctor)))
        .select(jobs::id)
        .first(conn)
        .optional()?;
    if waiting.is_none() {
        outbox::enqueue(conn, job, now)?;
    }
    Ok(())
}

/// A device to be called.
pub struct Call {
    /// Its row.
    pub id: i64,
    /// The address; `None` when it was sealed with another key.
    pub endpoint: Option<String>,
    /// The last notice it was given.
    pub notified_at: Option<NaiveDateTime>,
}

/// The devices of a doctor, to be called.
pub fn list_calls(conn: &mut Db, sealer: &Sealer, doctor: i64) -> QueryResult<Vec<Call>> {
    let rows: Vec<(i64, Option<Vec<u8>>, Option<NaiveDateTime>)> = push_subscriptions::table
        .filter(push_subscriptions::user_id.eq(doctor))
        .order(push_subscriptions::id)
        .limit(50)
        .select((push_subscriptions::id, push_subscriptions::endpoint, push_subscriptions::notified_at))
        .load(conn)?;
    let one = |(id, sealed, notified_at): (i64, Option<Vec<u8>>, _)| {
        let opened = sealed.and_then(|sealed| String::from_utf8(sealer.open(place(id), &sealed).ok()?).ok());
        Call { id, endpoint: opened, notified_at }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Notes which devices were told and forgets those that are gone.
pub fn note_calls(conn: &mut Db, told: &[i64], gone: &[i64], now: NaiveDateTime) -> QueryResult<()> {
    diesel::update(push_subscriptions::table.filter(push_subscriptions::id.eq_any(told.to_vec())))
        .set(push_subscriptions::notified_at.eq(now))
        .execute(conn)?;
    diesel::delete(push_subscriptions::table.filter(push_subscriptions::id.eq_any(gone.to_vec()))).execute(conn)?;
    Ok(())
}
