//! What the doctor does with a prescription after confirming it.

use chrono::NaiveDateTime;

use super::super::model::{Event, Item, Prescription, State, WaitReason};
use super::super::queries::{self, Fields, Refused, Step};
use crate::db::{Db, Owner};
use crate::identity::by::{By, Seen};

/// Why an act was not done. Not shown as it is: the page says what the prescription has become.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// Not in this archive.
    #[error("no such prescription in this archive")]
    NotFound,
    /// It has moved on since the page was shown, or its state does not admit the act.
    #[error("the prescription has moved on")]
    Stale,
    /// A request of it may still land at SAC: it cannot be taken back yet.
    #[error("a request is still unproven")]
    Unproven,
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// A prescription taken back, for the basket.
pub struct TakenBack {
    /// The row, now in `BOZZA`.
    pub row: Prescription,
    /// Its rows.
    pub items: Vec<Item>,
}

/// Asks for the annulment of a registered prescription; the runner does it.
pub fn request_annul(conn: &mut Db, by: &By, seen: Seen, reason: &str) -> Result<(), ActError> {
    let row = queries::find_owned(conn, by.owner, seen.id)?.ok_or(ActError::NotFound)?;
    let fields = Fields { annul_reason: Some(reason.to_owned()), ..Fields::default() }.at_rest().due(Some(by.now));
    act(conn, by, (&row, seen), Event::Annul, &fields)
}

/// Moves `row`, if it still is what was seen.
pub(super) fn act(
    conn: &mut Db,
    by: &By,
    (row, seen): (&Prescription, Seen),
    event: Event,
    fields: &Fields,
) -> Result<(), ActError> {
    let step = Step {
        id: row.id,
        from: row.state,
        event,
        revision: Some(seen.revision),
        attempt: None,
        actor: Some(by.actor),
        detail: "",
        now: by.now,
    };
    match queries::transition(conn, step, fields)? {
        Ok(_) => Ok(()),
        Err(Refused::Illegal(_) | Refused::Stale) => Err(ActError::Stale),
    }
}

/// Makes a waiting prescription due now. A content that changed after the confirmation must be taken back instead.
pub fn retry_now(conn: &mut Db, by: &By, id: i64) -> Result<(), ActError> {
    let row = queries::find_owned(conn, by.owner, id)?.ok_or(ActError::NotFound)?;
    let waits = row.state == State::ToSend && row.wait_reason != WaitReason::ContentChanged;
    if waits { due_now(conn, &row, by.now) } else { Err(ActError::Stale) }
}

/// Asks SAC now what became of an uncertain prescription.
pub fn verify_now(conn: &mut Db, by: &By, id: i64) -> Result<(), ActError> {
    let row = queries::find_owned(conn, by.owner, id)?.ok_or(ActError::NotFound)?;
    if row.state.can_verify() { due_now(conn, &row, by.now) } else { Err(ActError::Stale) }
}

/// Sends again a prescription that SAC's lists do not show, where SAC assigns the numbers: the doctor's decision, after the
/// searches were made. The lists are searched once more before anything goes out.
pub fn ask_resend(conn: &mut Db, by: &By, seen: Seen) -> Result<(), ActError> {
    let row = queries::find_owned(conn, by.owner, seen.id)?.ok_or(ActError::NotFound)?;
    if !row.can_resend() {
        return Err(ActError::Stale);
    }
    let fields = Fields { wait_reason: Some(WaitReason::None), attention: Some(false), ..Fields::default() };
    act(conn, by, (&row, seen), Event::AskResend, &fields.due(Some(by.now)))
}

fn due_now(conn: &mut Db, row: &Prescription, now: NaiveDateTime) -> Result<(), ActError> {
    if row.attempt_id.is_none() {
        if WaitReason::BY_CREDENTIALS.contains(&row.wait_reason) {
            // One call shows whether SAC takes them now; the others follow when it does.
            queries::forget_refusal(conn, Owner::of_doctor(row.doctor_id))?;
        }
        let fields = Fields { wait_reason: Some(WaitReason::None), ..Fields::default() }.due(Some(now));
        queries::set_wait(conn, row.id, row.state, None, &fields)?;
    }
    Ok(())
}

/// Takes a queued or refused prescription back into the basket, in the caller's transaction: the caller makes the draft.
///
/// A queued one whose earlier request is unproven stays: it may be registered already. Its number is burnt with it; a
/// refused one's number is burnt only in that case, and otherwise stays bound to it.
pub fn take_back(conn: &mut Db, by: &By, seen: Seen) -> Result<TakenBack, ActError> {
    let row = queries::find_owned(conn, by.owner, seen.id)?.ok_or(ActError::NotFound)?;
    let unproven = queries::has_unproven_send(conn, row.id, 0)?;
    if unproven && row.state == State::ToSend {
        return Err(ActError::Unproven);
    }
    act(conn, by, (&row, seen), Event::TakeBack, &Fields::default().at_rest())?;
    if let Some(nre) = row.nre.as_deref()
        && unproven
    {
        queries::burn_nre(conn, nre)?;
    }
    let items = queries::list_items(conn, &[row.id])?;
    Ok(TakenBack { row, items })
}
