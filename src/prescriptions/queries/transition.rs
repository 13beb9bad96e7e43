//! The one way a prescription changes state: a conditional update and its event row, in the caller's transaction.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Event, Illegal, Prescription, State, WaitReason, next};
use crate::db::schema::{prescription_events, prescriptions};
use crate::db::{Db, Owner};
use crate::identity::by::By;

/// Which row, in which state, under which conditions.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The prescription.
    pub id: i64,
    /// The state it must be in.
    pub from: State,
    /// What happens to it.
    pub event: Event,
    /// The revision the person saw, where a person decides.
    pub revision: Option<i64>,
    /// The attempt whose result this is: it must still be the row's, and its lease must run (fencing).
    pub attempt: Option<i64>,
    /// Who did it; `None` for the runner.
    pub actor: Option<i64>,
    /// For the event row: codes and reasons, never names or drugs.
    pub detail: &'a str,
    /// When.
    pub now: NaiveDateTime,
}

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The table has no such passage.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// Somebody else was first: state, revision, attempt or lease are no longer the expected ones.
    #[error("the row has moved on")]
    Stale,
}

/// What else changes in the row with the state. `None` = unchanged; `Some(None)` = cleared.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = prescriptions)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Fields {
    pub compiled_at: Option<NaiveDateTime>,
    pub confirmed_at: Option<Option<NaiveDateTime>>,
    pub confirmed_by: Option<Option<i64>>,
    pub content_hash: Option<String>,
    pub payload: Option<Option<String>>,
    pub nre: Option<Option<String>>,
    pub attempt_id: Option<Option<i64>>,
    pub lease_until: Option<Option<NaiveDateTime>>,
    pub next_try_at: Option<Option<NaiveDateTime>>,
    pub tries: Option<i64>,
    pub wait_reason: Option<WaitReason>,
    pub attention: Option<bool>,
    pub auth_code: Option<String>,
    pub registered_at: Option<Option<NaiveDateTime>>,
    pub errors: Option<String>,
    pub communications: Option<String>,
    pub sac_pdf: Option<Option<Vec<u8>>>,
    pub annul_reason: Option<String>,
    pub annulled_at: Option<Option<NaiveDateTime>>,
}

impl Fields {
    /// The attempt is over: nobody holds the row.
    #[must_use]
    pub fn released(mut self) -> Self {
        self.attempt_id = Some(None);
        self.lease_until = Some(None);
        self
    }

    /// Due at `at`; `None` = not until something happens.
    #[must_use]
    pub fn due(mut self, at: Option<NaiveDateTime>) -> Self {
        self.next_try_at = Some(at);
        self
    }

    /// Settled: nobody holds it, nothing is due, no reason to wait.
    #[must_use]
    pub fn at_rest(self) -> Self {
        let mut this = self.released().due(None);
        this.tries = Some(0);
        this.wait_reason = Some(WaitReason::None);
        this
    }
}

/// Moves one row along the table and writes its event, or writes nothing.
/// A refusal is an ordinary answer.
pub fn transition(conn: &mut Db, step: Step<'_>, fields: &Fields) -> QueryResult<Result<State, Refused>> {
    let to = match next(step.from, step.event) {
        Ok(to) => to,
        Err(illegal) => return Ok(Err(illegal.into())),
    };
    let row = prescriptions::table.find(step.id).filter(prescriptions::state.eq(step.from));
    let mut update = diesel::update(row).into_boxed();
    if let Some(revision) = step.revision {
        update = update.filter(prescriptions::revision.eq(revision));
    }
    if let Some(attempt) = step.attempt {
        update = update.filter(prescriptions::attempt_id.eq(attempt)).filter(prescriptions::lease_until.gt(step.now));
    }
    let changed = update
        .set((
            prescriptions::state.eq(to),
            prescriptions::revision.eq(prescriptions::revision + 1),
            prescriptions::updated_at.eq(step.now),
            fields,
        ))
        .execute(conn)?;
    if changed == 0 {
        return Ok(Err(Refused::Stale));
    }
    write_event(conn, &step, to)?;
    match to {
        State::Accepted => super::await_print(conn, step.id, step.now)?,
        State::Annulled => super::revoke_deliveries(conn, step.id, step.now)?,
        State::Discarded => super::note_refusal(conn, step.id, step.now)?,
        State::Draft if step.from == State::Discarded => {
            super::settle_refusal(conn, step.id, step.actor, step.now)?;
        }
        _ => {}
    }
    Ok(Ok(to))
}

/// The event row of a prescription just inserted: its passage from the basket.
pub fn birth(conn: &mut Db, by: &By, id: i64, to: State) -> QueryResult<()> {
    let event = if to == State::Pending { Event::Submit } else { Event::Confirm };
    let actor = Some(by.actor);
    let step = Step { id, from: State::Draft, event, revision: None, attempt: None, actor, detail: "", now: by.now };
    write_event(conn, &step, to)
}

