//! Changes of a record. Each runs in the caller's one transaction and leaves its line in the history.

use diesel::prelude::*;

use super::model::{Action, Entry, EntryValues, Problem, ProblemValues, Therapy, TherapyValues};
use super::queries;
use crate::db::Db;
use crate::identity::by::By;

/// How an attempt to write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written<E> {
    /// Done (or nothing had to be): the id of the entry.
    Done(i64),
    /// No such patient, entry or problem in this doctor's archive.
    NotThere,
    /// Somebody changed the entry since the form was opened; here is what it says now.
    Stale(E),
    /// The record already says so.
    Twin,
}

/// Whether the problem an entry names is one of the patient's.
fn problem_fits<V: EntryValues>(conn: &mut Db, by: &By, patient_id: i64, values: &V) -> QueryResult<bool> {
    match values.problem() {
        None => Ok(true),
        Some(id) => Problem::find(conn, by.owner, patient_id, id).map(|found| found.is_some()),
    }
}

/// Whether an entry other than `id` already says what `values` say.
fn has_twin<E: Entry>(
    conn: &mut Db,
    by: &By,
    (patient_id, id): (i64, Option<i64>),
    values: &E::Values,
) -> QueryResult<bool> {
    if !E::ONCE {
        return Ok(false);
    }
    let entries = E::list(conn, by.owner, patient_id)?;
    Ok(entries.iter().any(|entry| Some(entry.id()) != id && values.repeats(entry.values())))
}

/// Writes a new entry.
pub fn create<E: Entry>(conn: &mut Db, by: &By, patient_id: i64, values: &E::Values) -> QueryResult<Written<E>> {
    if !queries::owns_patient(conn, by.owner, patient_id)? || !problem_fits(conn, by, patient_id, values)? {
        return Ok(Written::NotThere);
    }
    if has_twin::<E>(conn, by, (patient_id, None), values)? {
        return Ok(Written::Twin);
    }
    let id = E::insert(conn, by, patient_id, values)?;
    queries::insert_change(conn, by, patient_id, (E::KIND, id), Action::Created, (None, values))?;
    Ok(Written::Done(id))
}

/// Corrects an entry that was seen at `revision`. `merge` gets what it says now and answers what it shall say, so that
/// a form need not carry the fields it does not show.
pub fn edit<E: Entry>(
    conn: &mut Db,
    by: &By,
    (patient_id, id): (i64, i64),
    revision: i64,
    merge: impl FnOnce(&E::Values) -> E::Values,
) -> QueryResult<Written<E>> {
    let Some(entry) = E::find(conn, by.owner, patient_id, id)? else { return Ok(Written::NotThere) };
    let values = merge(entry.values());
    // Nothing to change, also when this very form was sent twice.
    if values == *entry.values() {
        return Ok(Written::Done(id));
    }
    if entry.revision() != revision {
        return Ok(Written::Stale(entry));
    }
    // A problem that the entry already had stays allowed.
    if values.problem() != entry.values().problem() && !problem_fits(conn, by, patient_id, &values)? {
        return Ok(Written::NotThere);
    }
    if has_twin::<E>(conn, by, (patient_id, Some(id)), &values)? {
        return Ok(Written::Twin);
    }
    store(conn, by, patient_id, &entry, Action::Edited, &values)
}

/// Writes the next version of `entry`; a change that came between makes it stale.
fn store<E: Entry>(
    conn: &mut Db,
    by: &By,
    patient_id: i64,
    entry: &E,
    action: Action,
    values: &E::Values,
) -> QueryResult<Written<E>> {
    let id = entry.id();
    if !entry.update(conn, by, values)? {
        let now = E::find(conn, by.owner, patient_id, id)?;
        return Ok(now.map_or(Written::NotThere, Written::Stale));
    }
    queries::insert_change(conn, by, patient_id, (E::KIND, id), action, (Some(entry.values()), values))?;
    Ok(Written::Done(id))
}

/// Applies a change that says by itself what it wants (close, suspend, remove): asking twice is asking once, so no
/// revision is compared. `change` answers the new values, or nothing when they already are so.
fn set<E: Entry>(
    conn: &mut Db,
    by: &By,
    (patient_id, id): (i64, i64),
    action: Action,
    change: impl Fn(&E::Values) -> Option<E::Values>,
) -> QueryResult<Written<E>> {
    loop {
        let Some(entry) = E::find(conn, by.owner, patient_id, id)? else { return Ok(Written::NotThere) };
        let Some(values) = change(entry.values()) else { return Ok(Written::Done(id)) };
        match store(conn, by, patient_id, &entry, action, &values)? {
            Written::Stale(_) => {}
            ended => return Ok(ended),
        }
    }
}

/// Takes an entry out of the record, or brings it back.
pub fn set_removed<E: Entry>(conn: &mut Db, by: &By, entry: (i64, i64), removed: bool) -> QueryResult<Written<E>> {
    let action = if removed { Action::Removed } else { Action::Restored };
    set::<E>(conn, by, entry, action, |values| {
        let mut values = values.clone();
        let already = values.removed_on().is_some() == removed;
        values.set_removed(removed.then_some(by.today));
        (!already).then_some(values)
    })
}

/// Closes a problem today, or opens it again.
pub fn set_closed(conn: &mut Db, by: &By, problem: (i64, i64), closed: bool) -> QueryResult<Written<Problem>> {
    let action = if closed { Action::Closed } else { Action::Reopened };
    set::<Problem>(conn, by, problem, action, |values| {
        let closed_on = closed.then_some(by.today);
        (values.closed_on.is_some() != closed).then(|| ProblemValues { closed_on, ..values.clone() })
    })
}

/// Suspends a therapy today, or resumes it.
pub fn set_suspended(conn: &mut Db, by: &By, therapy: (i64, i64), suspended: bool) -> QueryResult<Written<Therapy>> {
    let action = if suspended { Action::Suspended } else { Action::Resumed };
    set::<Therapy>(conn, by, therapy, action, |values| {
        let suspended_on = suspended.then_some(by.today);
        (values.suspended_on.is_some() != suspended).then(|| TherapyValues { suspended_on, ..values.clone() })
    })
}
