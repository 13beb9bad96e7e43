//! After a lost answer where SAC assigns the numbers (policy C): there is no number to ask about, and a second request
//! would make a second prescription. So SAC's list of used numbers is searched for what may be ours, and each number of it
//! that we do not know is looked at.
//!
//! One that is ours is adopted. Nothing, in three whole searches within a quarter of an hour, is as much proof as there can
//! be, and still the doctor decides. What cannot be looked at whole proves nothing.

use std::time::Instant;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Event, Operation, Prescription, State, WaitReason};
use super::super::queries::{self, Fields};
use super::claim::Work;
use super::send::adopt;
use super::view::{close, finish, keep, not_processed, step, try_again};
use super::{Moment, Pipeline, Recorded};
use crate::db::{Db, DbError};
use sac::{
    Likeness, NotProcessed, ProcessState, SacError, SenderCredentials, UsedNre, UsedNres, UsedNresQuery, ViewOutcome,
    ViewedPrescription, likeness,
};

/// Numbers looked at in one search. More of one second there cannot be, short of another program gone mad.
const MOST: usize = 20;
/// Around the second of writing, so that the ends of SAC's period do not matter.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// Evidence of a search that looked at everything and found nothing.
pub(super) const NOTHING: &str = "nessuna";

/// What a search came to.
#[derive(Debug)]
pub enum SearchOutcome {
    /// One is ours.
    Found(Box<ViewedPrescription>),
    /// Everything was looked at, and nothing is or may be ours.
    Nothing,
    /// So many may be ours, and nothing tells which, or whether.
    Doubtful(usize),
    /// SAC does not show its list.
    Refused(Vec<SacError>),
    /// Certainly not answered.
    NotProcessed(NotProcessed),
    /// Not everything could be looked at.
    Uncertain(String),
}

impl Pipeline {
    /// Searches SAC's list for the prescription of `work`.
    pub(super) async fn search(&self, credentials: &SenderCredentials, work: &Work) -> Result<SearchOutcome, DbError> {
        let sent = &work.message;
        let query = UsedNresQuery {
            region: sent.region.clone(),
            doctor: sent.doctor.clone(),
            kind: sent.kind.clone(),
            period: Some((sent.compiled_at - MARGIN, sent.compiled_at + MARGIN)),
            ..UsedNresQuery::default()
        };
        let records = match self.sac().used_nres(credentials, &query).await {
            UsedNres::Listed(records) => records,
            UsedNres::Refused { errors } => return Ok(SearchOutcome::Refused(errors)),
            UsedNres::NotProcessed(cause) => return Ok(SearchOutcome::NotProcessed(cause)),
            UsedNres::Uncertain(reason) => return Ok(SearchOutcome::Uncertain(reason)),
        };
        let may_be = |record: &UsedNre| {
            record.compiled_at.is_none_or(|at| at == sent.compiled_at)
                && (record.kind.is_empty() || record.kind == sent.kind)
        };
        let numbers: Vec<String> = records.into_iter().filter(may_be).map(|record| record.nre).collect();
        let asked = numbers.clone();
        let known = self.db().read(move |conn| Ok::<_, DbError>(queries::list_known_numbers(conn, &asked)?)).await?;
        let unknown: Vec<String> = numbers.into_iter().filter(|nre| !known.contains(nre)).collect();
        Ok(self.look_at(credentials, work, &unknown).await)
    }

    /// Views each of `numbers` and weighs what they are, within half the lease.
    async fn look_at(&self, credentials: &SenderCredentials, work: &Work, numbers: &[String]) -> SearchOutcome {
        if numbers.len() > MOST {
            return SearchOutcome::Uncertain(format!("{} numeri da guardare", numbers.len()));
        }
        let (started, half) = (Instant::now(), self.timings().lease / 2);
        let (mut ours, mut doubtful) = (Vec::new(), 0);
        for nre in numbers {
            if started.elapsed() > half {
                return SearchOutcome::Uncertain("elenco non guardato per intero".to_owned());
            }
            match self.sac().view(credentials, nre, work.sender()).await {
                ViewOutcome::Found(found) => match likeness(&work.message, &found.message) {
                    Likeness::Same => ours.push(found),
                    Likeness::Doubtful => doubtful += 1,
                    Likeness::Other => {}
                },
                ViewOutcome::NotProcessed(cause) => return SearchOutcome::NotProcessed(cause),
                ViewOutcome::Uncertain(reason) => return SearchOutcome::Uncertain(reason),
                ViewOutcome::Refused { errors } => return SearchOutcome::Refused(errors),
                ViewOutcome::Unknown => {
                    return SearchOutcome::Uncertain("un numero dell'elenco non si lascia guardare".to_owned());
                }
            }
        }
        let candidates = ours.len() + doubtful;
        match ours.pop() {
            Some(found) if candidates == 1 => SearchOutcome::Found(found),
            None if candidates == 0 => SearchOutcome::Nothing,
            _ => SearchOutcome::Doubtful(candidates),
        }
    }
}

