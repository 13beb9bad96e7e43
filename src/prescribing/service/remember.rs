//! What the record learns of a confirmed prescription, whoever prepared it: each drug becomes a therapy, its posology one
//! of the doctor's own.

use diesel::QueryResult;

use crate::db::Db;
use crate::identity::by::By;
use crate::prescribing::queries;
use crate::prescriptions::model::NewItem;
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::Validated;
use crate::record::model::{Therapy, TherapyValues};
use crate::record::service::{self as record, Written};

/// A drug that was just prescribed.
pub(super) struct Prescribed<'a> {
    /// To whom.
    pub(super) patient: i64,
    /// On which prescription: the first, if its packs went on several.
    pub(super) prescription: Option<i64>,
    /// The prescription that this one corrects.
    pub(super) corrects: Option<i64>,
    /// What was prescribed, all its packs together.
    pub(super) item: &'a NewItem,
}

/// The drug becomes a therapy of the record. A corrected drug takes the place of the therapy that the refused
/// prescription had left, unless that one also speaks of packs that went on other prescriptions.
/// Fails with `RollbackTransaction` when the record does not take it: the caller rolls back.
pub(super) fn remember(conn: &mut Db, by: &By, drug: &Prescribed<'_>) -> QueryResult<()> {
    let therapy = therapy_of(drug, by);
    keep_posology(conn, by, drug.item)?;
    if let Some(refused) = drug.corrects {
        let left = queries::list_therapies_of(conn, by.owner, drug.patient, refused)?;
        let corrected = pipeline::list_items(conn, &[refused])?;
        let packs = corrected.iter().find(|item| item.content.aic == drug.item.aic).map(|item| item.content.pieces);
        let whole =
            |old: &Therapy| old.values.aic == drug.item.aic && packs.is_none_or(|packs| packs == old.values.pieces);
        if let Some(old) = left.into_iter().find(whole) {
            let entry = (drug.patient, old.id);
            let merged = record::edit::<Therapy>(conn, by, entry, old.revision, |_| therapy)?;
            return settled(&merged);
        }
    }
    settled(&record::create::<Therapy>(conn, by, drug.patient, &therapy)?)
}

/// What a collaborator prepared and the doctor has now confirmed. Packs of one drug that went on several prescriptions
/// of one sending are one therapy, as when the doctor confirms them together.
pub fn remember_validated(conn: &mut Db, by: &By, validated: &Validated) -> QueryResult<()> {
    let row = &validated.row;
    let siblings = queries::list_therapies_of_submission(conn, by.owner, row.patient_id, &row.submission)?;
    for item in &validated.items {
        let item = &item.content;
        let Some(there) = siblings.iter().find(|therapy| therapy.values.aic == item.aic) else {
            let (patient, prescription) = (row.patient_id, Some(row.id));
            remember(conn, by, &Prescribed { patient, prescription, corrects: row.copied_from, item })?;
            continue;
        };
        keep_posology(conn, by, item)?;
        let more = |values: &TherapyValues| TherapyValues {
            pieces: values.pieces.saturating_add(item.pieces),
            ..values.clone()
        };
        settled(&record::edit::<Therapy>(conn, by, (row.patient_id, there.id), there.revision, more)?)?;
    }
    Ok(())
}

/// The therapies that one prescription had left are now another's: the same content was sent again.
pub fn move_therapies(conn: &mut Db, by: &By, patient: i64, (from, to): (i64, i64)) -> QueryResult<()> {
    for therapy in queries::list_therapies_of(conn, by.owner, patient, from)? {
        let moved = |values: &TherapyValues| TherapyValues { prescription_id: Some(to), ..values.clone() };
        settled(&record::edit::<Therapy>(conn, by, (patient, therapy.id), therapy.revision, moved)?)?;
    }
    Ok(())
}

fn keep_posology(conn: &mut Db, by: &By, item: &NewItem) -> QueryResult<()> {
    if item.posology.is_empty() {
        return Ok(());
    }
    queries::save_posology_use(conn, by.owner, &item.aic, &item.posology, by.now)
}

/// Inside the caller's transaction nobody can have changed the entry: anything but done is a failure.
fn settled(written: &Written<Therapy>) -> QueryResult<()> {
    match written {
        Written::Done(_) => Ok(()),
        Written::NotThere | Written::Stale(_) | Written::Twin => Err(diesel::result::Error::RollbackTransaction),
    }
}

fn therapy_of(drug: &Prescribed<'_>, by: &By) -> TherapyValues {
    let item = drug.item.clone();
    TherapyValues {
        problem_id: item.problem_id,
        prescription_id: drug.prescription,
        aic: item.aic,
        label: item.label,
        substance: item.substance,
        atc: item.atc,
        group_code: item.group_code,
        class: item.class,
        regime: item.regime,
        note_code: item.note_code,
        pieces: item.pieces,
        posology: item.posology,
        by_substance: item.by_substance,
        continuous: item.continuous,
        suggested: item.suggested,
        started_on: by.today,
        suspended_on: None,
        removed_on: None,
        plan_protocol: item.plan_protocol,
        plan_ends_on: item.plan_ends_on,
    }
}
