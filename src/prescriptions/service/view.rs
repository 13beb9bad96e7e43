//! What a view proved: the only judge of an uncertain outcome (policy A).

use diesel::prelude::*;

use super::super::model::{
    AttemptOutcome, Event, Operation, Prescription, State, WaitReason, notes_from_json, notes_to_json,
};
use super::super::queries::{self, Fields, Step};
use super::claim::Work;
use super::send::{adopt, waiting};
use super::standing::hear_success;
use super::{Moment, Recorded};
use crate::db::Db;
use sac::{Difference, NotProcessed, ProcessState, SacError, ViewOutcome, ViewedPrescription, same_content};

/// Records what a view showed, if the row is still held by this attempt.
pub fn record_view(conn: &mut Db, work: &Work, outcome: ViewOutcome, at: Moment<'_>) -> QueryResult<Recorded> {
    let (proved, evidence) = evidence_of(&outcome);
    let Some(row) = close(conn, work, (proved, &evidence), at)? else { return Ok(Recorded::TooLate) };
    seen(conn, &row, work, outcome, at)
}

/// Closes the attempt with what it proved; returns the row, while this attempt still holds it and its lease runs.
pub(super) fn close(
    conn: &mut Db,
    work: &Work,
    (proved, evidence): (AttemptOutcome, &str),
    at: Moment<'_>,
) -> QueryResult<Option<Prescription>> {
    queries::close_attempt(conn, work.attempt, proved, evidence, at.now)?;
    if proved == AttemptOutcome::Done {
        hear_success(conn, &work.credentials, at.now)?;
    }
    let row = queries::find(conn, work.prescription)?;
    Ok(row.filter(|row| row.attempt_id == Some(work.attempt) && row.lease_until.is_some_and(|end| end > at.now)))
}

/// What a view means for the row that the attempt holds.
pub(super) fn seen(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    outcome: ViewOutcome,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    match (row.state, outcome) {
        (State::Uncertain, ViewOutcome::Found(found)) => found_sent(conn, row, work, &found, at),
        (State::Uncertain, ViewOutcome::Unknown) => missing_sent(conn, row, work, at),
        (_, ViewOutcome::Found(found)) => found_annulling(conn, row, work, &found, at),
        (_, ViewOutcome::Unknown) => {
            let error = note("Il SAC non conosce più questa ricetta.");
            try_again(conn, row, work, Some(error), true, at)
        }
        (_, ViewOutcome::Refused { errors }) => try_again(conn, row, work, errors.into_iter().next(), true, at),
        (_, ViewOutcome::NotProcessed(cause)) => not_processed(conn, row, work, &cause, at),
        (_, ViewOutcome::Uncertain(_)) => try_again(conn, row, work, None, false, at),
    }
}

pub(super) fn evidence_of(outcome: &ViewOutcome) -> (AttemptOutcome, String) {
    match outcome {
        ViewOutcome::Found(found) => (AttemptOutcome::Done, format!("stato {}", found.state.number())),
        ViewOutcome::Unknown => (AttemptOutcome::Done, "5005".to_owned()),
        ViewOutcome::Refused { errors } => {
            (AttemptOutcome::Refused, errors.first().map(|error| error.code.clone()).unwrap_or_default())
        }
        ViewOutcome::NotProcessed(cause) => (AttemptOutcome::NotProcessed, cause.to_string()),
        ViewOutcome::Uncertain(reason) => (AttemptOutcome::Unproven, reason.clone()),
    }
}

/// A remark of ours, kept beside SAC's.
pub(super) fn note(text: &str) -> SacError {
    SacError { code: String::new(), text: text.to_owned(), row: 0, blocking: true }
}

pub(super) const fn step<'a>(
    row: &Prescription,
    work: &Work,
    event: Event,
    detail: &'a str,
    at: Moment<'_>,
) -> Step<'a> {
    Step {
        id: row.id,
        from: row.state,
        event,
        revision: None,
        attempt: Some(work.attempt),
        actor: None,
        detail,
        now: at.now,
    }
}

