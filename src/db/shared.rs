//! Small writes of many requests in one commit. A commit waits for the disk as long for fifty of them as for one.
//!
//! Whoever has something to write puts it in the queue and asks for the turn of the leader; who gets it writes all that is
//! waiting in one transaction, and each is answered after the commit. While the disk works, the next ones gather.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;
use tokio::sync::{Semaphore, oneshot};

use super::{Db, DbError, rung};

/// Notes of one commit, at most: a transaction that stays short.
const MOST: usize = 100;

/// A small write that may be tried twice.
pub(super) type Work = Box<dyn Fn(&mut Db) -> QueryResult<()> + Send>;

struct Job {
    work: Work,
    done: oneshot::Sender<Result<(), DbError>>,
}

/// What waits to be written together.
#[derive(Clone)]
pub(super) struct Shared {
    waiting: Arc<Mutex<Vec<Job>>>,
    /// One commit at a time: more would only leave each with less to carry.
    pub(super) leader: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { waiting: Arc::default(), leader: Arc::new(Semaphore::new(1)) }
    }

    /// Queues a write; the answer comes when it is durable, or has failed.
    pub(super) fn put(&self, work: Work) -> oneshot::Receiver<Result<(), DbError>> {
        let (done, answer) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Job { work, done });
        answer
    }

    /// Takes the oldest; without those nobody waits for any more.
    fn take(&self) -> Vec<Job> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|job| !job.done.is_closed());
        let most = waiting.len().min(MOST);
        waiting.drain(..most).collect()
    }

    /// How many wait.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Writes what is waiting, with `begin` to begin a transaction on `conn`. When one of them fails nothing of it is kept, and
    /// each is tried alone: only its own failure is anybody's. Answers whether somebody's work asks for the bell to be rung.
    pub(super) fn carry(&self, conn: &mut Db, begin: &dyn Fn(&mut Db) -> Result<(), DbError>) -> bool {
        let jobs = self.take();
        if jobs.is_empty() {
            return false;
        }
        rung::clear();
        let together = write(conn, begin, &jobs);
        if together.is_ok() {
            let rings = rung::is_rung();
            answer(jobs.into_iter().map(|job| (job, Ok(()))));
            return rings;
        }
        if let [_only] = jobs.as_slice() {
            answer(jobs.into_iter().zip(std::iter::once(together)));
            return false;
        }
        let mut rings = false;
        for job in jobs {
            rung::clear();
            let alone = write(conn, begin, std::slice::from_ref(&job));
            rings |= alone.is_ok() && rung::is_rung();
            answer(std::iter::once((job, alone)));
        }
        rings
    }

    /// Tells everybody who waits that there is no way to the database.
    pub(super) fn refuse(&self, error: impl Fn() -> DbError) {
        answer(self.take().into_iter().map(|job| (job, Err(error()))));
    }
}

fn write(conn: &mut Db, begin: &dyn Fn(&mut Db) -> Result<(), DbError>, jobs: &[Job]) -> Result<(), DbError> {
    begin(conn)?;
    conn.complete(|conn| jobs.iter().try_for_each(|job| (job.work)(conn)).map_err(DbError::from))
}

fn answer(jobs: impl Iterator<Item = (Job, Result<(), DbError>)>) {
    for (job, outcome) in jobs {
        // Who has gone meanwhile needs no answer.
        let _gone = job.done.send(outcome);
    }
}
