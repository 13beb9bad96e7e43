//! The pipeline as a whole: what a call to SAC needs, the bell that wakes the runner, and the one exchange: claim, call,
//! record.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use tokio::sync::Notify;

use super::super::model::{Operation, State, StoredCredentials, WaitReason};
use super::super::queries;
use super::exchange::Outcome;
use super::lines::{Breakers, Line, line_of};
use super::waiting::Waiting;
use super::{Breaker, Claim, Moment, Recorded, Supply, Timings, Work, vault};
use crate::db::{Db, DbError, DbPool, Owner};
use crate::identity::sealing::{SealBroken, Sealer};
use kernel::clock::Clock;
use kernel::failpoint;
use sac::{LotOutcome, NotProcessed, SacClient, SenderCredentials};

/// Everything the pipeline shares; cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

struct Inner {
    db: DbPool,
    sac: SacClient,
    sealer: Sealer,
    clock: Clock,
    timings: Timings,
    wake: Notify,
    /// The pages that wait for an outcome.
    waiting: Waiting,
    breakers: Mutex<Breakers>,
}

/// What came of carrying a row a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// SAC has the prescription: for this row there is nothing more to do.
    Settled {
        /// The doctor's numbers run out.
        low: bool,
    },
    /// The row is somewhere else now, or waits for something.
    Moved,
    /// Nothing could be done: somebody else has it, or its service is closed.
    Nothing,
}

