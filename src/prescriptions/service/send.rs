//! What a send proved, written on the row (reliability §3.3).

use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Event, State, WaitReason, notes_to_json};
use super::super::queries::{self, Fields};
use super::advance::advance;
use super::claim::Work;
use super::standing::{Heard, hear_refusal, hear_success};
use super::timings::delta;
use super::{Moment, Recorded, reason_of};
use crate::db::Db;
use kernel::dates;
use sac::{Communication, NotProcessed, Registration, SacError, SendOutcome};

/// Records the outcome of a send. Only the row's own attempt, with its lease running, may change the row; a later
/// result stays as evidence and brings the view forward.
pub fn record_send(conn: &mut Db, work: &Work, outcome: SendOutcome, at: Moment<'_>) -> QueryResult<Recorded> {
    match outcome {
        SendOutcome::Accepted(registration) => accepted(conn, work, registration, at),
        SendOutcome::Refused { errors, communications } => refused(conn, work, &errors, &communications, at),
        SendOutcome::AlreadyUsed => {
            close(conn, work, AttemptOutcome::AlreadyUsed, "1016", at)?;
            let fields = Fields::default().released().due(Some(at.now));
            advance(conn, work, State::Sending, Event::SendUnproven, &fields, "1016", at)
        }
        SendOutcome::NotProcessed(cause) => not_processed(conn, work, &cause, at),
        SendOutcome::Uncertain(reason) => {
            close(conn, work, AttemptOutcome::Unproven, &reason, at)?;
            let first_view = at.now + delta(at.timings.first_view);
            let fields = Fields::default().released().due(Some(first_view));
            advance(conn, work, State::Sending, Event::SendUnproven, &fields, &reason, at)
        }
    }
}

fn close(conn: &mut Db, work: &Work, outcome: AttemptOutcome, evidence: &str, at: Moment<'_>) -> QueryResult<bool> {
    queries::close_attempt(conn, work.attempt, outcome, evidence, at.now)
}

fn accepted(conn: &mut Db, work: &Work, registration: Registration, at: Moment<'_>) -> QueryResult<Recorded> {
    close(conn, work, AttemptOutcome::Done, &registration.auth_code, at)?;
    hear_success(conn, &work.credentials, at.now)?;
    advance(conn, work, State::Sending, Event::SendAccepted, &adopt(registration), "", at)
}

/// The fields of a registered prescription. Its number too: SAC may have assigned it.
pub(super) fn adopt(registration: Registration) -> Fields {
    Fields {
        nre: Some(Some(registration.nre)),
        auth_code: Some(registration.auth_code),
        registered_at: Some(Some(dates::from_rome(registration.registered_at))),
        errors: Some(notes_to_json(&registration.warnings)),
        communications: Some(notes_to_json(&registration.communications)),
        sac_pdf: Some(registration.pdf),
        attention: Some(false),
        ..Fields::default()
    }
    .at_rest()
}

fn refused(
    conn: &mut Db,
    work: &Work,
    errors: &[SacError],
    communications: &[Communication],
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    let codes = errors.iter().map(|error| error.code.as_str()).collect::<Vec<_>>().join(" ");
    close(conn, work, AttemptOutcome::Refused, &codes, at)?;
    let mut fields = Fields {
        errors: Some(notes_to_json(errors)),
        communications: Some(notes_to_json(communications)),
        ..Fields::default()
    };
    // This refusal says nothing of an earlier request that may still land: one more look before the doctor is told.
    if queries::has_unproven_send(conn, work.prescription, work.attempt)? {
        fields = fields.released().due(Some(at.now + delta(at.timings.first_view)));
        return advance(conn, work, State::Sending, Event::SendUnproven, &fields, &codes, at);
    }
    advance(conn, work, State::Sending, Event::SendRefused, &fields.at_rest(), &codes, at)
}

fn not_processed(conn: &mut Db, work: &Work, cause: &NotProcessed, at: Moment<'_>) -> QueryResult<Recorded> {
    let reason = reason_of(cause);
    close(conn, work, AttemptOutcome::NotProcessed, &cause.to_string(), at)?;
    let fields = waiting(conn, work, cause, at)?;
    advance(conn, work, State::Sending, Event::SendNotProcessed, &fields, reason.as_str(), at)
}

/// How a row waits after a call that was certainly not processed: again by itself when SAC could not be reached, or when
/// there are other credentials than those that were refused.
pub(super) fn waiting(conn: &mut Db, work: &Work, cause: &NotProcessed, at: Moment<'_>) -> QueryResult<Fields> {
    let tries = queries::find(conn, work.prescription)?.map_or(0, |row| row.tries).saturating_add(1);
    let mut reason = reason_of(cause);
    let again = match cause {
        NotProcessed::Unreachable(_) => Some(at.try_at(tries.min(at.timings.tries))),
        NotProcessed::CredentialsRefused(_) | NotProcessed::SessionRefused(_) => {
            match hear_refusal(conn, &work.credentials, cause, at.now)? {
                Heard::Held => None,
                Heard::Others => {
                    reason = WaitReason::None;
                    Some(at.now)
                }
            }
        }
        NotProcessed::Fault(_) => None,
    };
    let mut fields = Fields { wait_reason: Some(reason), ..Fields::default() }.released().due(again);
    fields.tries = Some(tries);
    if matches!(cause, NotProcessed::Fault(_)) {
        let fault = SacError { code: String::new(), text: cause.to_string(), row: 0, blocking: true };
        fields.errors = Some(notes_to_json(&[fault]));
        fields.attention = Some(true);
    }
    Ok(fields)
}
