//! The doctor's yes: what was seen is queued, the record learns of it, the basket is gone. One transaction.

use super::checked::Checked;
use super::review::{Review, load_review};
use super::{Lacking, Moment, Readiness, find_readiness};
use crate::db::Db;
use crate::identity::form_keys::{self, Arrival};
use crate::prescribing::model::VisitKind;
use crate::prescribing::queries::{self, Key};
use crate::prescriptions::model::NewPrescription;
use crate::prescriptions::service::{CreateError, confirm_crash_point, create_confirmed};
use crate::record::model::{Stamp, Therapy, TherapyValues};
use crate::record::service::{self as record, Written};

/// What the review page posted.
pub struct Confirmation<'a> {
    /// The page's key, one for each revision of each basket.
    pub form_key: &'a str,
    /// Everything the form said, for the comparison with a first arrival.
    pub content: &'a [u8],
    /// The basket's revision on the page.
    pub revision: i64,
    /// The fingerprint on the page.
    pub fingerprint: &'a str,
    /// Where the patient was seen.
    pub visit: VisitKind,
    /// Hide name and address.
    pub hide_data: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// These prescriptions are queued.
    Queued(Vec<i64>),
    /// The same page came before: nothing new; here is where the first was sent.
    Before(String),
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
///
/// # Errors
/// [`ConfirmError`]: nothing was written, or must not be kept.
pub fn confirm(
    conn: &mut Db,
    key: Key,
    confirmation: &Confirmation<'_>,
    at: Moment,
    answer: impl FnOnce(&[i64]) -> String,
) -> Result<Confirmed, ConfirmError> {
    match form_keys::arrive(conn, key.author, confirmation.form_key, confirmation.content, at.now)? {
        Arrival::First => {}
        Arrival::Again(path) => return Ok(Confirmed::Before(path)),
        Arrival::Altered => return Err(ConfirmError::Altered),
    }
    if queries::find_patient(conn, key.owner, key.patient)?.is_none() {
        return Err(ConfirmError::NotFound);
    }
    let review = load_review(conn, key, at)?.ok_or(ConfirmError::NoBasket)?;
    check(conn, key, &review, confirmation, at)?;
    // Whoever takes the basket first issues it; a change that slipped in between leaves nothing to take.
    if !queries::take_draft(conn, review.draft.id, confirmation.revision)? {
        return Err(ConfirmError::Changed);
    }
    let new: Vec<NewPrescription> = review.issues.iter().map(|issue| with_options(&issue.new, confirmation)).collect();
    let ids = create_confirmed(conn, key.owner, key.author, &new, at.now)?;
    let stamp = Stamp { owner: key.owner, actor: key.author, now: at.now, today: at.today };
    for checked in &review.items {
        remember(conn, &stamp, &review, checked, &ids)?;
    }
    form_keys::set_answer(conn, key.author, confirmation.form_key, &answer(&ids))?;
    confirm_crash_point();
    Ok(Confirmed::Queued(ids))
}

fn check(
    conn: &mut Db,
    key: Key,
    review: &Review,
    confirmation: &Confirmation<'_>,
    at: Moment,
) -> Result<(), ConfirmError> {
    let same_page = confirmation.form_key == review.draft.confirmation_key();
    let same = confirmation.revision == review.draft.revision && confirmation.fingerprint == review.fingerprint;
    if !same_page || !same {
        return Err(ConfirmError::Changed);
    }
    if !review.is_complete() {
        return Err(ConfirmError::Incomplete);
    }
    let Readiness { lacking, .. } = find_readiness(conn, key.owner, review.issues.len(), at.now)?;
    if lacking.is_empty() { Ok(()) } else { Err(ConfirmError::NotReady(lacking)) }
}

fn with_options(new: &NewPrescription, confirmation: &Confirmation<'_>) -> NewPrescription {
    NewPrescription {
        visit_kind: confirmation.visit.as_str().to_owned(),
        hide_data: confirmation.hide_data,
        ..new.clone()
    }
}

/// The drug becomes a therapy of the record, and its posology one of the doctor's own. A corrected drug takes the place
/// of the therapy that the refused prescription had left.
fn remember(conn: &mut Db, stamp: &Stamp, review: &Review, checked: &Checked, ids: &[i64]) -> Result<(), ConfirmError> {
    let values = &checked.item.values;
    let mut issued = review.issues.iter().zip(ids);
    let prescription =
        issued.find(|(issue, _)| issue.rows.iter().any(|row| row.0 == checked.item.id)).map(|(_, id)| *id);
    let therapy = therapy_of(checked, prescription, stamp);
    if !values.posology.is_empty() {
        queries::save_posology_use(conn, stamp.owner, &values.aic, &values.posology, stamp.now)?;
    }
    let patient = review.patient.id;
    if let Some(refused) = values.copied_from {
        let left = queries::list_therapies_of(conn, stamp.owner, patient, refused)?;
        if let Some(old) = left.into_iter().find(|old| old.values.aic == values.aic) {
            let entry = (patient, old.id);
            let merged = record::edit::<Therapy>(conn, stamp, entry, old.revision, |_| therapy)?;
            return settled(&merged);
        }
    }
    settled(&record::create::<Therapy>(conn, stamp, patient, &therapy)?)
}

/// Inside this transaction nobody can have changed the entry: anything but done is a failure.
fn settled(written: &Written<Therapy>) -> Result<(), ConfirmError> {
    match written {
        Written::Done(_) => Ok(()),
        Written::NotThere | Written::Stale(_) => Err(ConfirmError::Changed),
    }
}

fn therapy_of(checked: &Checked, prescription_id: Option<i64>, stamp: &Stamp) -> TherapyValues {
    let values = checked.item.values.clone();
    TherapyValues {
        problem_id: values.problem_id,
        prescription_id,
        aic: values.aic,
        label: values.label,
        substance: values.substance,
        atc: values.atc,
        group_code: values.group_code,
        class: values.class,
        regime: values.regime,
        note_code: values.note_code,
        pieces: values.pieces,
        posology: values.posology,
        by_substance: values.by_substance,
        continuous: values.continuous,
        suggested: values.suggested,
        started_on: stamp.today,
        suspended_on: None,
        removed_on: None,
    }
}
