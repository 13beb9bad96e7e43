//! The table of jobs.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Claimed, Job, Kind, LEASE, Outcome, State, back_off};
use crate::db::schema::outbox;
use crate::db::{Db, rung};
use crate::identity::sealing::{Place, Sealed, Sealer};

/// Asks for a job, inside the caller's transaction: it exists if and only if the change that needs it does.
pub fn enqueue(conn: &mut Db, job: Job, now: NaiveDateTime) -> QueryResult<i64> {
    rung::after_commit();
    diesel::insert_into(outbox::table)
        .values((
            outbox::kind.eq(job.kind),
            outbox::subject_id.eq(job.subject_id),
            outbox::run_at.eq(now),
            outbox::attempts.eq(0),
            outbox::state.eq(State::Waiting),
            outbox::created_at.eq(now),
        ))
        .returning(outbox::id)
        .get_result(conn)
}

/// [`enqueue`] for a job that waits until job `after` is done, and is cancelled when that one is given up or cancelled.
pub fn enqueue_after(conn: &mut Db, job: Job, after: i64, now: NaiveDateTime) -> QueryResult<i64> {
    let id = enqueue(conn, job, now)?;
    diesel::update(outbox::table.find(id))
        .set((outbox::state.eq(State::Held), outbox::after_id.eq(after)))
        .execute(conn)?;
    Ok(id)
}

/// [`enqueue`] with a secret that the job will need in clear; kept sealed until the job ends.
/// Fails with `RollbackTransaction` when the secret cannot be sealed.
pub fn enqueue_with_secret(
    conn: &mut Db,
    sealer: &Sealer,
    job: Job,
    secret: &str,
    now: NaiveDateTime,
) -> QueryResult<i64> {
    let id = enqueue(conn, job, now)?;
    let sealed = sealer.seal(place(id), secret.as_bytes()).map_err(|_| diesel::result::Error::RollbackTransaction)?;
    diesel::update(outbox::table.find(id)).set(outbox::secret.eq(sealed)).execute(conn)?;
    Ok(id)
}

const fn place(id: i64) -> Place<'static> {
    Place { column: "outbox.secret", row: id }
}

/// Any secret of a job that is still to be done, as it is kept.
pub fn find_sealed(conn: &mut Db) -> QueryResult<Option<Sealed>> {
    let row: Option<(i64, Option<Vec<u8>>)> = outbox::table
        .filter(outbox::state.eq(State::Waiting).and(outbox::secret.is_not_null()))
        .order(outbox::run_at.asc())
        .select((outbox::id, outbox::secret))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(id, secret)| Some((place(id), secret?))))
}

type Row = (i64, Kind, i64, i64, NaiveDateTime, Option<Vec<u8>>);

/// Takes one job that is due, for [`LEASE`]. Several may call at once: each job goes to one of them.
pub fn claim(conn: &mut Db, sealer: &Sealer, now: NaiveDateTime) -> QueryResult<Option<Claimed>> {
    let Some((id, kind, subject_id, attempts, created_at, sealed)) = find_due(conn, now)? else { return Ok(None) };
    let attempt = attempts.saturating_add(1);
    let same = outbox::table.find(id).filter(outbox::attempts.eq(attempts));
    let taken = diesel::update(same)
        .set((outbox::state.eq(State::Running), outbox::attempts.eq(attempt), outbox::leased_until.eq(now + LEASE)))
        .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    let secret = sealed.and_then(|sealed| sealer.open_text(place(id), &sealed).ok());
    Ok(Some(Claimed { id, job: Job { kind, subject_id }, attempt, created_at, secret }))
}

/// The oldest job that is due: waiting, or left behind by somebody whose lease has ended.
fn find_due(conn: &mut Db, now: NaiveDateTime) -> QueryResult<Option<Row>> {
    let columns = (outbox::id, outbox::kind, outbox::subject_id, outbox::attempts, outbox::created_at, outbox::secret);
    let waiting: Option<Row> = outbox::table
        .filter(outbox::state.eq(State::Waiting).and(outbox::run_at.le(now)))
        .order((outbox::run_at.asc(), outbox::id.asc()))
        .select(columns)
        .first(conn)
        .optional()?;
    if waiting.is_some() {
        return Ok(waiting);
    }
    outbox::table
        .filter(outbox::state.eq(State::Running).and(outbox::leased_until.le(now)))
        .order((outbox::leased_until.asc(), outbox::id.asc()))
        .select(columns)
        .first(conn)
        .optional()
}

/// Ends a claimed job; the secret is erased. Answers false when another attempt has taken it over.
fn end(conn: &mut Db, claimed: &Claimed, state: State, reason: &str) -> QueryResult<bool> {
    let mine = outbox::table
        .find(claimed.id)
        .filter(outbox::attempts.eq(claimed.attempt).and(outbox::state.eq(State::Running)));
    let ended = diesel::update(mine)
        .set((
            outbox::state.eq(state),
            outbox::secret.eq(None::<Vec<u8>>),
            outbox::leased_until.eq(None::<NaiveDateTime>),
            outbox::last_error.eq(reason),
        ))
        .execute(conn)?;
    Ok(ended == 1)
}

