//! The doctor's decision: one sent, all that was seen sent, one refused.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::{Db, Owner};
use crate::identity::by::{By, Seen};
use crate::identity::queries::find_doctor_profile;
use crate::prescribing::service::{
    Findings, Lacking, Waiting, find_readiness, keep_answers, recheck, remember_validated,
};
use crate::prescriptions::model::{Prescription, State};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::{ActError, Validation, confirm_crash_point, confirm_pending, decline_pending};
use crate::safety::{Answer, Assessment};
use crate::validation::model::{LIST_MAX, RowOutcome, Window};
use crate::validation::queries;

/// Why drugs are sent in spite of an alert, by the row's number in the prescription.
pub type Answers = HashMap<i64, Answer>;

/// Why nothing was decided; the transaction must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// Not in this archive.
    #[error("no such prescription in this archive")]
    NotFound,
    /// It does not wait any more as it was seen.
    #[error("the prescription has moved on")]
    MovedOn,
    /// What is kept is not what was prepared: it must not be sent.
    #[error("the content is not what was prepared")]
    Broken,
    /// Nothing was seen.
    #[error("nothing to send")]
    Nothing,
    /// Profile, credentials or session are missing: nothing could leave.
    #[error("the doctor cannot send now")]
    NotReady(Vec<Lacking>),
    /// Since it was prepared an exemption has run out, or a drug is paid by the SSN no more: it must be corrected first.
    #[error("today it cannot be sent as it stands")]
    Outdated,
    /// Something speaks against a drug, and was not answered as it stands.
    #[error("an alert is not answered")]
    Unanswered,
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
    /// The pool.
    #[error(transparent)]
    Pool(#[from] crate::db::DbError),
}

impl From<ActError> for DecideError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::NotFound,
            ActError::Stale | ActError::Unproven => Self::MovedOn,
            ActError::Db(error) => Self::Db(error),
        }
    }
}

/// What only the doctor can put right before anything is sent. Numbers are not among it: the runner asks for a lot by
/// itself, and what has none waits.
fn check_ready(conn: &mut Db, by: &By) -> Result<(), DecideError> {
    let region = find_doctor_profile(conn, by.owner.id())?.map(|profile| profile.region_code).unwrap_or_default();
    let mut lacking = find_readiness(conn, (by.owner, &region), 0, by.now)?.lacking;
    lacking.retain(|lacking| *lacking != Lacking::Numbers);
    if lacking.is_empty() { Ok(()) } else { Err(DecideError::NotReady(lacking)) }
}

/// Validates one prescription at the revision that was seen: it is queued, and the record learns of it.
pub fn send_one(conn: &mut Db, by: &By, seen: Seen, answers: &Answers) -> Result<(), DecideError> {
    if pipeline::find_owned(conn, by.owner, seen.id)?.is_none() {
        return Err(DecideError::NotFound);
    }
    check_ready(conn, by)?;
    let found = find_again(conn, by, &[seen])?.remove(&seen.id).unwrap_or_default();
    if !found.blocks.is_empty() {
        return Err(DecideError::Outdated);
    }
    let rows: Vec<_> = numbered(&found).map(|(number, safety)| (number, safety, answers.get(&number))).collect();
    if !rows.iter().all(|(_, safety, answer)| safety.is_answered(*answer)) {
        return Err(DecideError::Unanswered);
    }
    for (_, validation) in confirm_pending(conn, by, &[seen])? {
        match validation {
            Validation::Queued(validated) => {
                remember_validated(conn, by, &validated)?;
                keep_answers(conn, by, seen.id, &rows)?;
            }
            Validation::MovedOn => return Err(DecideError::MovedOn),
            Validation::Broken => return Err(DecideError::Broken),
        }
    }
    confirm_crash_point();
    Ok(())
}

