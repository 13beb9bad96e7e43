//! What an annulment proved.

use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Event, Prescription, State, notes_from_json, notes_to_json};
use super::super::queries::{self, Fields};
use super::advance::advance;
use super::claim::Work;
use super::send::waiting;
use super::standing::hear_success;
use super::timings::delta;
use super::{Moment, Recorded};
use crate::db::Db;
use sac::{AnnulOutcome, NotProcessed, SacError};

/// SAC's code for "not in the state to be dispensed": annulled already, taken in charge, or dispensed.
const WRONG_STATE: &str = "1120";

/// Records the outcome of an annulment, if the row is still held by this attempt.
pub fn record_annul(conn: &mut Db, work: &Work, outcome: AnnulOutcome, at: Moment<'_>) -> QueryResult<Recorded> {
    let (proved, evidence) = evidence_of(&outcome);
    queries::close_attempt(conn, work.attempt, proved, &evidence, at.now)?;
    let Some(row) = queries::find(conn, work.prescription)? else { return Ok(Recorded::TooLate) };
    match outcome {
        AnnulOutcome::Annulled => {
            hear_success(conn, &work.credentials, at.now)?;
            let fields =
                Fields { annulled_at: Some(Some(at.now)), attention: Some(false), ..Fields::default() }.at_rest();
            let done = advance(conn, work, State::Annulling, Event::AnnulDone, &fields, "", at)?;
            if done == Recorded::Written {
                queries::burn_nre(conn, &work.message.nre)?;
            }
            Ok(done)
        }
        AnnulOutcome::Refused { errors } => refused(conn, &row, work, errors, at),
        AnnulOutcome::Unknown => {
            let fields = Fields { attention: Some(true), ..Fields::default() }.released().due(Some(at.now));
            advance(conn, work, State::Annulling, Event::AnnulUnproven, &fields, "5005", at)
        }
        AnnulOutcome::NotProcessed(cause) => not_processed(conn, &row, work, &cause, at),
        AnnulOutcome::Uncertain(reason) => {
            let first_view = at.now + delta(at.timings.first_view);
            let fields = Fields::default().released().due(Some(first_view));
            advance(conn, work, State::Annulling, Event::AnnulUnproven, &fields, &reason, at)
        }
    }
}

fn evidence_of(outcome: &AnnulOutcome) -> (AttemptOutcome, String) {
    match outcome {
        AnnulOutcome::Annulled => (AttemptOutcome::Done, String::new()),
        AnnulOutcome::Refused { errors } => {
            (AttemptOutcome::Refused, errors.iter().map(|error| error.code.as_str()).collect::<Vec<_>>().join(" "))
        }
        AnnulOutcome::Unknown => (AttemptOutcome::Unproven, "5005".to_owned()),
        AnnulOutcome::NotProcessed(cause) => (AttemptOutcome::NotProcessed, cause.to_string()),
        AnnulOutcome::Uncertain(reason) => (AttemptOutcome::Unproven, reason.clone()),
    }
}

/// Refused. When the reason is the prescription's state, a view tells which, so that the doctor reads "già erogata" and
/// not a code; an earlier annulment that went unanswered may even be the reason.
fn refused(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    refusals: Vec<SacError>,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    let about_state = refusals.iter().any(|error| error.code == WRONG_STATE);
    let codes = refusals.iter().map(|error| error.code.clone()).collect::<Vec<_>>().join(" ");
    let fields = Fields { errors: Some(with_refusals(row, refusals)), ..Fields::default() };
    if about_state {
        return advance(
            conn,
            work,
            State::Annulling,
            Event::AnnulUnproven,
            &fields.released().due(Some(at.now)),
            &codes,
            at,
        );
    }
    advance(conn, work, State::Annulling, Event::AnnulRefused, &fields.at_rest(), &codes, at)
}

/// The warnings the prescription was accepted with stay; refusals of an earlier annulment go.
fn with_refusals(row: &Prescription, refusals: Vec<SacError>) -> String {
    let mut errors: Vec<SacError> = notes_from_json(&row.errors);
    errors.retain(|error| !error.blocking);
    errors.extend(refusals.into_iter().map(|error| SacError { blocking: true, ..error }));
    notes_to_json(&errors)
}

fn not_processed(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    cause: &NotProcessed,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    if let NotProcessed::Fault(text) = cause {
        let fault = SacError { code: String::new(), text: text.clone(), row: 0, blocking: true };
        let fields = Fields { errors: Some(with_refusals(row, vec![fault])), ..Fields::default() }.at_rest();
        return advance(conn, work, State::Annulling, Event::AnnulRefused, &fields, "", at);
    }
    let fields = waiting(conn, work, cause, at)?;
    let written = queries::set_wait(conn, row.id, State::Annulling, Some(work.attempt), &fields)?;
    Ok(if written { Recorded::Written } else { Recorded::TooLate })
}