pub(super) fn finish(conn: &mut Db, step: Step<'_>, fields: &Fields) -> QueryResult<Recorded> {
    Ok(queries::transition(conn, step, fields)?.map_or(Recorded::TooLate, |_| Recorded::Written))
}

/// SAC has it. Ours, if the content is: then its code is adopted.
fn found_sent(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    found: &ViewedPrescription,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    if matches!(found.state, ProcessState::LotWithoutDoctor | ProcessState::LotOfDoctor) {
        return missing_sent(conn, row, work, at);
    }
    if let Err(difference) = same_content(&work.message, &found.message) {
        if is_another(difference) {
            return other_found(conn, row, work, at);
        }
        tracing::error!(prescription.id = row.id, %difference, "SAC holds something else under our NRE");
        let error = note("Sotto questo NRE il SAC ha una ricetta diversa: non è stata adottata.");
        let fields = Fields { attention: Some(true), errors: Some(notes_to_json(&[error])), ..Fields::default() };
        return keep(conn, row, work, &fields.released().due(None));
    }
    if found.state == ProcessState::Annulled {
        let fields = Fields { annulled_at: Some(Some(at.now)), ..Fields::default() }.at_rest();
        queries::burn_nre(conn, &work.message.nre)?;
        return finish(conn, step(row, work, Event::ViewAnnulled, "stato 4", at), &fields);
    }
    match found.registration() {
        Some(registration) => {
            let detail = format!("stato {}", found.state.number());
            finish(conn, step(row, work, Event::ViewFound, &detail, at), &adopt(registration))
        }
        None => try_again(conn, row, work, None, false, at),
    }
}

/// Another doctor, kind or moment of writing, and not merely other rows: no request of ours can have become that. The same
/// moment with other rows is left to a person.
const fn is_another(difference: Difference) -> bool {
    matches!(difference, Difference::Doctor | Difference::Kind | Difference::CompiledAt)
}

/// Whether a view showed a prescription that is certainly not the one that was asked about.
pub fn shows_another(work: &Work, outcome: &ViewOutcome) -> bool {
    let ViewOutcome::Found(found) = outcome else { return false };
    let unused = matches!(found.state, ProcessState::LotWithoutDoctor | ProcessState::LotOfDoctor);
    !unused && same_content(&work.message, &found.message).is_err_and(is_another)
}

/// Under the number SAC has another prescription (a backup was restored, and the number had been used since): ours was
/// never registered and cannot be, under this number. The number is burnt; corrected, it takes a new one.
fn other_found(conn: &mut Db, row: &Prescription, work: &Work, at: Moment<'_>) -> QueryResult<Recorded> {
    let error = SacError {
        code: ALREADY_USED.to_owned(),
        text: "Sotto questo numero il SAC ha già un’altra ricetta: con «Correggi e reinvia» ne prende uno nuovo."
            .to_owned(),
        row: 0,
        blocking: true,
    };
    let fields = Fields { errors: Some(notes_to_json(&[error])), ..Fields::default() }.at_rest();
    queries::burn_nre(conn, &work.message.nre)?;
    finish(conn, step(row, work, Event::ViewOther, ALREADY_USED, at), &fields)
}

/// SAC's code for a number that is used already.
const ALREADY_USED: &str = "1016";

/// SAC does not have it: the same frozen request goes out again, unless the last one was refused.
fn missing_sent(conn: &mut Db, row: &Prescription, work: &Work, at: Moment<'_>) -> QueryResult<Recorded> {
    if queries::last_outcome(conn, row.id, Operation::Send)? == Some(AttemptOutcome::Refused) {
        let fields = Fields::default().at_rest();
        return finish(conn, step(row, work, Event::ViewMissingRefused, "5005", at), &fields);
    }
    let tries = row.tries.saturating_add(1);
    // The first time at once: the doctor is waiting.
    let again = if tries == 1 { at.now } else { at.try_at(tries) };
    let mut fields = Fields { tries: Some(tries), wait_reason: Some(WaitReason::None), ..Fields::default() };
    fields.attention = at.timings.is_spent(tries).then_some(true);
    finish(conn, step(row, work, Event::ViewMissing, "5005", at), &fields.released().due(Some(again)))
}