/// INVIA TUTTI: validates exactly the rows that were seen, each at the revision that was seen (R9), and answers the
/// round's id. What has changed, and what came after the page was shown, is noted in the round and not sent. `patient`
/// is the filter of the page. What something speaks against is left too: it wants an answer of its own.
pub fn send_seen(conn: &mut Db, by: &By, window: impl Into<Window>, seen: &[Seen]) -> Result<i64, DecideError> {
    let seen = of_this_archive(conn, by.owner, seen)?;
    if seen.is_empty() {
        return Err(DecideError::Nothing);
    }
    check_ready(conn, by)?;
    let found = find_again(conn, by, &seen)?;
    let left: Vec<(i64, RowOutcome)> = found.iter().filter_map(|(id, found)| Some((*id, held_back(found)?))).collect();
    let sendable: Vec<Seen> =
        seen.iter().copied().filter(|seen| left.iter().all(|(held, _)| *held != seen.id)).collect();
    if sendable.is_empty() {
        let outdated = left.iter().any(|(_, outcome)| *outcome == RowOutcome::Outdated);
        return Err(if outdated { DecideError::Outdated } else { DecideError::Unanswered });
    }
    let mut rows = Vec::with_capacity(seen.len());
    for (id, validation) in confirm_pending(conn, by, &sendable)? {
        let outcome = match validation {
            Validation::Queued(validated) => {
                remember_validated(conn, by, &validated)?;
                RowOutcome::Sent
            }
            Validation::MovedOn => RowOutcome::Changed,
            Validation::Broken => RowOutcome::Broken,
        };
        rows.push((id, outcome));
    }
    rows.extend(left);
    let known: HashSet<i64> = rows.iter().map(|(id, _)| *id).collect();
    let window: Window = window.into();
    // What came later has a later id than all that waited; what is after the page was not on it.
    let after = known.iter().max().copied().unwrap_or(0);
    let most = i64::try_from(LIST_MAX).unwrap_or(i64::MAX);
    let waiting = queries::list_pending_ids(conn, by.owner, Window { after, ..window }, most)?;
    rows.extend(waiting.into_iter().filter(|id| !known.contains(id)).map(|id| (id, beside(id, window))));
    let round = queries::insert_round(conn, by.owner, window.patient, by.now)?;
    queries::insert_round_rows(conn, round, &rows)?;
    confirm_crash_point();
    Ok(round)
}

/// Why a row that was not on the page is not sent.
const fn beside(id: i64, window: Window) -> RowOutcome {
    if id <= window.newest { RowOutcome::Beyond } else { RowOutcome::New }
}

/// Why INVIA TUTTI leaves a row behind; `None`: it goes.
fn held_back(found: &Findings) -> Option<RowOutcome> {
    if !found.blocks.is_empty() {
        return Some(RowOutcome::Outdated);
    }
    found.stops_sending().then_some(RowOutcome::Alerted)
}

/// The drugs' row numbers beside what speaks against them.
pub(super) fn numbered(found: &Findings) -> impl Iterator<Item = (i64, &Assessment)> {
    (1_i64..).zip(found.drugs.iter().map(|drug| &drug.safety))
}

/// What today's record and formulary say of these, as far as they wait as they were seen.
fn find_again(conn: &mut Db, by: &By, seen: &[Seen]) -> diesel::QueryResult<BTreeMap<i64, Findings>> {
    let ids: Vec<i64> = seen.iter().map(|seen| seen.id).collect();
    let mut rows = pipeline::list_owned(conn, by.owner, &ids)?;
    // What has moved on is not looked at: that it has is the answer.
    rows.retain(|row| row.state == State::Pending && seen.contains(&row.seen()));
    look_again(conn, by, &rows)
}

/// What today's record and formulary say of these.
pub(super) fn look_again(
    conn: &mut Db,
    by: &By,
    rows: &[Prescription],
) -> diesel::QueryResult<BTreeMap<i64, Findings>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = pipeline::list_items(conn, &ids)?;
    let own = |id: i64| items.iter().filter(move |item| item.prescription_id == id).map(|item| &item.content);
    let waiting: Vec<Waiting<'_>> = rows
        .iter()
        .map(|row| Waiting {
            id: row.id,
            patient: row.patient_id,
            exemption: &row.exemption_code,
            items: own(row.id).collect(),
        })
        .collect();
    let found = recheck(conn, by.owner, &waiting, by.today)?;
    Ok(rows.iter().map(|row| row.id).zip(found).collect())
}

/// What was seen and is of this archive, each once, at most as many as a page shows.
fn of_this_archive(conn: &mut Db, owner: Owner, seen: &[Seen]) -> diesel::QueryResult<Vec<Seen>> {
    let mut once = HashSet::new();
    let mut seen: Vec<Seen> = seen.iter().copied().filter(|seen| once.insert(seen.id)).take(LIST_MAX).collect();
    let ids: Vec<i64> = seen.iter().map(|seen| seen.id).collect();
    let own: HashSet<i64> = pipeline::list_by_ids(conn, owner, &ids)?.into_iter().map(|row| row.id).collect();
    seen.retain(|seen| own.contains(&seen.id));
    Ok(seen)
}

/// Refuses one prescription at the revision that was seen; the reason goes back to the collaborator.
pub fn decline(conn: &mut Db, by: &By, seen: Seen, reason: &str) -> Result<(), DecideError> {
    Ok(decline_pending(conn, by, seen, reason)?)
}
