//! The runner takes a row in hand: what is to be asked of SAC is committed before the first byte goes out (R5).

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Event, Operation, Prescription, State, StoredCredentials, WaitReason};
use super::super::queries::{self, Fields, Step};
use super::lots::LOW_MARK;
use super::message::{build_message, content_hash};
use super::standing::usable_credentials;
use super::timings::{Timings, delta};
use crate::db::{Db, Owner};
use crate::identity::queries::find_doctor;
use crate::reference::queries::find_nre_rules;
use kernel::failpoint;
use kernel::region::RegionCode;
use sac::PrescriptionMessage;

/// A call to make, with everything it needs.
#[derive(Clone)]
pub struct Work {
    /// The prescription.
    pub prescription: i64,
    /// Whose it is.
    pub owner: Owner,
    /// The attempt this call is.
    pub attempt: i64,
    /// What to ask.
    pub operation: Operation,
    /// The frozen request, its number bound.
    pub message: PrescriptionMessage,
    /// The credentials, still sealed.
    pub credentials: StoredCredentials,
    /// The lot that its number was taken from has few left.
    pub low: bool,
}

/// What came of trying to take a row.
#[derive(Clone)]
pub enum Claim {
    /// A call to make.
    Work(Box<Work>),
    /// The row was moved or told to wait: nothing to call.
    Moved,
    /// Somebody else has it, or it is no longer due.
    NotNow,
}

/// Takes one row, whatever its state asks for, in the caller's transaction.
pub fn claim(conn: &mut Db, id: i64, timings: &Timings, now: NaiveDateTime) -> QueryResult<Claim> {
    let Some(row) = queries::find(conn, id)? else { return Ok(Claim::NotNow) };
    if row.next_try_at.is_none_or(|due| due > now) || row.lease_until.is_some_and(|end| end > now) {
        return Ok(Claim::NotNow);
    }
    if row.attempt_id.is_some() && matches!(row.state, State::Sending | State::Annulling) {
        return lease_over(conn, &row, now);
    }
    let credentials = match usable_credentials(conn, Owner::of_doctor(row.doctor_id), now)? {
        Ok(credentials) => credentials,
        Err(reason) => return wait(conn, &row, reason),
    };
    match row.state {
        State::ToSend => claim_send(conn, &row, credentials, timings, now),
        State::Annulling => hold(conn, &row, Operation::Annul, credentials, timings, now),
        State::AnnulUncertain => hold(conn, &row, Operation::View, credentials, timings, now),
        State::Uncertain => {
            let operation = resolving(conn, &row)?;
            hold(conn, &row, operation, credentials, timings, now)
        }
        _ => Ok(Claim::NotNow),
    }
}

/// What resolves an uncertain outcome. Without a number there is nothing to ask about: it is looked for.
fn resolving(conn: &mut Db, row: &Prescription) -> QueryResult<Operation> {
    Ok(if row.nre.is_none() {
        Operation::Search
    } else if find_nre_rules(conn, &row.region_code)?.replaces {
        Operation::Retire
    } else {
        Operation::View
    })
}

/// An attempt whose process died or was cut off: nobody knows what SAC did with it.
fn lease_over(conn: &mut Db, row: &Prescription, now: NaiveDateTime) -> QueryResult<Claim> {
    let step = step_of(row, Event::LeaseOver, now);
    let moved = queries::transition(conn, step, &Fields::default().released().due(Some(now)))?;
    Ok(if moved.is_ok() { Claim::Moved } else { Claim::NotNow })
}

const fn step_of(row: &Prescription, event: Event, now: NaiveDateTime) -> Step<'static> {
    Step {
        id: row.id,
        from: row.state,
        event,
        revision: Some(row.revision),
        attempt: None,
        actor: None,
        detail: "",
        now,
    }
}

/// The row waits until something happens outside the pipeline.
fn wait(conn: &mut Db, row: &Prescription, reason: WaitReason) -> QueryResult<Claim> {
    let fields = Fields { wait_reason: Some(reason), ..Fields::default() }.released().due(None);
    queries::set_wait(conn, row.id, row.state, None, &fields)?;
    Ok(Claim::Moved)
}