/// What SAC shows of a prescription whose annulment is uncertain.
fn found_annulling(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    found: &ViewedPrescription,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    let detail = format!("stato {}", found.state.number());
    match found.state {
        ProcessState::Annulled => {
            let fields =
                Fields { annulled_at: Some(Some(at.now)), attention: Some(false), ..Fields::default() }.at_rest();
            queries::burn_nre(conn, &work.message.nre)?;
            finish(conn, step(row, work, Event::ViewAnnulled, &detail, at), &fields)
        }
        // Refused for another reason than its state: asking again would be refused again.
        ProcessState::ToDispense
            if queries::last_outcome(conn, row.id, Operation::Annul)? == Some(AttemptOutcome::Refused) =>
        {
            finish(conn, step(row, work, Event::AnnulRefused, &detail, at), &Fields::default().at_rest())
        }
        ProcessState::ToDispense => {
            let tries = row.tries.saturating_add(1);
            let again = if tries == 1 { at.now } else { at.try_at(tries) };
            let mut fields = Fields { tries: Some(tries), wait_reason: Some(WaitReason::None), ..Fields::default() };
            fields.attention = at.timings.is_spent(tries).then_some(true);
            finish(conn, step(row, work, Event::AnnulAgain, &detail, at), &fields.released().due(Some(again)))
        }
        other => {
            let mut errors: Vec<SacError> = notes_from_json(&row.errors);
            errors.retain(|error| !error.blocking);
            errors.push(note(&format!("Annullamento non riuscito: la ricetta risulta {}.", other.italian())));
            let fields = Fields { errors: Some(notes_to_json(&errors)), ..Fields::default() }.at_rest();
            finish(conn, step(row, work, Event::ViewFound, &detail, at), &fields)
        }
    }
}

/// No answer to go by: later, more and more slowly, and with the doctor's attention when the budget is spent.
pub(super) fn try_again(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    error: Option<SacError>,
    attention: bool,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    let tries = row.tries.saturating_add(1);
    let mut fields = Fields { tries: Some(tries), ..Fields::default() }.released().due(Some(at.try_at(tries)));
    fields.attention = (attention || at.timings.is_spent(tries)).then_some(true);
    if let Some(error) = error {
        let mut errors: Vec<SacError> = notes_from_json(&row.errors);
        errors.retain(|known| known.text != error.text || known.code != error.code);
        errors.push(error);
        fields.errors = Some(notes_to_json(&errors));
    }
    keep(conn, row, work, &fields)
}

/// Leaves the state as it is.
pub(super) fn keep(conn: &mut Db, row: &Prescription, work: &Work, fields: &Fields) -> QueryResult<Recorded> {
    let written = queries::set_wait(conn, row.id, row.state, Some(work.attempt), fields)?;
    Ok(if written { Recorded::Written } else { Recorded::TooLate })
}

pub(super) fn not_processed(
    conn: &mut Db,
    row: &Prescription,
    work: &Work,
    cause: &NotProcessed,
    at: Moment<'_>,
) -> QueryResult<Recorded> {
    match cause {
        NotProcessed::Unreachable(_) => try_again(conn, row, work, None, false, at),
        NotProcessed::CredentialsRefused(_) | NotProcessed::SessionRefused(_) => {
            let fields = waiting(conn, work, cause, at)?;
            keep(conn, row, work, &fields)
        }
        NotProcessed::Fault(_) => try_again(conn, row, work, Some(note(&cause.to_string())), true, at),
    }
}