/// The job is done; what waited for it is due now.
pub fn set_done(conn: &mut Db, claimed: &Claimed, now: NaiveDateTime) -> QueryResult<bool> {
    let done = end(conn, claimed, State::Done, "")?;
    if done {
        // Its own time begins now: the wait for the first job is not taken off.
        diesel::update(held_by(claimed.id))
            .set((outbox::state.eq(State::Waiting), outbox::run_at.eq(now), outbox::created_at.eq(now)))
            .execute(conn)?;
    }
    Ok(done)
}

type HeldBy = diesel::dsl::Filter<
    outbox::table,
    diesel::dsl::And<diesel::dsl::Eq<outbox::after_id, i64>, diesel::dsl::Eq<outbox::state, State>>,
>;

fn held_by(id: i64) -> HeldBy {
    outbox::table.filter(outbox::after_id.eq(id).and(outbox::state.eq(State::Held)))
}

/// Notes how an attempt ended; false when it no longer holds the job.
pub fn settle(conn: &mut Db, claimed: &Claimed, outcome: &Outcome, now: NaiveDateTime) -> QueryResult<bool> {
    match outcome {
        Outcome::Done => set_done(conn, claimed, now),
        Outcome::Retry(reason) => retry(conn, claimed, reason, now),
        Outcome::GiveUp(reason) => give_up(conn, claimed, reason),
    }
}

/// The job will not be done.
pub fn give_up(conn: &mut Db, claimed: &Claimed, reason: &str) -> QueryResult<bool> {
    let ended = end(conn, claimed, State::GivenUp, reason)?;
    if ended {
        diesel::update(held_by(claimed.id)).set(outbox::state.eq(State::Cancelled)).execute(conn)?;
    }
    Ok(ended)
}

/// The job is tried again later, or given up when it has been tried as long as its kind allows.
pub fn retry(conn: &mut Db, claimed: &Claimed, reason: &str, now: NaiveDateTime) -> QueryResult<bool> {
    if claimed.is_last(now) {
        return give_up(conn, claimed, reason);
    }
    let at = now + back_off(claimed.attempt);
    let mine = outbox::table
        .find(claimed.id)
        .filter(outbox::attempts.eq(claimed.attempt).and(outbox::state.eq(State::Running)));
    let put_back = diesel::update(mine)
        .set((
            outbox::state.eq(State::Waiting),
            outbox::run_at.eq(at),
            outbox::leased_until.eq(None::<NaiveDateTime>),
            outbox::last_error.eq(reason),
        ))
        .execute(conn)?;
    Ok(put_back == 1)
}

/// Takes back the jobs of this kind and subject that wait or are held.
pub fn cancel(conn: &mut Db, job: Job) -> QueryResult<usize> {
    let waiting = outbox::table.filter(
        outbox::state
            .eq_any([State::Waiting, State::Held])
            .and(outbox::kind.eq(job.kind))
            .and(outbox::subject_id.eq(job.subject_id)),
    );
    diesel::update(waiting).set((outbox::state.eq(State::Cancelled), outbox::secret.eq(None::<Vec<u8>>))).execute(conn)
}

/// How many jobs wait or run.
pub fn count_waiting(conn: &mut Db) -> QueryResult<i64> {
    outbox::table.filter(outbox::state.eq_any([State::Waiting, State::Held, State::Running])).count().get_result(conn)
}

/// Forgets ended jobs asked for before `before`.
pub fn purge(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    let ended = [State::Done, State::GivenUp, State::Cancelled];
    diesel::delete(outbox::table.filter(outbox::state.eq_any(ended).and(outbox::created_at.lt(before)))).execute(conn)
}

/// Jobs that a clock running ahead has bound to a moment further off than their own wait can be are due now; those in
/// somebody's hands have one lease from now.
pub fn pull_back(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let mut freed = 0;
    for attempt in 0..=LAST_STEP {
        let wait = if attempt == 0 { TimeDelta::zero() } else { back_off(attempt) };
        let ahead = outbox::table.filter(outbox::state.eq(State::Waiting).and(outbox::run_at.gt(now + wait)));
        freed += if attempt == 0 {
            // Never tried: its time begins now, too.
            diesel::update(ahead.filter(outbox::attempts.eq(attempt)))
                .set((outbox::run_at.eq(now), outbox::created_at.eq(now)))
                .execute(conn)?
        } else if attempt == LAST_STEP {
            diesel::update(ahead.filter(outbox::attempts.ge(attempt))).set(outbox::run_at.eq(now)).execute(conn)?
        } else {
            diesel::update(ahead.filter(outbox::attempts.eq(attempt))).set(outbox::run_at.eq(now)).execute(conn)?
        };
    }
    let running = outbox::table.filter(outbox::state.eq(State::Running).and(outbox::leased_until.gt(now + LEASE)));
    Ok(freed + diesel::update(running).set(outbox::leased_until.eq(now + LEASE)).execute(conn)?)
}

/// From this attempt on the wait is the longest.
const LAST_STEP: i64 = 5;