fn write_event(conn: &mut Db, step: &Step<'_>, to: State) -> QueryResult<()> {
    diesel::insert_into(prescription_events::table)
        .values((
            prescription_events::prescription_id.eq(step.id),
            prescription_events::from_state.eq(step.from),
            prescription_events::to_state.eq(to),
            prescription_events::event.eq(step.event),
            prescription_events::actor_id.eq(step.actor),
            prescription_events::detail.eq(step.detail),
            prescription_events::happened_at.eq(step.now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes when and why a row waits, without changing its state. With `attempt`, only while that attempt holds it.
/// Answers whether the row was still there.
pub fn set_wait(conn: &mut Db, id: i64, state: State, attempt: Option<i64>, fields: &Fields) -> QueryResult<bool> {
    let row = prescriptions::table.find(id).filter(prescriptions::state.eq(state));
    let mut update = diesel::update(row).into_boxed();
    if let Some(attempt) = attempt {
        update = update.filter(prescriptions::attempt_id.eq(attempt));
    }
    Ok(update.set(fields).execute(conn)? == 1)
}

/// Gives a row to an attempt that leaves its state alone (a view, an annulment), if nobody else has it meanwhile.
pub fn hold(conn: &mut Db, row: &Prescription, attempt: i64, lease: NaiveDateTime) -> QueryResult<bool> {
    let free = prescriptions::table
        .find(row.id)
        .filter(prescriptions::state.eq(row.state))
        .filter(prescriptions::revision.eq(row.revision));
    let mut update = diesel::update(free).into_boxed();
    update = match row.attempt_id {
        Some(before) => update.filter(prescriptions::attempt_id.eq(before)),
        None => update.filter(prescriptions::attempt_id.is_null()),
    };
    let held = update
        .set((
            prescriptions::attempt_id.eq(attempt),
            prescriptions::lease_until.eq(lease),
            prescriptions::next_try_at.eq(lease),
            prescriptions::wait_reason.eq(WaitReason::None),
        ))
        .execute(conn)?;
    Ok(held == 1)
}

/// A result came too late: a view of an uncertain row is brought forward; where nothing more will be asked, a late
/// registration calls for the doctor's eye.
pub fn look_again(conn: &mut Db, id: i64, registered: bool, now: NaiveDateTime) -> QueryResult<()> {
    let uncertain = prescriptions::table
        .find(id)
        .filter(prescriptions::state.eq_any([State::Uncertain, State::AnnulUncertain]))
        .filter(prescriptions::attempt_id.is_null());
    diesel::update(uncertain).set(prescriptions::next_try_at.eq(now)).execute(conn)?;
    if registered {
        let closed = prescriptions::table.find(id).filter(prescriptions::state.eq_any([
            State::Discarded,
            State::Draft,
            State::Annulled,
        ]));
        diesel::update(closed).set(prescriptions::attention.eq(true)).execute(conn)?;
    }
    Ok(())
}

/// Puts the doctor's rows that nobody holds behind `reason`: what refused one would refuse all, whatever is to be asked.
/// Those that wait for a number too: lots are asked for with the same credentials.
pub fn hold_back(conn: &mut Db, owner: Owner, reason: WaitReason) -> QueryResult<usize> {
    let rows = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq_any(State::UNSETTLED))
        .filter(prescriptions::attempt_id.is_null())
        .filter(prescriptions::next_try_at.is_not_null().or(prescriptions::wait_reason.eq(WaitReason::NoNre)));
    diesel::update(rows)
        .set((prescriptions::wait_reason.eq(reason), prescriptions::next_try_at.eq(None::<NaiveDateTime>)))
        .execute(conn)
}

/// Says on the rows that are due and not yet held why they are not being sent: the breaker is open.
pub fn wait_for_breaker(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let rows = prescriptions::table
        .filter(prescriptions::state.eq(State::ToSend))
        .filter(prescriptions::next_try_at.le(now))
        .filter(prescriptions::wait_reason.eq(WaitReason::None));
    diesel::update(rows).set(prescriptions::wait_reason.eq(WaitReason::SacDown)).execute(conn)
}

/// SAC answers again: what waited for it is due now.
pub fn release_from_breaker(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let rows = prescriptions::table
        .filter(prescriptions::state.eq(State::ToSend))
        .filter(prescriptions::next_try_at.gt(now))
        .filter(prescriptions::wait_reason.eq(WaitReason::SacDown));
    diesel::update(rows).set(prescriptions::next_try_at.eq(now)).execute(conn)
}

/// The machine's clock was put back: nothing may wait for the time that went, so all that waits becomes due.
pub fn due_after_clock_jump(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    let rows = prescriptions::table
        .filter(prescriptions::state.eq_any(State::UNSETTLED))
        .filter(prescriptions::next_try_at.gt(now))
        .filter(prescriptions::attempt_id.is_null());
    diesel::update(rows).set(prescriptions::next_try_at.eq(now)).execute(conn)
}