fn evidence_of(outcome: &SearchOutcome) -> (AttemptOutcome, String) {
    match outcome {
        SearchOutcome::Found(found) => (AttemptOutcome::Done, format!("stato {}", found.state.number())),
        SearchOutcome::Nothing => (AttemptOutcome::Done, NOTHING.to_owned()),
        SearchOutcome::Doubtful(count) => (AttemptOutcome::Done, format!("dubbie {count}")),
        SearchOutcome::Refused(errors) => {
            (AttemptOutcome::Refused, errors.first().map(|error| error.code.clone()).unwrap_or_default())
        }
        SearchOutcome::NotProcessed(cause) => (AttemptOutcome::NotProcessed, cause.to_string()),
        SearchOutcome::Uncertain(reason) => (AttemptOutcome::Unproven, reason.clone()),
    }
}

/// Records what a search found, if the row is still held by this attempt.
pub fn record_search(conn: &mut Db, work: &Work, outcome: SearchOutcome, at: Moment<'_>) -> QueryResult<Recorded> {
    let (proved, evidence) = evidence_of(&outcome);
    let row = close(conn, work, (proved, &evidence), at)?;
    let Some(row) = row.filter(|row| row.state == State::Uncertain) else { return Ok(Recorded::TooLate) };
    match outcome {
        SearchOutcome::Found(found) => found_listed(conn, &row, work, &found, at),
        SearchOutcome::Nothing => nothing_listed(conn, &row, work, at),
        SearchOutcome::Doubtful(_) => wait_for_doctor(conn, &row, work, WaitReason::Doubtful),
        SearchOutcome::Refused(errors) => try_again(conn, &row, work, errors.into_iter().next(), true, at),
        SearchOutcome::NotProcessed(cause) => not_processed(conn, &row, work, &cause, at),
        SearchOutcome::Uncertain(_) => try_again(conn, &row, work, None, false, at),
    }
}

/// The single one that is ours: its number and code are adopted.
fn found_listed(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    found: &ViewedPrescription,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    // Another row may have adopted it between the search and now.
    let number = found.message.nre.clone();
    if !queries::list_known_numbers(conn, &[number])?.is_empty() {
        return try_again(conn, row, work, None, false, at);
    }
    let Some(registration) = found.registration() else { return try_again(conn, row, work, None, false, at) };
    let detail = format!("stato {}", found.state.number());
    let adopted = adopt(registration);
    if found.state == ProcessState::Annulled {
        let fields = Fields { nre: adopted.nre, annulled_at: Some(Some(at.now)), ..Fields::default() }.at_rest();
        return finish(conn, step(row, work, Event::ViewAnnulled, &detail, at), &fields);
    }
    finish(conn, step(row, work, Event::ViewFound, &detail, at), &adopted)
}

/// Nothing is there: searched again until it was enough; then the doctor's word counts, and not before.
fn nothing_listed(conn: &mut Db, row: &Prescription, work: &Work, at: Moment<'_>) -> QueryResult<Recorded> {
    if queries::find_last_event(conn, row.id)? == Some(Event::AskResend) {
        let fields = Fields { tries: Some(0), attention: Some(false), ..Fields::default() };
        let fields = Fields { wait_reason: Some(WaitReason::None), ..fields }.released().due(Some(at.now));
        return finish(conn, step(row, work, Event::ListMissing, NOTHING, at), &fields);
    }
    let searched = queries::find_searched(conn, row.id, NOTHING)?;
    let next = searched.and_then(|searched| at.timings.next_search(searched.sent_at, searched.empty, at.now));
    if let Some(next) = next {
        let fields = Fields { tries: Some(0), ..Fields::default() }.released().due(Some(next));
        return keep(conn, row, work, &fields);
    }
    if queries::last_outcome(conn, row.id, Operation::Send)? == Some(AttemptOutcome::Refused) {
        return finish(conn, step(row, work, Event::ViewMissingRefused, NOTHING, at), &Fields::default().at_rest());
    }
    wait_for_doctor(conn, row, work, WaitReason::NothingListed)
}

fn wait_for_doctor(conn: &mut Db, row: &Prescription, work: &Work, reason: WaitReason) -> QueryResult<Recorded> {
    let fields = Fields { attention: Some(true), wait_reason: Some(reason), ..Fields::default() };
    keep(conn, row, work, &fields.released().due(None))
}
