//! Slowing down who guesses passwords, without ever shutting out who owns the account.
//!
//! Per account the waits are kanidm's table; per address the figures are Vaultwarden's burst and rauthy's 24 hours.
//! Known devices skip both and have the account's table to themselves, so that neither a stranger nor a colleague behind the
//! same address can lock a doctor out. Surgery, patients and programs are counted apart: one is not shut out for the other.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::keys::{Keys, token_hash};
use crate::db::schema::{known_devices, login_throttle};
use crate::db::{Db, dialect};
use crate::each_backend;
use kernel::random;

/// The doors where failures from one network are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Doctors and collaborators.
    Surgery,
    /// Patients: the login of Millebook and its activation.
    Patients,
    /// The studio's programs.
    Programs,
}

impl Door {
    const fn purpose(self) -> &'static str {
        match self {
            Self::Surgery => "address",
            Self::Patients => "address of patients",
            Self::Programs => "address of programs",
        }
    }
}

/// What counts as one peer: an IPv4 address, or the /64 that an IPv6 customer has to themselves.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & (!0 << 64))),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_not_an_address) => address.to_owned(),
    }
}

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A username, existing or not, as a keyed digest: the table must not list who tried what.
    Account(String),
    /// A network address.
    Address(String),
    /// A device that signed in before, as the digest it is kept by: it waits for its own failures alone.
    Device(String),
    /// A network address that asks for accounts; every request counts, not only failures.
    Registration(String),
    /// Whoever asks for something that sends a mail; every request counts, up to so many in an hour.
    Asking(String, i64),
}

impl Subject {
    /// The account typed at login.
    pub fn account(keys: &Keys, username: &str) -> Self {
        Self::Account(keys.pseudonym("throttle", &username.trim().to_lowercase()))
    }

    /// The codes of the second factor of an account: counted apart from its passwords.
    pub fn code(keys: &Keys, username: &str) -> Self {
        Self::Account(keys.pseudonym("code", &username.trim().to_lowercase()))
    }

    /// The peer's network, at one of the doors.
    pub fn address(keys: &Keys, door: Door, address: &str) -> Self {
        Self::Address(keys.pseudonym(door.purpose(), &network(address)))
    }

    /// A device by the value of its cookie.
    pub fn device(cookie: &str) -> Self {
        Self::Device(token_hash(cookie))
    }

    /// The peer's network, asking for an account.
    pub fn registration(keys: &Keys, address: &str) -> Self {
        Self::Registration(keys.pseudonym("registration", &network(address)))
    }

    /// An account, existing or not, for which a new password is asked.
    pub fn forgotten(keys: &Keys, username: &str) -> Self {
        Self::Asking(keys.pseudonym("forgotten", &username.trim().to_lowercase()), FORGOTTEN_LIMIT)
    }

    /// The peer's network, asking for new passwords.
    pub fn forgotten_from(keys: &Keys, address: &str) -> Self {
        Self::Asking(keys.pseudonym("forgotten from", &network(address)), FORGOTTEN_FROM_LIMIT)
    }

    /// A device that signed in before, asking for a new password.
    pub fn forgotten_on(cookie: &str) -> Self {
        Self::Asking(token_hash(cookie), FORGOTTEN_LIMIT)
    }

    /// A user who wants an address proven.
    pub fn proving(keys: &Keys, user_id: i64) -> Self {
        Self::Asking(keys.pseudonym("proving", &user_id.to_string()), PROVING_LIMIT)
    }

    fn key(&self) -> String {
        match self {
            Self::Account(digest) => format!("a:{digest}"),
            Self::Address(digest) => format!("i:{digest}"),
            Self::Device(digest) => format!("d:{digest}"),
            Self::Registration(digest) => format!("r:{digest}"),
            Self::Asking(digest, _) => format!("q:{digest}"),
        }
    }
}

/// A count of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Count {
    failures: i64,
    window_started_at: NaiveDateTime,
    last_failure_at: NaiveDateTime,
    blocked_until: Option<NaiveDateTime>,
}

