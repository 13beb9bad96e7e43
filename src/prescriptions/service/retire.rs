//! After a lost answer where the region wants another number (policy B): the number is annulled, whatever became of the
//! request, and the prescription goes out with the next one. The old number is looked at again for an hour, because the
//! request may still land.
//!
//! Before anything is annulled the number is looked at: after a backup was restored it may be somebody else's
//! prescription, and that one must live.

use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Event, Operation, Prescription, State, WaitReason};
use super::super::queries::{self, Fields};
use super::claim::Work;
use super::timings::delta;
use super::view::{self, close, finish, seen, step, try_again};
use super::{Moment, Pipeline, Recorded};
use crate::db::Db;
use sac::{AnnulOutcome, PrescriptionMessage, ProcessState, SenderCredentials, ViewOutcome, same_content};

/// What giving up a number came to.
#[derive(Debug)]
pub enum RetireOutcome {
    /// The view alone: nothing was to be annulled, or it is not known whether.
    Seen(ViewOutcome),
    /// The view showed ours, or nothing, and an annulment went out.
    Tried(AnnulOutcome),
}

/// Whether what a view showed may be annulled: ours and still to be dispensed, or nothing at all.
pub(super) fn may_annul(sent: &PrescriptionMessage, seen: &ViewOutcome) -> bool {
    use ProcessState::{LotOfDoctor, LotWithoutDoctor, ToDispense};
    match seen {
        ViewOutcome::Unknown => true,
        ViewOutcome::Found(found) => match found.state {
            LotWithoutDoctor | LotOfDoctor => true,
            ToDispense => same_content(sent, &found.message).is_ok(),
            _ => false,
        },
        _ => false,
    }
}

impl Pipeline {
    /// Looks at the number of `work` and annuls it, if that is ours to annul.
    pub(super) async fn retire(&self, credentials: &SenderCredentials, message: &PrescriptionMessage) -> RetireOutcome {
        let (nre, doctor) = (message.nre.as_str(), message.doctor.as_str());
        let shown = self.sac().view(credentials, nre, doctor).await;
        if !may_annul(message, &shown) {
            return RetireOutcome::Seen(shown);
        }
        RetireOutcome::Tried(self.sac().annul(credentials, nre, doctor).await)
    }
}

fn evidence_of(outcome: &RetireOutcome) -> (AttemptOutcome, String) {
    match outcome {
        RetireOutcome::Seen(shown) => view::evidence_of(shown),
        RetireOutcome::Tried(AnnulOutcome::Annulled) => (AttemptOutcome::Done, "annullata".to_owned()),
        RetireOutcome::Tried(AnnulOutcome::Unknown) => (AttemptOutcome::Done, "5005".to_owned()),
        RetireOutcome::Tried(AnnulOutcome::Refused { errors }) => {
            (AttemptOutcome::Refused, errors.first().map(|error| error.code.clone()).unwrap_or_default())
        }
        RetireOutcome::Tried(AnnulOutcome::NotProcessed(cause)) => (AttemptOutcome::NotProcessed, cause.to_string()),
        RetireOutcome::Tried(AnnulOutcome::Uncertain(reason)) => (AttemptOutcome::Unproven, reason.clone()),
    }
}

/// Records what giving up the number came to, if the row is still held by this attempt.
pub fn record_retire(conn: &mut Db, work: &Work, outcome: RetireOutcome, at: Moment<'_>) -> QueryResult<Recorded> {
    let (proved, evidence) = evidence_of(&outcome);
    let row = close(conn, work, (proved, &evidence), at)?;
    let Some(row) = row.filter(|row| row.state == State::Uncertain) else { return Ok(Recorded::TooLate) };
    match outcome {
        RetireOutcome::Seen(ViewOutcome::Found(found))
            if found.state == ProcessState::Annulled && same_content(&work.message, &found.message).is_ok() =>
        {
            give_up(conn, &row, work, false, at)
        }
        RetireOutcome::Seen(shown) => seen(conn, &row, work, shown, at),
        RetireOutcome::Tried(AnnulOutcome::Annulled) => give_up(conn, &row, work, false, at),
        RetireOutcome::Tried(AnnulOutcome::Unknown) => give_up(conn, &row, work, true, at),
        // Taken in charge meanwhile, or annulled already: the next look tells which.
        RetireOutcome::Tried(AnnulOutcome::Refused { .. } | AnnulOutcome::Uncertain(_)) => {
            try_again(conn, &row, work, None, false, at)
        }
        RetireOutcome::Tried(AnnulOutcome::NotProcessed(cause)) => view::not_processed(conn, &row, work, &cause, at),
    }
}

/// The number is burnt. The prescription goes out with another one, unless its last request was refused; where the old
/// request was not found, its number is looked at again.
fn give_up(conn: &mut Db, row: &Prescription, work: &Work, may_land: bool, at: Moment<'_>) -> QueryResult<Recorded> {
    let old = work.message.nre.as_str();
    let refused = queries::last_outcome(conn, row.id, Operation::Send)? == Some(AttemptOutcome::Refused);
    let recorded = if refused {
        let fields = Fields { nre: Some(None), payload: Some(None), ..Fields::default() }.at_rest();
        finish(conn, step(row, work, Event::ViewMissingRefused, "5005", at), &fields)?
    } else {
        let message = PrescriptionMessage { nre: String::new(), ..work.message.clone() };
        let json = serde_json::to_string(&message)
            .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
        let tries = row.tries.saturating_add(1);
        let again = if tries == 1 { at.now } else { at.try_at(tries) };
        let fields = Fields {
            nre: Some(None),
            payload: Some(Some(json)),
            tries: Some(tries),
            wait_reason: Some(WaitReason::None),
            attention: at.timings.is_spent(tries).then_some(true),
            ..Fields::default()
        };
        finish(conn, step(row, work, Event::Retired, "", at), &fields.released().due(Some(again)))?
    };
    if recorded == Recorded::Written {
        queries::burn_nre(conn, old)?;
        if may_land && let Some(payload) = row.payload.as_deref() {
            let [first, ..] = at.timings.rechecks;
            let of = (work.owner, row.id);
            queries::insert_recheck(conn, of, (old, payload), at.now + delta(first), at.now)?;
        }
    }
    Ok(recorded)
}
