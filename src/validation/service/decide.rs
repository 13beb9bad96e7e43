//! The doctor's decision: one sent, all that was seen sent, one refused.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::{Db, Owner};
use crate::identity::queries::find_doctor_profile;
use crate::prescribing::service::{
    Findings, Lacking, Moment, Waiting, find_readiness, keep_answers, recheck, remember_validated,
};
use crate::prescriptions::model::{Prescription, State};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::{ActError, Validation, confirm_crash_point, confirm_pending, decline_pending};
use crate::record::model::Stamp;
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
fn check_ready(conn: &mut Db, owner: Owner, at: Moment) -> Result<(), DecideError> {
    let region = find_doctor_profile(conn, owner.id())?.map(|profile| profile.region_code).unwrap_or_default();
    let mut lacking = find_readiness(conn, (owner, &region), 0, at.now)?.lacking;
    lacking.retain(|lacking| *lacking != Lacking::Numbers);
    if lacking.is_empty() { Ok(()) } else { Err(DecideError::NotReady(lacking)) }
}

const fn stamp(owner: Owner, actor: i64, at: Moment) -> Stamp {
    Stamp { owner, actor, now: at.now, today: at.today }
}

/// Validates one prescription at the revision that was seen: it is queued, and the record learns of it.
pub fn send_one(
    conn: &mut Db,
    (owner, actor): (Owner, i64),
    (id, revision): (i64, i64),
    answers: &Answers,
    at: Moment,
) -> Result<(), DecideError> {
    if pipeline::find_owned(conn, owner, id)?.is_none() {
        return Err(DecideError::NotFound);
    }
    check_ready(conn, owner, at)?;
    let found = find_again(conn, owner, &[(id, revision)], at)?.remove(&id).unwrap_or_default();
    if !found.blocks.is_empty() {
        return Err(DecideError::Outdated);
    }
    let rows: Vec<_> = numbered(&found).map(|(number, safety)| (number, safety, answers.get(&number))).collect();
    if !rows.iter().all(|(_, safety, answer)| safety.is_answered(*answer)) {
        return Err(DecideError::Unanswered);
    }
    for (_, validation) in confirm_pending(conn, owner, actor, &[(id, revision)], at.now)? {
        match validation {
            Validation::Queued(validated) => {
                remember_validated(conn, &stamp(owner, actor, at), &validated)?;
                keep_answers(conn, id, &rows, (actor, at.now))?;
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
pub fn send_seen(
    conn: &mut Db,
    (owner, actor): (Owner, i64),
    window: impl Into<Window>,
    seen: &[(i64, i64)],
    at: Moment,
) -> Result<i64, DecideError> {
    let seen = of_this_archive(conn, owner, seen)?;
    if seen.is_empty() {
        return Err(DecideError::Nothing);
    }
    check_ready(conn, owner, at)?;
    let found = find_again(conn, owner, &seen, at)?;
    let left: Vec<(i64, RowOutcome)> = found.iter().filter_map(|(id, found)| Some((*id, held_back(found)?))).collect();
    let sendable: Vec<(i64, i64)> =
        seen.iter().copied().filter(|(id, _)| left.iter().all(|(held, _)| held != id)).collect();
    if sendable.is_empty() {
        let outdated = left.iter().any(|(_, outcome)| *outcome == RowOutcome::Outdated);
        return Err(if outdated { DecideError::Outdated } else { DecideError::Unanswered });
    }
    let stamp = stamp(owner, actor, at);
    let mut rows = Vec::with_capacity(seen.len());
    for (id, validation) in confirm_pending(conn, owner, actor, &sendable, at.now)? {
        let outcome = match validation {
            Validation::Queued(validated) => {
                remember_validated(conn, &stamp, &validated)?;
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
    let waiting = queries::list_pending_ids(conn, owner, Window { after, ..window }, most)?;
    rows.extend(waiting.into_iter().filter(|id| !known.contains(id)).map(|id| (id, beside(id, window))));
    let round = queries::insert_round(conn, owner, window.patient, at.now)?;
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
fn find_again(
    conn: &mut Db,
    owner: Owner,
    seen: &[(i64, i64)],
    at: Moment,
) -> diesel::QueryResult<BTreeMap<i64, Findings>> {
    let ids: Vec<i64> = seen.iter().map(|(id, _)| *id).collect();
    let mut rows = pipeline::list_owned(conn, owner, &ids)?;
    // What has moved on is not looked at: that it has is the answer.
    rows.retain(|row| row.state == State::Pending && seen.contains(&(row.id, row.revision)));
    look_again(conn, owner, &rows, at)
}

/// What today's record and formulary say of these.
pub(super) fn look_again(
    conn: &mut Db,
    owner: Owner,
    rows: &[Prescription],
    at: Moment,
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
    let found = recheck(conn, owner, &waiting, at.today)?;
    Ok(rows.iter().map(|row| row.id).zip(found).collect())
}

/// What was seen and is of this archive, each once, at most as many as a page shows.
fn of_this_archive(conn: &mut Db, owner: Owner, seen: &[(i64, i64)]) -> diesel::QueryResult<Vec<(i64, i64)>> {
    let mut once = HashSet::new();
    let mut seen: Vec<(i64, i64)> = seen.iter().copied().filter(|(id, _)| once.insert(*id)).take(LIST_MAX).collect();
    let ids: Vec<i64> = seen.iter().map(|(id, _)| *id).collect();
    let own: HashSet<i64> = pipeline::list_by_ids(conn, owner, &ids)?.into_iter().map(|row| row.id).collect();
    seen.retain(|(id, _)| own.contains(id));
    Ok(seen)
}

/// Refuses one prescription at the revision that was seen; the reason goes back to the collaborator.
pub fn decline(
    conn: &mut Db,
    (owner, actor): (Owner, i64),
    seen: (i64, i64),
    reason: &str,
    at: Moment,
) -> Result<(), DecideError> {
    Ok(decline_pending(conn, owner, actor, seen, reason, at.now)?)
}