/// Failures from one address that are free, and the time in which one more is earned.
const ADDRESS_BURST: i64 = 10;
const ADDRESS_EARNS_EVERY: TimeDelta = TimeDelta::minutes(1);
/// So many failures in the window shut an address out for a day.
const ADDRESS_LIMIT: i64 = 15;
const ADDRESS_WINDOW: TimeDelta = TimeDelta::hours(3);
const ADDRESS_BLOCK: TimeDelta = TimeDelta::hours(24);
/// So many accounts may be asked for from one address in an hour.
const REGISTRATION_LIMIT: i64 = 3;
const REGISTRATION_WINDOW: TimeDelta = TimeDelta::hours(1);
/// New passwords asked for in an hour: of one account or from one known device, and from one network, where a whole surgery is.
const FORGOTTEN_LIMIT: i64 = 3;
const FORGOTTEN_FROM_LIMIT: i64 = 20;
/// Addresses one user may have proven in an hour.
const PROVING_LIMIT: i64 = 5;
/// Account failures are forgotten after a quiet day.
const ACCOUNT_MEMORY: TimeDelta = TimeDelta::hours(24);

/// The wait after the n-th failure on one account.
fn account_wait(failures: i64, last: NaiveDateTime) -> NaiveDateTime {
    match failures {
        ..=0 => last,
        1..=2 => last + TimeDelta::seconds(1),
        3..=8 => last + TimeDelta::seconds(3),
        9..=24 => last + TimeDelta::seconds(5),
        25..=99 => last + TimeDelta::seconds(10),
        100.. => last.date().succ_opt().unwrap_or(NaiveDate::MAX).and_time(chrono::NaiveTime::MIN),
    }
}

/// When `subject` may try again: `None` for now.
pub fn blocked_until(conn: &mut Db, subject: &Subject, now: NaiveDateTime) -> QueryResult<Option<NaiveDateTime>> {
    let Some(count) = find(conn, subject)? else { return Ok(None) };
    let until = match subject {
        Subject::Account(_) | Subject::Device(_) if now - count.last_failure_at > ACCOUNT_MEMORY => None,
        Subject::Account(_) | Subject::Device(_) => Some(account_wait(count.failures, count.last_failure_at)),
        Subject::Address(_) => count.blocked_until.or_else(|| {
            let over = i32::try_from(count.failures.saturating_sub(ADDRESS_BURST)).unwrap_or(i32::MAX);
            (over >= 0).then(|| count.last_failure_at + ADDRESS_EARNS_EVERY)
        }),
        Subject::Registration(_) => {
            (count.failures >= REGISTRATION_LIMIT).then(|| count.window_started_at + REGISTRATION_WINDOW)
        }
        Subject::Asking(_, limit) => (count.failures >= *limit).then(|| count.window_started_at + REGISTRATION_WINDOW),
    };
    Ok(until.filter(|until| *until > now))
}

/// Waits for the others who are being counted for one of these, until the transaction ends. Without it, attempts that arrive
/// together would all find the count of before: whoever asks and then counts takes a turn first.
pub fn take_turn<'s>(conn: &mut Db, subjects: impl IntoIterator<Item = &'s Subject>) -> QueryResult<()> {
    let mut names: Vec<String> = subjects.into_iter().map(Subject::key).collect();
    // Always in the same order: nobody waits for somebody who waits for him.
    names.sort_unstable();
    names.iter().try_for_each(|name| dialect::lock_name(conn, name))
}

/// Counts one failure; returns how many there are now.
pub fn count_failure(conn: &mut Db, subject: &Subject, now: NaiveDateTime) -> QueryResult<i64> {
    // An account's memory runs from its last failure, an address's window from its first.
    let (window, from_first, block) = match subject {
        Subject::Account(_) | Subject::Device(_) => (ACCOUNT_MEMORY, false, None),
        Subject::Address(_) => (ADDRESS_WINDOW, true, Some(ADDRESS_BLOCK)),
        Subject::Registration(_) | Subject::Asking(..) => (REGISTRATION_WINDOW, true, None),
    };
    let before = find(conn, subject)?.filter(|count| !from_first || now - count.window_started_at < window);
    let fresh = before.as_ref().is_none_or(|count| now - count.last_failure_at > window);
    let failures = before.as_ref().filter(|_| !fresh).map_or(1, |count| count.failures.saturating_add(1));
    let started = before.filter(|_| !fresh).map_or(now, |count| count.window_started_at);
    let blocked = block.filter(|_| failures >= ADDRESS_LIMIT).map(|length| now + length);
    let values = (
        login_throttle::throttle_key.eq(subject.key()),
        login_throttle::failures.eq(failures),
        login_throttle::window_started_at.eq(started),
        login_throttle::last_failure_at.eq(now),
        login_throttle::blocked_until.eq(blocked),
    );
    let changes = (
        login_throttle::failures.eq(failures),
        login_throttle::window_started_at.eq(started),
        login_throttle::last_failure_at.eq(now),
        login_throttle::blocked_until.eq(blocked),
    );
    each_backend!(conn, c => diesel::insert_into(login_throttle::table)
        .values(&values)
        .on_conflict(login_throttle::throttle_key)
        .do_update()
        .set(changes)
        .execute(c))?;
    Ok(failures)
}