/// Binds the NRE (where SAC does not assign it), freezes the request, opens the attempt: one commit, before any byte
/// goes out.
fn claim_send(
    conn: &mut Db,
    row: &Prescription,
    credentials: StoredCredentials,
    timings: &Timings,
    now: NaiveDateTime,
) -> QueryResult<Claim> {
    let owner = Owner::of_doctor(row.doctor_id);
    let message = match frozen_or_built(conn, row, owner)? {
        Ok(message) => message,
        Err(reason) => return refuse_content(conn, row, reason),
    };
    let Some((message, low)) = with_number(conn, row, owner, message, now)? else {
        return wait(conn, row, WaitReason::NoNre);
    };
    failpoint::pass("C2");
    let attempt = queries::insert_attempt(conn, row.id, Operation::Send, now)?;
    let lease = now + delta(timings.lease);
    let fields = Fields {
        nre: (!message.nre.is_empty()).then(|| Some(message.nre.clone())),
        payload: Some(Some(serde_json::to_string(&message).map_err(not_json)?)),
        attempt_id: Some(Some(attempt)),
        lease_until: Some(Some(lease)),
        next_try_at: Some(Some(lease)),
        wait_reason: Some(WaitReason::None),
        ..Fields::default()
    };
    if queries::transition(conn, step_of(row, Event::Claim, now), &fields)?.is_err() {
        // Somebody else claimed it between our look and our update: roll the number back with everything else.
        return Err(diesel::result::Error::RollbackTransaction);
    }
    let operation = Operation::Send;
    Ok(Claim::Work(Box::new(Work { prescription: row.id, owner, attempt, operation, message, credentials, low })))
}

fn not_json(error: serde_json::Error) -> diesel::result::Error {
    diesel::result::Error::SerializationError(Box::new(error))
}

/// The request frozen by an earlier claim, or the one the rows make now; refused when it is not what was confirmed.
fn frozen_or_built(
    conn: &mut Db,
    row: &Prescription,
    owner: Owner,
) -> QueryResult<Result<PrescriptionMessage, WaitReason>> {
    let Some((doctor, profile)) = find_doctor(conn, owner.id())? else { return Ok(Err(WaitReason::NoCredentials)) };
    let items = queries::list_items(conn, &[row.id])?;
    let built = build_message(row, &items, &doctor, &profile, "");
    let frozen = row.payload.as_deref().map(serde_json::from_str::<PrescriptionMessage>);
    let message = match frozen {
        None => built.clone(),
        Some(Ok(frozen)) => frozen,
        Some(Err(_unreadable)) => return Ok(Err(WaitReason::ContentChanged)),
    };
    let same = content_hash(&message) == row.content_hash && content_hash(&built) == row.content_hash;
    Ok(if same { Ok(message) } else { Err(WaitReason::ContentChanged) })
}

/// What would go out is not what was confirmed: it stays, and asks for the doctor's eye.
fn refuse_content(conn: &mut Db, row: &Prescription, reason: WaitReason) -> QueryResult<Claim> {
    let fields = Fields { attention: Some(true), ..Fields::default() };
    queries::set_wait(conn, row.id, row.state, None, &fields)?;
    wait(conn, row, reason)
}

/// The message with its number: the one bound before, none where SAC assigns it, or the next of the doctor's lots; and
/// whether these run out.
fn with_number(
    conn: &mut Db,
    row: &Prescription,
    owner: Owner,
    message: PrescriptionMessage,
    now: NaiveDateTime,
) -> QueryResult<Option<(PrescriptionMessage, bool)>> {
    if !message.nre.is_empty() || find_nre_rules(conn, &row.region_code)?.assigned {
        return Ok(Some((message, false)));
    }
    let Ok(region) = RegionCode::parse(&row.region_code) else { return Ok(None) };
    let nre = queries::allocate_nre(conn, owner, &region, row.id, now)?;
    Ok(nre.map(|(nre, left)| (PrescriptionMessage { nre: nre.to_string(), ..message }, left < LOW_MARK)))
}

/// Opens an attempt on a row that stays in its state: anything but a send.
fn hold(
    conn: &mut Db,
    row: &Prescription,
    operation: Operation,
    credentials: StoredCredentials,
    timings: &Timings,
    now: NaiveDateTime,
) -> QueryResult<Claim> {
    let frozen = row.payload.as_deref().map(serde_json::from_str::<PrescriptionMessage>);
    let Some(Ok(mut message)) = frozen else { return refuse_content(conn, row, WaitReason::ContentChanged) };
    if message.nre.is_empty() {
        // The number came with SAC's answer, after the request was frozen.
        message.nre = row.nre.clone().unwrap_or_default();
    }
    let attempt = queries::insert_attempt(conn, row.id, operation, now)?;
    if !queries::hold(conn, row, attempt, now + delta(timings.lease))? {
        return Err(diesel::result::Error::RollbackTransaction);
    }
    let owner = Owner::of_doctor(row.doctor_id);
    let low = false;
    Ok(Claim::Work(Box::new(Work { prescription: row.id, owner, attempt, operation, message, credentials, low })))
}

impl Work {
    /// The holder's fiscal code, as in the frozen request.
    pub fn sender(&self) -> &str {
        &self.message.doctor
    }
}
