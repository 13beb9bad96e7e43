//! Once more, for the rows of a round that did not get through, and for those only.

use super::decide::{DecideError, look_again, numbered};
use crate::db::Db;
use crate::identity::by::{By, Seen};
use crate::prescribing::service::{copy_answers, is_answered, move_therapies};
use crate::prescriptions::model::{NewPrescription, State, WaitReason};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::{CreateError, create_confirmed, retry_now, take_back, verify_now};
use crate::validation::model::RowOutcome;
use crate::validation::queries::{self, RoundRow};

impl From<CreateError> for DecideError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Db(error) => Self::Db(error),
            CreateError::NoPatient | CreateError::NoProfile | CreateError::BadRows => Self::Broken,
        }
    }
}

/// «Riprova» does something for this row: SAC refused it, or it waits for something, or nobody knows.
pub fn can_retry(row: &RoundRow) -> bool {
    let free = row.attempt_id.is_none();
    let waits = row.wait_reason != WaitReason::None && row.wait_reason != WaitReason::ContentChanged;
    row.outcome == RowOutcome::Sent
        && match row.state {
            State::Discarded => true,
            State::ToSend => waits && free,
            State::Uncertain => free,
            _ => false,
        }
}

/// What became of the rows that were to be tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retried {
    /// So many are under way once more.
    pub tried: usize,
    /// So many stayed, because today they could not be sent as they stand.
    pub outdated: usize,
}

/// Tries again the rows of a round that failed (only the one named, when one is). A refused one goes
/// out as a new prescription with the same content and the patient's data of today, and takes the old one's place in
/// the round, unless today it could not be sent as it stands; a waiting one is due now; of an uncertain one SAC is asked,
/// never sent anything.
pub fn retry_failed(conn: &mut Db, by: &By, round: i64, only: Option<i64>) -> Result<Retried, DecideError> {
    queries::find_round(conn, by.owner, round)?.ok_or(DecideError::NotFound)?;
    let rows = queries::list_round(conn, by.owner, round)?;
    let failed: Vec<&RoundRow> =
        rows.iter().filter(|row| only.is_none_or(|id| id == row.id) && can_retry(row)).collect();
    let refused: Vec<i64> = failed.iter().filter(|row| row.state == State::Discarded).map(|row| row.id).collect();
    let refused = pipeline::list_owned(conn, by.owner, &refused)?;
    let found = look_again(conn, by, &refused)?;
    let mut retried = Retried::default();
    for row in failed {
        match row.state {
            State::Discarded => {
                let found = found.get(&row.id).cloned().unwrap_or_default();
                let safety: Vec<_> = numbered(&found).collect();
                // What was answered for the refused one holds for the same content; a new allergy wants a new look.
                if !found.blocks.is_empty() || !is_answered(conn, row.id, &safety)? {
                    retried.outdated = retried.outdated.saturating_add(1);
                    continue;
                }
                let after = send_again(conn, by, row)?;
                copy_answers(conn, (row.id, after), by.now)?;
                queries::replace_in_round(conn, round, row.id, after)?;
            }
            State::Uncertain => verify_now(conn, by, row.id)?,
            _ => retry_now(conn, by, row.id)?,
        }
        retried.tried = retried.tried.saturating_add(1);
    }
    Ok(retried)
}

/// The same content as a new prescription: the refused one keeps its number and its history.
fn send_again(conn: &mut Db, by: &By, row: &RoundRow) -> Result<i64, DecideError> {
    let taken = take_back(conn, by, Seen::new(row.id, row.revision))?;
    let old = taken.row;
    let new = NewPrescription {
        patient_id: old.patient_id,
        kind: old.kind,
        visit_kind: old.visit_kind,
        hide_data: old.hide_data,
        suggested: old.suggested,
        exemption_code: old.exemption_code,
        income_exempt: old.income_exempt,
        diagnosis_code: old.diagnosis_code,
        diagnosis_text: old.diagnosis_text,
        plan_protocol: old.plan_protocol,
        copied_from: Some(old.id),
        items: taken.items.into_iter().map(|item| item.content).collect(),
    };
    let ids = create_confirmed(conn, by, &[new])?;
    let after = ids.into_iter().next().ok_or(DecideError::Broken)?;
    move_therapies(conn, by, old.patient_id, (old.id, after))?;
    Ok(after)
}