/// Counts that a clock running ahead has written: the last failure is now at the latest, and nobody is shut out for longer
/// than from now.
pub fn pull_back(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let shut = login_throttle::table
        .filter(login_throttle::last_failure_at.gt(now))
        .filter(login_throttle::blocked_until.gt(now + ADDRESS_BLOCK));
    diesel::update(shut).set(login_throttle::blocked_until.eq(now + ADDRESS_BLOCK)).execute(conn)?;
    diesel::update(login_throttle::table.filter(login_throttle::last_failure_at.gt(now)))
        .set((login_throttle::last_failure_at.eq(now), login_throttle::window_started_at.eq(now)))
        .execute(conn)
}

/// How many failures are counted now.
pub fn failures(conn: &mut Db, subject: &Subject) -> QueryResult<i64> {
    Ok(find(conn, subject)?.map_or(0, |count| count.failures))
}

/// A right password forgets the account's failures.
pub fn forgive(conn: &mut Db, subject: &Subject) -> QueryResult<usize> {
    diesel::delete(login_throttle::table.find(subject.key())).execute(conn)
}

fn find(conn: &mut Db, subject: &Subject) -> QueryResult<Option<Count>> {
    let row: Option<(i64, NaiveDateTime, NaiveDateTime, Option<NaiveDateTime>)> = login_throttle::table
        .find(subject.key())
        .select((
            login_throttle::failures,
            login_throttle::window_started_at,
            login_throttle::last_failure_at,
            login_throttle::blocked_until,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(failures, window_started_at, last_failure_at, blocked_until)| Count {
        failures,
        window_started_at,
        last_failure_at,
        blocked_until,
    }))
}

/// Remembers this device for `user_id`; the answer goes into its cookie.
pub fn remember_device(conn: &mut Db, user_id: i64, now: NaiveDateTime) -> QueryResult<String> {
    let token = random::hex_token(24);
    diesel::insert_into(known_devices::table)
        .values((
            known_devices::token_hash.eq(token_hash(&token)),
            known_devices::user_id.eq(user_id),
            known_devices::created_at.eq(now),
            known_devices::last_used_at.eq(now),
        ))
        .execute(conn)?;
    Ok(token)
}

/// True when the device with this cookie has logged in as `user_id` before.
pub fn is_known_device(conn: &mut Db, user_id: i64, token: &str, now: NaiveDateTime) -> QueryResult<bool> {
    let device = known_devices::table.find(token_hash(token)).filter(known_devices::user_id.eq(user_id));
    Ok(diesel::update(device).set(known_devices::last_used_at.eq(now)).execute(conn)? == 1)
}

/// The same, for who only looks: nothing is noted.
pub fn is_device_of(conn: &mut Db, user_id: i64, token: &str) -> QueryResult<bool> {
    let device = known_devices::table.find(token_hash(token)).filter(known_devices::user_id.eq(user_id));
    Ok(device.select(known_devices::user_id).first::<i64>(conn).optional()?.is_some())
}

/// Forgets every known device of a user: after a password change a stolen phone is a stranger again.
pub fn forget_devices(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    diesel::delete(known_devices::table.filter(known_devices::user_id.eq(user_id))).execute(conn)
}

/// Forgets one known device.
pub fn forget_device(conn: &mut Db, token: &str) -> QueryResult<usize> {
    diesel::delete(known_devices::table.find(token_hash(token))).execute(conn)
}

/// Forgets counts with no failure since `before`: the table stays small however much is guessed.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(login_throttle::table.filter(login_throttle::last_failure_at.lt(before))).execute(conn)
}

#[cfg(test)]
mod tests;
