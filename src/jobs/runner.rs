//! The runner of the prescriptions: carries those that are due one step at a time, and refills the lots.
//!
//! It is woken at once by whoever makes a row due and looks by itself now and then. At most `IN_FLIGHT` calls to SAC
//! are out at a time, in turn among doctors, each service taking as many as its breaker trusts it with. Everything it
//! must not forget is in the rows: it may be killed at any point.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::turns::{PER_DOCTOR, Turns};
use crate::db::{Db, DbError, Owner};
use crate::prescriptions::model::State;
use crate::prescriptions::queries::{self, DueRow};
use crate::prescriptions::service::{Pipeline, Progress, line_of};

/// Rows that may be on their way at the same time. A call is nearly all waiting: with SAC answering in half a second this
/// is some sixty prescriptions a second.
const IN_FLIGHT: usize = 32;
/// Requests for lots that may be out at the same time, beside those.
const LOTS_IN_FLIGHT: usize = 4;
/// The clock was put back when it lost this much against the monotonic one.
const CLOCK_JUMP: chrono::TimeDelta = chrono::TimeDelta::seconds(2);
/// One piece of work, ended.
enum Ended {
    /// A row was carried a step.
    Row(DueRow, Result<Progress, DbError>),
    /// A lot was asked for.
    Lot(Owner, Result<(), DbError>),
    /// Numbers that were given up were looked at again.
    Recheck(Result<(), DbError>),
}

/// Rows that gave nothing at the last try, and how many of them each doctor has.
#[derive(Clone, Default)]
struct Idle {
    rows: HashSet<i64>,
    of: HashMap<i64, usize>,
}

impl Idle {
    fn add(&mut self, row: &DueRow) {
        if self.rows.insert(row.id) {
            *self.of.entry(row.doctor_id).or_default() += 1;
        }
    }

    fn of(&self, doctor: i64) -> usize {
        self.of.get(&doctor).copied().unwrap_or(0)
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.of.clear();
    }
}

/// The runner: make it, then let it [`Runner::run`].
pub struct Runner {
    pipeline: Pipeline,
    tasks: JoinSet<Ended>,
    /// Rows being carried.
    turns: Turns,
    /// Rows that gave nothing and are left alone until the next look.
    idle: Idle,
    /// The last look saw more than could be started.
    backlog: bool,
    lots_out: usize,
    rechecking: bool,
    lots: VecDeque<Owner>,
    lots_known: HashSet<i64>,
    last_wall: NaiveDateTime,
    last_tick: Instant,
}

impl Runner {
    /// A runner over one pipeline.
    pub fn new(pipeline: Pipeline) -> Self {
        let last_wall = pipeline.now();
        Self {
            pipeline,
            tasks: JoinSet::new(),
            turns: Turns::default(),
            idle: Idle::default(),
            backlog: false,
            lots_out: 0,
            rechecking: false,
            lots: VecDeque::new(),
            lots_known: HashSet::new(),
            last_wall,
            last_tick: Instant::now(),
        }
    }