impl Pipeline {
    /// A pipeline over one database and one SAC.
    pub fn new(db: DbPool, sac: SacClient, sealer: Sealer, clock: Clock, timings: Timings) -> Self {
        let inner = Inner {
            db,
            sac,
            sealer,
            clock,
            timings,
            wake: Notify::new(),
            waiting: Waiting::default(),
            breakers: Mutex::new(Breakers::default()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The database.
    pub fn db(&self) -> &DbPool {
        &self.inner.db
    }

    /// The times it keeps.
    pub fn timings(&self) -> &Timings {
        &self.inner.timings
    }

    /// Now, UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.inner.clock.now()
    }

    /// SAC's client, for the tests of credentials.
    pub fn sac(&self) -> &SacClient {
        &self.inner.sac
    }

    /// What seals the credentials.
    pub fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    /// Something became due: the runner looks at once. Call it after the commit.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// Waits for the next [`Pipeline::wake`]; one that came before is not lost.
    pub async fn woken(&self) {
        self.inner.wake.notified().await;
    }

    /// Waits until every one of `ids` is settled or waits for somebody, or until `limit` has passed. Answers whether all
    /// are. The rows tell the rest.
    pub async fn wait_for(&self, ids: &[i64], limit: Duration) -> Result<bool, DbError> {
        // Begun before looking, so that a change after the look wakes us.
        let ticket = self.inner.waiting.wait(ids);
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            let (wanted, now) = (ids.to_vec(), self.now());
            let rows = self.inner.db.ask(move |conn| queries::list_standings(conn, &wanted)).await?;
            if rows.iter().all(|row| row.is_settled(now)) {
                return Ok(true);
            }
            if tokio::time::timeout_at(deadline, ticket.woken()).await.is_err() {
                return Ok(false);
            }
        }
    }

    /// Takes row `id` in hand and carries it one step: claim, call, record. A row whose service is behind an open breaker
    /// is left alone.
    /// If the outcome itself could not be written, the lease ends and a view repairs it.
    pub async fn advance(&self, id: i64, state: State) -> Result<Progress, DbError> {
        let line = line_of(state);
        if line.is_some_and(|line| !self.breaker(line, |breaker| breaker.admit(Instant::now()))) {
            return Ok(Progress::Nothing);
        }
        failpoint::pass("C1");
        let claimed = self.claim(id).await;
        let Ok(Claim::Work(work)) = claimed else {
            if let Some(line) = line {
                self.breaker(line, Breaker::unused);
            }
            self.inner.waiting.changed(id);
            return claimed
                .map(|claim| if matches!(claim, Claim::Moved) { Progress::Moved } else { Progress::Nothing });
        };
        failpoint::pass("C3");
        let outcome = self.call(&work, line).await?;
        failpoint::pass("C5");
        let (roll, of_the_sender) = (rand::random(), outcome.is_of_the_sender());
        let other = outcome.shows_another(&work).then(|| work.clone());
        let (now, timings) = (self.now(), self.inner.timings);
        let accepted = outcome.is_accepted_send().then_some(work.low);
        let record = move |conn: &mut Db| -> Result<Recorded, DbError> {
            Ok(outcome.record(conn, &work, Moment { now, roll, timings: &timings })?)
        };
        let recorded = self.inner.db.write(record).await?;
        failpoint::pass("C6");
        if of_the_sender {
            self.inner.waiting.many_changed();
        } else {
            self.inner.waiting.changed(id);
        }
        if let Some(work) = other {
            self.recover(&work).await?;
        }
        Ok(match accepted {
            Some(low) if recorded == Recorded::Written => Progress::Settled { low },
            _ => Progress::Moved,
        })
    }

    async fn claim(&self, id: i64) -> Result<Claim, DbError> {
        let (now, timings) = (self.now(), self.inner.timings);
        let claim = move |conn: &mut Db| -> Result<Claim, DbError> { Ok(super::claim(conn, id, &timings, now)?) };
        match self.inner.db.write(claim).await {
            // The claim rolled itself back: somebody else was first.
            Err(DbError::Query(diesel::result::Error::RollbackTransaction)) => Ok(Claim::NotNow),
            other => other,
        }
    }

    async fn call(&self, work: &Work, line: Option<Line>) -> Result<Outcome, DbError> {
        let credentials = match vault::open(&self.inner.sealer, &work.credentials) {
            Ok(credentials) => credentials,
            // Another key than the one they were sealed with: the doctor must give them again.
            Err(broken) => {
                if let Some(line) = line {
                    self.breaker(line, Breaker::unused);
                }
                return Ok(Outcome::refused_here(work.operation, &broken.to_string()));
            }
        };
        let sac = &self.inner.sac;
        let nre = work.message.nre.as_str();
        let outcome = match work.operation {
            Operation::Send => Outcome::Send(passing_c4(sac.send(&credentials, &work.message)).await),
            Operation::View => Outcome::View(sac.view(&credentials, nre, work.sender()).await),
            Operation::Annul => Outcome::Annul(passing_c4(sac.annul(&credentials, nre, work.sender())).await),
            Operation::Search => Outcome::Search(self.search(&credentials, work).await?),
            Operation::Retire => Outcome::Retire(self.retire(&credentials, &work.message).await),
        };
        self.weigh(line, outcome.is_failure()).await;
        Ok(outcome)
    }

    /// Tells the breaker how a call ended; when that closes it, what waited for SAC is due at once.
    async fn weigh(&self, line: Option<Line>, failed: bool) {
        let Some(line) = line else { return };
        let probe = self.inner.timings.probe;
        if failed {
            self.breaker(line, |breaker| breaker.failed(Instant::now(), probe));
        } else if self.breaker(line, Breaker::answered) && line == Line::Send {
            let now = self.now();
            let release = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::release_from_breaker(conn, now)?) };
            if let Err(error) = self.inner.db.write(release).await {
                tracing::warn!(%error, "rows that waited for SAC keep their own time");
            }
        }
    }

    /// Rows that are due while their service is closed say so.
    pub async fn label_waiting(&self) -> Result<(), DbError> {
        if !self.breaker(Line::Send, |breaker| breaker.is_open()) {
            return Ok(());
        }
        let now = self.now();
        let label = move |conn: &mut Db| -> Result<usize, DbError> { Ok(queries::wait_for_breaker(conn, now)?) };
        if self.inner.db.write(label).await? > 0 {
            self.inner.waiting.many_changed();
        }
        Ok(())
    }

    /// Frees what a clock that ran ahead has bound to a moment of its own.
    pub async fn mend_time(&self) -> Result<(), DbError> {
        let (now, timings) = (self.now(), self.inner.timings);
        let look = move |conn: &mut Db| -> Result<_, DbError> { Ok(super::find_ahead(conn, &timings, now)?) };
        let ahead = self.inner.db.read(look).await?;
        if ahead.is_empty() {
            return Ok(());
        }
        let free =
            move |conn: &mut Db| -> Result<_, DbError> { Ok(super::release_ahead(conn, &ahead, &timings, now)?) };
        let freed = self.inner.db.write(free).await?;
        tracing::warn!(freed, "prescriptions were bound to a time that has not come: the clock ran ahead");
        Ok(())
    }

    /// How many calls may be out at once for rows in `state`: none while the breaker of their service is open and no probe
    /// is due.
    pub fn allowed(&self, state: State) -> usize {
        let Some(line) = line_of(state) else { return usize::MAX };
        let now = Instant::now();
        self.breaker(line, |breaker| if breaker.would_admit(now) { breaker.allowed() } else { 0 })
    }

    /// Asks for a lot when the doctor's numbers are running out.
    pub async fn refill(&self, owner: Owner) -> Result<(), DbError> {
        match self.inner.db.read(move |conn| Ok::<_, DbError>(super::find_supply(conn, owner)?)).await? {
            Supply::Low => {
                self.request_lot(owner, false).await?;
            }
            Supply::Enough => {}
            // The region's rule has changed while some waited for numbers.
            Supply::NotNeeded => {
                let (now, waits) = (self.now(), [WaitReason::NoNre]);
                let free = move |conn: &mut Db| -> Result<_, DbError> {
                    Ok(queries::release_waiting(conn, owner, &waits, now)?)
                };
                if self.inner.db.write(free).await? > 0 {
                    self.wake();
                }
            }
        }
        Ok(())
    }

    /// Asks for a lot of NREs for the doctor. `None` when nobody may ask now; otherwise '' or why there is none.
    pub async fn request_lot(&self, owner: Owner, insist: bool) -> Result<Option<String>, DbError> {
        if !insist && !self.breaker(Line::Lots, |breaker| breaker.admit(Instant::now())) {
            return Ok(None);
        }
        let (now, timings) = (self.now(), self.inner.timings);
        let begin = move |conn: &mut Db| -> Result<_, DbError> {
            Ok(super::begin_lot_request(conn, owner, &timings, insist, now)?)
        };
        let Some(work) = self.inner.db.write(begin).await? else {
            self.breaker(Line::Lots, Breaker::unused);
            return Ok(None);
        };
        let outcome = match vault::open(&self.inner.sealer, &work.credentials) {
            Ok(credentials) => {
                let call = self.inner.sac.request_lot(&credentials, &work.region, &work.doctor);
                self.hold_lot_request(&work, call).await
            }
            Err(broken) => LotOutcome::NotProcessed(NotProcessed::CredentialsRefused(broken.to_string())),
        };
        let failed =
            matches!(outcome, LotOutcome::Uncertain(_) | LotOutcome::NotProcessed(NotProcessed::Unreachable(_)));
        self.weigh(Some(Line::Lots), failed).await;
        let now = self.now();
        let record = move |conn: &mut Db| -> Result<String, DbError> {
            Ok(super::record_lot(conn, &work, &outcome, &timings, now)?)
        };
        let told = self.inner.db.write(record).await?;
        self.inner.waiting.many_changed();
        self.wake();
        Ok(Some(told))
    }

    /// Opens sealed credentials.
    /// Fails when they were sealed with another key.
    pub fn open_credentials(&self, stored: &StoredCredentials) -> Result<SenderCredentials, SealBroken> {
        vault::open(&self.inner.sealer, stored)
    }

    fn breaker<T>(&self, line: Line, act: impl FnOnce(&mut Breaker) -> T) -> T {
        // A panic elsewhere leaves the counters usable.
        let mut breakers = self.inner.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        act(breakers.of(line))
    }
}

/// Crash point C4, "the request is out, its answer not read": passed when a call has been out for a while, so that a
/// test makes SAC slow and finds the process dead with the request on its way.
#[cfg(debug_assertions)]
async fn passing_c4<T>(call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    match tokio::time::timeout(Duration::from_millis(300), &mut call).await {
        Ok(outcome) => outcome,
        Err(_still_out) => {
            failpoint::pass("C4");
            call.await
        }
    }
}

#[cfg(not(debug_assertions))]
async fn passing_c4<T>(call: impl Future<Output = T>) -> T {
    call.await
}
