//! The doctor's yes: what was seen is queued, the record learns of it, the basket is gone. The collaborator's: what was
//! seen is laid before the doctor, the basket is gone. One transaction either way.

use std::collections::HashMap;

use super::answers::keep_answers;
use super::checked::Checked;
use super::remember::{Prescribed, remember};
use super::review::{Review, load_review, row_of};
use super::{Lacking, Moment, Readiness, find_readiness};
use crate::db::Db;
use crate::identity::by::By;
use crate::identity::form_keys::{FormKey, Once};
use crate::prescribing::model::VisitKind;
use crate::prescribing::queries::{self, Key};
use crate::prescriptions::model::NewPrescription;
use crate::prescriptions::service::{CreateError, confirm_crash_point, create_confirmed, create_pending};
use crate::safety::Answer;

/// What the review page posted.
pub struct Confirmation<'a> {
    /// The page's, one for each revision of each basket.
    pub form: &'a FormKey,
    /// The basket's revision on the page.
    pub revision: i64,
    /// The fingerprint on the page.
    pub fingerprint: &'a str,
    /// Where the patient was seen.
    pub visit: VisitKind,
    /// Hide name and address.
    pub hide_data: bool,
    /// Why drugs are prescribed in spite of an alert, by the basket's row.
    pub answers: &'a HashMap<i64, Answer>,
}

/// What was done with a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// These prescriptions are queued, or lie before the doctor.
    Queued(Vec<i64>),
    /// The same page came before: nothing new; here is where the first was sent.
    Before(String),
}

impl Confirmed {
    fn of(once: Once<Vec<i64>>) -> Result<Self, ConfirmError> {
        match once {
            Once::Done(ids) => Ok(Self::Queued(ids)),
            Once::Again(path) => Ok(Self::Before(path)),
            Once::Altered => Err(ConfirmError::Altered),
        }
    }
}

/// Why nothing was done; the transaction must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// No such patient in this archive.
    #[error("no such patient in this archive")]
    NotFound,
    /// No basket any more: sent from elsewhere, or thrown away.
    #[error("no basket")]
    NoBasket,
    /// The same page was confirmed before with other choices.
    #[error("confirmed before with other choices")]
    Altered,
    /// What would be issued is not what the page showed.
    #[error("the basket changed")]
    Changed,
    /// A drug cannot be issued as it is.
    #[error("the basket is not complete")]
    Incomplete,
    /// Something speaks against a drug, and was not answered as it stands.
    #[error("an alert is not answered")]
    Unanswered,
    /// Credentials, session or numbers are missing.
    #[error("the doctor cannot send now")]
    NotReady(Vec<Lacking>),
    /// The pipeline refused.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
    /// The pool.
    #[error(transparent)]
    Pool(#[from] crate::db::DbError),
}

/// Queues what the doctor saw. `answer` gives the path to go to, from the ids.
/// Fails with [`ConfirmError`]: nothing was written, or must not be kept.
pub fn confirm(
    conn: &mut Db,
    by: &By,
    patient: i64,
    confirmation: &Confirmation<'_>,
    answer: impl FnOnce(&[i64]) -> String,
) -> Result<Confirmed, ConfirmError> {
    let confirmed = |conn: &mut Db| queue(conn, by, patient, confirmation);
    let once = confirmation.form.once(conn, by, |ids: &Vec<i64>| answer(ids), confirmed)?;
    confirm_crash_point();
    Confirmed::of(once)
}