    /// Works until told to stop; then takes nothing new and finishes the calls that are out, for a bounded time.
    pub async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut poll = tokio::time::interval(self.pipeline.timings().poll.max(Duration::from_millis(10)));
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !*stopped.borrow() {
            let look = tokio::select! {
                _ = stopped.changed() => break,
                () = self.pipeline.woken() => {
                    self.idle.clear();
                    true
                }
                _ = poll.tick() => {
                    self.idle.clear();
                    self.tick().await;
                    true
                }
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => self.put_away(ended),
            };
            if look && let Err(error) = self.fill().await {
                tracing::warn!(%error, "due prescriptions could not be listed");
            }
        }
        let finish = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.pipeline.timings().shutdown, finish).await.is_err() {
            tracing::warn!("calls to SAC were cut off at shutdown: a view will tell what became of them");
        }
    }

    /// What is done now and then.
    async fn tick(&mut self) {
        let report = |error: DbError| tracing::warn!(%error, "background work put off");
        self.notice_clock_jump().await.unwrap_or_else(report);
        self.pipeline.mend_time().await.unwrap_or_else(report);
        self.pipeline.label_waiting().await.unwrap_or_else(report);
        if !self.rechecking {
            self.rechecking = true;
            let pipeline = self.pipeline.clone();
            self.tasks.spawn(async move { Ended::Recheck(pipeline.recheck().await) });
        }
        match self.pipeline.db().read(|conn| Ok::<_, DbError>(queries::list_doctors_without_nre(conn)?)).await {
            Ok(owners) => owners.into_iter().for_each(|owner| self.want_lot(owner)),
            Err(error) => report(error),
        }
    }

    /// A clock put back would make rows wait for time that went already.
    async fn notice_clock_jump(&mut self) -> Result<(), DbError> {
        let (wall, tick) = (self.pipeline.now(), Instant::now());
        let passed = chrono::TimeDelta::from_std(tick - self.last_tick).unwrap_or_default();
        let lost = self.last_wall + passed - wall;
        (self.last_wall, self.last_tick) = (wall, tick);
        if lost > CLOCK_JUMP {
            tracing::warn!(seconds = lost.num_seconds(), "the clock was put back: all that waits is due now");
            let due = move |conn: &mut Db| -> Result<usize, DbError> { Ok(queries::due_after_clock_jump(conn, wall)?) };
            self.pipeline.db().write(due).await?;
        }
        Ok(())
    }

    /// Starts what can be started.
    async fn fill(&mut self) -> Result<(), DbError> {
        while self.lots_out < LOTS_IN_FLIGHT
            && let Some(owner) = self.lots.pop_front()
        {
            let pipeline = self.pipeline.clone();
            self.lots_out += 1;
            self.tasks.spawn(async move {
                let asked = pipeline.refill(owner).await;
                Ended::Lot(owner, asked)
            });
        }
        // Until a look has gone well.
        self.backlog = true;
        if self.turns.len() >= IN_FLIGHT {
            return Ok(());
        }
        let due = self.due().await?;
        let pipeline = self.pipeline.clone();
        let has_room = |turns: &Turns, row: &DueRow| turns.on(line_of(row.state)) < pipeline.allowed(row.state);
        while self.turns.len() < IN_FLIGHT
            && let Some(row) = self.turns.next(&due, &self.idle.rows, has_room)
        {
            let (pipeline, row) = (self.pipeline.clone(), row.clone());
            self.tasks.spawn(async move {
                let went = pipeline.advance(row.id, row.state).await;
                Ended::Row(row, went)
            });
        }
        self.backlog = due.iter().any(|row| !self.turns.has(row.id) && !self.idle.rows.contains(&row.id));
        Ok(())
    }

    /// Rows to choose from: the first of each doctor whose turn it may be, until there are enough to fill every place.
    async fn due(&self) -> Result<Vec<DueRow>, DbError> {
        let room = |state: &State| self.turns.on(line_of(*state)) < self.pipeline.allowed(*state);
        let states: Vec<State> = State::UNSETTLED.iter().copied().filter(room).collect();
        if states.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.pipeline.now();
        let (turns, idle) = (self.turns.clone(), self.idle.clone());
        let enough = IN_FLIGHT.saturating_sub(turns.len());
        let load = move |conn: &mut Db| -> Result<Vec<DueRow>, DbError> {
            let (mut rows, mut fresh) = (Vec::new(), 0);
            for doctor in turns.order(queries::list_doctors_in_line(conn)?) {
                if fresh >= enough {
                    break;
                }
                // What is out or idle stands first in line and must not hide what comes after it.
                let most = PER_DOCTOR + turns.out_of(doctor) + idle.of(doctor);
                let most = i64::try_from(most).unwrap_or(i64::MAX);
                let found = queries::list_due(conn, doctor, &states, now, most)?;
                fresh += usize::from(found.iter().any(|row| !idle.rows.contains(&row.id)));
                rows.extend(found);
            }
            Ok(rows)
        };
        self.pipeline.db().read(load).await
    }

    /// Notes that a piece of work has ended; returns whether there may be something to start.
    fn put_away(&mut self, ended: Result<Ended, tokio::task::JoinError>) -> bool {
        match ended {
            Ok(Ended::Row(row, went)) => {
                let awaited = self.is_awaited(&row);
                self.turns.end(row.id);
                match went {
                    Ok(Progress::Settled { low: false }) => return awaited,
                    Ok(Progress::Settled { low: true }) => self.want_lot(Owner::of_doctor(row.doctor_id)),
                    Ok(Progress::Moved) if row.state == State::ToSend => self.want_lot(Owner::of_doctor(row.doctor_id)),
                    Ok(Progress::Moved) => {}
                    Ok(Progress::Nothing) => {
                        self.idle.add(&row);
                    }
                    Err(error) => {
                        tracing::warn!(prescription.id = row.id, %error, "a step was not recorded");
                        self.idle.add(&row);
                    }
                }
            }
            Ok(Ended::Lot(owner, asked)) => {
                self.lots_out = self.lots_out.saturating_sub(1);
                self.lots_known.remove(&owner.id());
                if let Err(error) = asked {
                    tracing::warn!(doctor.id = owner.id(), %error, "a lot request was not recorded");
                }
            }
            Ok(Ended::Recheck(looked)) => {
                self.rechecking = false;
                if let Err(error) = looked {
                    tracing::warn!(%error, "numbers given up could not be looked at again");
                }
            }
            // The row's lease will end and a view will tell; until then nobody may take it.
            Err(panicked) => {
                tracing::error!(%panicked, "a step of the pipeline failed");
                self.turns.clear();
                self.lots_out = 0;
                self.rechecking = false;
                self.lots_known.clear();
            }
        }
        true
    }

    /// Whether others may be waiting for the place of a row: it was the last there was, or the last of its doctor or service.
    fn is_awaited(&self, row: &DueRow) -> bool {
        let line = line_of(row.state);
        self.backlog
            || self.turns.len() >= IN_FLIGHT
            || self.turns.out_of(row.doctor_id) >= PER_DOCTOR
            || self.turns.on(line) >= self.pipeline.allowed(row.state)
    }

    fn want_lot(&mut self, owner: Owner) {
        if self.lots_known.insert(owner.id()) {
            self.lots.push_back(owner);
        }
    }
}
