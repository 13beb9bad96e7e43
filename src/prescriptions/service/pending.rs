//! What happens to a prescription that a collaborator prepared, until the doctor has decided: sent, refused, corrected, or
//! taken back by its author. Every change names the revision that was seen.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::super::model::{Content, Event, Item, NewItem, Prescription, State};
use super::super::queries::{self, Fields, Step};
use super::acts::{ActError, TakenBack, act};
use super::confirm::free_seconds;
use super::message::{build_message, content_hash};
use crate::db::Db;
use crate::identity::by::{By, Seen};
use crate::identity::model::{DoctorProfile, User};
use crate::identity::queries::find_doctor;

/// A prescription just confirmed, for what the record must learn of it.
pub struct Validated {
    /// The row as it was while it waited.
    pub row: Prescription,
    /// Its drugs.
    pub items: Vec<Item>,
}

/// What became of one of the rows to be confirmed.
pub enum Validation {
    /// It is in the queue.
    Queued(Box<Validated>),
    /// It is not what was seen any more: corrected, refused, taken back, or sent by another press.
    MovedOn,
    /// What the database holds is not what was prepared (R14): it must not be sent.
    Broken,
}

/// Confirms pending prescriptions, each only at the revision that was seen, in the caller's transaction; returns them in
/// the order asked. What is not of this archive has moved on.
/// Fails also when the doctor has no professional data.
pub fn confirm_pending(conn: &mut Db, by: &By, seen: &[Seen]) -> QueryResult<Vec<(i64, Validation)>> {
    let doctor = find_doctor(conn, by.owner.id())?.ok_or(diesel::result::Error::NotFound)?;
    let ids: Vec<i64> = seen.iter().map(|seen| seen.id).collect();
    let rows = queries::list_owned(conn, by.owner, &ids)?;
    let items = queries::list_items(conn, &ids)?;
    let mut seconds = free_seconds(conn, by.owner, &doctor.1, by.now)?;
    let mut done = Vec::with_capacity(seen.len());
    for seen in seen {
        let row = rows.iter().find(|row| row.seen() == *seen && row.state == State::Pending);
        let outcome = match row {
            None => Validation::MovedOn,
            Some(row) => {
                let items: Vec<Item> = items.iter().filter(|item| item.prescription_id == row.id).cloned().collect();
                confirm_one(conn, by, row, items, &doctor, seconds.take())?
            }
        };
        done.push((seen.id, outcome));
    }
    Ok(done)
}

fn confirm_one(
    conn: &mut Db,
    by: &By,
    row: &Prescription,
    items: Vec<Item>,
    (doctor, profile): &(User, DoctorProfile),
    compiled_at: NaiveDateTime,
) -> QueryResult<Validation> {
    if content_hash(&build_message(row, &items, doctor, profile, "")) != row.content_hash {
        return Ok(Validation::Broken);
    }
    // The day of the prescription is the day the doctor says yes.
    let signed = Prescription { compiled_at, ..row.clone() };
    let fields = Fields {
        compiled_at: Some(compiled_at),
        confirmed_at: Some(Some(by.now)),
        confirmed_by: Some(Some(by.actor)),
        content_hash: Some(content_hash(&build_message(&signed, &items, doctor, profile, ""))),
        ..Fields::default()
    }
    .due(Some(by.now));
    let step = Step {
        id: row.id,
        from: State::Pending,
        event: Event::Confirm,
        revision: Some(row.revision),
        attempt: None,
        actor: Some(by.actor),
        detail: "",
        now: by.now,
    };
    Ok(match queries::transition(conn, step, &fields)? {
        Ok(_) => Validation::Queued(Box::new(Validated { row: signed, items })),
        Err(_moved_on) => Validation::MovedOn,
    })
}

/// The doctor says no: it goes back to the collaborator with the reason. Final.
pub fn decline_pending(conn: &mut Db, by: &By, seen: Seen, reason: &str) -> Result<(), ActError> {
    let row = queries::find_owned(conn, by.owner, seen.id)?.ok_or(ActError::NotFound)?;
    let reason = Some(reason.to_owned());
    let fields = Fields { annul_reason: reason, annulled_at: Some(Some(by.now)), ..Fields::default() };
    act(conn, by, (&row, seen), Event::Decline, &fields.at_rest())
}

/// The collaborator takes back what the doctor has not decided yet; the caller puts its rows in the basket. Only who
/// prepared it may.
pub fn withdraw_pending(conn: &mut Db, by: &By, seen: Seen) -> Result<TakenBack, ActError> {
    let row = find_prepared(conn, by, seen.id)?;
    act(conn, by, (&row, seen), Event::Withdraw, &Fields::default().at_rest())?;
    let items = queries::list_items(conn, &[row.id])?;
    Ok(TakenBack { row, items })
}

/// What the doctor refused, with its rows, to be copied by who had prepared it.
/// Fails with [`ActError`]; [`ActError::Stale`] when it was not refused.
pub fn find_declined(conn: &mut Db, by: &By, id: i64) -> Result<TakenBack, ActError> {
    let row = find_prepared(conn, by, id)?;
    if row.state != State::Declined {
        return Err(ActError::Stale);
    }
    let items = queries::list_items(conn, &[id])?;
    Ok(TakenBack { row, items })
}

/// A prescription of the archive that this collaborator prepared; another collaborator's is not there.
fn find_prepared(conn: &mut Db, by: &By, id: i64) -> Result<Prescription, ActError> {
    let row = queries::find_owned(conn, by.owner, id)?;
    row.filter(|row| row.author_id == by.actor && row.is_prepared()).ok_or(ActError::NotFound)
}

/// The doctor writes another content in place of the collaborator's: a new revision, the old content is kept.
pub fn correct_pending(conn: &mut Db, by: &By, seen: Seen, content: &Content) -> Result<(), ActError> {
    let id = seen.id;
    let row = queries::find_owned(conn, by.owner, id)?.ok_or(ActError::NotFound)?;
    let items = queries::list_items(conn, &[id])?;
    let before = Content { head: row.head(), items: contents(&items) };
    act(conn, by, (&row, seen), Event::Correct, &Fields::default())?;
    queries::insert_version(conn, by, seen, &before)?;
    queries::set_head(conn, id, &content.head)?;
    queries::delete_items(conn, id)?;
    let items = queries::insert_items(conn, id, &content.items)?;
    let (doctor, profile) = find_doctor(conn, by.owner.id())?.ok_or(diesel::result::Error::NotFound)?;
    let row = queries::find(conn, id)?.ok_or(diesel::result::Error::NotFound)?;
    let hash = content_hash(&build_message(&row, &items, &doctor, &profile, ""));
    queries::set_wait(conn, id, State::Pending, None, &Fields { content_hash: Some(hash), ..Fields::default() })?;
    Ok(())
}

fn contents(items: &[Item]) -> Vec<NewItem> {
    items.iter().map(|item| item.content.clone()).collect()
}