fn queue(conn: &mut Db, by: &By, patient: i64, confirmation: &Confirmation<'_>) -> Result<Vec<i64>, ConfirmError> {
    let (review, new) = take_seen(conn, by, patient, confirmation)?;
    let given = |checked: &Checked| confirmation.answers.get(&checked.item.id);
    if !review.items.iter().all(|checked| checked.safety.is_answered(given(checked))) {
        return Err(ConfirmError::Unanswered);
    }
    let Readiness { lacking, .. } = find_readiness(conn, (by.owner, &review.region), review.issues.len(), by.now)?;
    if !lacking.is_empty() {
        return Err(ConfirmError::NotReady(lacking));
    }
    let ids = create_confirmed(conn, by, &new)?;
    for (issue, id) in review.issues.iter().zip(&ids) {
        let numbered = (1_i64..).zip(&issue.rows);
        let rows: Vec<_> = numbered
            .filter_map(|(number, row)| review.item(row.0).map(|checked| (number, &checked.safety, given(checked))))
            .collect();
        keep_answers(conn, by, *id, &rows)?;
    }
    for checked in &review.items {
        learn(conn, by, &review, checked, &ids)?;
    }
    Ok(ids)
}

/// Lays before the doctor what the collaborator saw; `answer` is the path to go to.
/// Fails with [`ConfirmError`]: nothing was written, or must not be kept.
pub fn submit(
    conn: &mut Db,
    by: &By,
    patient: i64,
    confirmation: &Confirmation<'_>,
    answer: &str,
) -> Result<Confirmed, ConfirmError> {
    let submitted = |conn: &mut Db| -> Result<Vec<i64>, ConfirmError> {
        let (_, new) = take_seen(conn, by, patient, confirmation)?;
        // The key names one basket at one revision, for ever: so it names this sending.
        Ok(create_pending(conn, by, confirmation.form.as_str(), &new)?)
    };
    Confirmed::of(confirmation.form.once(conn, by, |_ids| answer.to_owned(), submitted)?)
}

/// Takes the basket that the page had shown, and what it comes to.
fn take_seen(
    conn: &mut Db,
    by: &By,
    patient: i64,
    confirmation: &Confirmation<'_>,
) -> Result<(Review, Vec<NewPrescription>), ConfirmError> {
    let key = Key::of(by, patient);
    if queries::find_patient(conn, key.owner, key.patient)?.is_none() {
        return Err(ConfirmError::NotFound);
    }
    let review = load_review(conn, key, Moment::of(by))?.ok_or(ConfirmError::NoBasket)?;
    check(&review, confirmation)?;
    // Whoever takes the basket first issues it; a change that slipped in between leaves nothing to take.
    if !queries::take_draft(conn, review.draft.id, confirmation.revision)? {
        return Err(ConfirmError::Changed);
    }
    let new = review.issues.iter().map(|issue| with_options(&issue.new, confirmation)).collect();
    Ok((review, new))
}

fn check(review: &Review, confirmation: &Confirmation<'_>) -> Result<(), ConfirmError> {
    let same_page = confirmation.form.as_str() == review.draft.confirmation_key();
    let same = confirmation.revision == review.draft.revision && confirmation.fingerprint == review.fingerprint;
    if !same_page || !same {
        return Err(ConfirmError::Changed);
    }
    if review.is_complete() { Ok(()) } else { Err(ConfirmError::Incomplete) }
}

fn with_options(new: &NewPrescription, confirmation: &Confirmation<'_>) -> NewPrescription {
    NewPrescription {
        visit_kind: confirmation.visit.as_str().to_owned(),
        hide_data: confirmation.hide_data,
        ..new.clone()
    }
}

/// One therapy for each drug, however many prescriptions its packs went on.
fn learn(conn: &mut Db, by: &By, review: &Review, checked: &Checked, ids: &[i64]) -> Result<(), ConfirmError> {
    let mut issued = review.issues.iter().zip(ids);
    let first = issued.find(|(issue, _)| issue.rows.iter().any(|row| row.0 == checked.item.id));
    let packs = u32::try_from(checked.item.values.pieces).unwrap_or_default();
    let drug = Prescribed {
        patient: review.patient.id,
        prescription: first.map(|(_, id)| *id),
        corrects: checked.item.values.copied_from,
        item: &row_of(checked, packs),
    };
    remember(conn, by, &drug).map_err(|error| match error {
        diesel::result::Error::RollbackTransaction => ConfirmError::Changed,
        error => error.into(),
    })
}
