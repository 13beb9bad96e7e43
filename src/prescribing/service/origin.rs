//! Baskets that begin from something already there: therapies to repeat, a refused prescription to correct, one taken
//! back from the doctor.

use diesel::QueryResult;

use super::Moment;
use super::around::ssn_refusal;
use super::basket::{Added, Refused, store};
use crate::db::{Db, Owner};
use crate::formulary;
use crate::formulary::model::Listed;
use crate::identity::by::{By, Seen};
use crate::prescribing::model::{ItemValues, VisitKind};
use crate::prescribing::queries::{self, Key};
use crate::prescribing::rules::drug;
use crate::prescriptions;
use crate::prescriptions::model::{NewItem, State, refusal_in_words};
use crate::prescriptions::service::{ActError, TakenBack};
use crate::record;
use crate::record::model::TherapyValues;

/// Puts therapies in the basket with their last data, ready to be sent.
pub fn repeat(conn: &mut Db, key: Key, therapies: &[i64], at: Moment) -> QueryResult<Result<Added, Refused>> {
    if !record::queries::owns_patient(conn, key.owner, key.patient)? {
        return Ok(Err(Refused));
    }
    let chosen = record::queries::list_therapies_by_ids(conn, key.owner, key.patient, therapies)?;
    let aics: Vec<&str> = chosen.iter().map(|therapy| therapy.values.aic.as_str()).collect();
    let listed = formulary::queries::list_by_aics(conn, &aics)?;
    let before = queries::list_last_uses(conn, key.owner, key.patient, &aics)?;
    let mut added = Added::default();
    let mut picked: Vec<ItemValues> = Vec::new();
    for therapy in &chosen {
        let values = &therapy.values;
        if values.aic.is_empty() {
            added.refuse(
                "Una terapia scritta a mano non ha un codice AIC: scegli il farmaco dal prontuario.".to_owned(),
            );
            continue;
        }
        let package = listed.iter().find(|row| row.package.aic == values.aic);
        if let Some(reason) = ssn_refusal(package, &values.class) {
            added.refuse(reason);
            continue;
        }
        // The same drug ticked twice (each prescription leaves a therapy): the first, which is the latest, counts.
        if picked.iter().any(|item| item.aic == values.aic) {
            continue;
        }
        let last = before.iter().find(|last| last.aic == values.aic);
        picked.push(of_therapy(values, package, last));
    }
    store(conn, key, picked, &mut added, at)?;
    Ok(Ok(added))
}

fn of_therapy(therapy: &TherapyValues, listed: Option<&Listed>, last: Option<&NewItem>) -> ItemValues {
    let mut item = ItemValues {
        aic: therapy.aic.clone(),
        label: therapy.label.clone(),
        substance: therapy.substance.clone(),
        atc: therapy.atc.clone(),
        class: therapy.class.clone(),
        regime: therapy.regime.clone(),
        group_code: therapy.group_code.clone(),
        note_code: therapy.note_code.clone(),
        pieces: therapy.pieces.clamp(1, 9),
        posology: therapy.posology.clone(),
        exemption_choice: "auto".to_owned(),
        problem_id: therapy.problem_id,
        continuous: therapy.continuous,
        suggested: therapy.suggested,
        by_substance: therapy.by_substance,
        plan_protocol: therapy.plan_protocol.clone(),
        plan_ends_on: therapy.plan_ends_on,
        complete: true,
        ..ItemValues::default()
    };
    if let Some(listed) = listed {
        item.take_facts(&listed.package);
    }
    // What a therapy does not keep is on the last prescription of the drug.
    if let Some(last) = last {
        item.exemption_choice.clone_from(&last.exemption_choice);
        item.not_substitutable = last.not_substitutable && !item.by_substance;
        item.motive_code.clone_from(&last.motive_code);
        if listed.is_none() {
            item.group_description.clone_from(&last.group_description);
            item.limit_category.clone_from(&last.limit_category);
            item.price_cents = last.price_cents;
        }
    }
    item.complete = drug::check_wording(&item.wording()).is_ok();
    item
}

/// Why what is being corrected was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// By the doctor; otherwise by SAC.
    pub by_doctor: bool,
    /// The reasons, in words.
    pub reasons: Vec<String>,
}

/// Why the prescriptions that rows of a basket were copied from were refused, each once; those that were only taken back
/// have no reason.
pub(super) fn origins(conn: &mut Db, owner: Owner, rows: &[&ItemValues]) -> QueryResult<Vec<Origin>> {
    let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.copied_from).collect();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let reason = |row: prescriptions::model::Prescription| match row.state {
        State::Declined => Some(Origin { by_doctor: true, reasons: vec![row.annul_reason] }),
        State::Draft => Some(Origin { by_doctor: false, reasons: refusal_in_words(&row.errors) }),
        _ => None,
    };
    let found = prescriptions::queries::list_owned(conn, owner, &ids)?;
    Ok(found.into_iter().filter_map(reason).filter(|origin| !origin.reasons.is_empty()).collect())
}

/// What came of taking a prescription back.
pub struct Corrected {
    /// Whose basket to open.
    pub patient: i64,
}

/// Why it was not taken back.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// The pipeline does not let it go.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The basket is full; the text is for the doctor.
    #[error("{0}")]
    Full(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
    /// The pool.
    #[error(transparent)]
    Pool(#[from] crate::db::DbError),
}

/// Takes a refused (or still queued) prescription back: its rows go into the patient's basket, to be corrected.
/// Fails with [`CorrectError`]; the caller's transaction must then be rolled back.
pub fn correct(conn: &mut Db, by: &By, seen: Seen) -> Result<Corrected, CorrectError> {
    let taken = prescriptions::service::take_back(conn, by, seen)?;
    into_basket(conn, by, taken)
}

/// Takes back a prescription that waits for the doctor: its rows go into its author's basket.
/// Fails with [`CorrectError`]; the caller's transaction must then be rolled back.
pub fn withdraw(conn: &mut Db, by: &By, seen: Seen) -> Result<Corrected, CorrectError> {
    let taken = prescriptions::service::withdraw_pending(conn, by, seen)?;
    into_basket(conn, by, taken)
}

/// Copies what the doctor refused into its author's basket. Asked twice, it is there once; once the copy was sent it is
/// not copied again.
/// Fails with [`CorrectError`]; the caller's transaction must then be rolled back.
pub fn copy_declined(conn: &mut Db, by: &By, prescription: i64) -> Result<Corrected, CorrectError> {
    let found = prescriptions::service::find_declined(conn, by, prescription)?;
    if !prescriptions::queries::list_copied(conn, by.owner, &[prescription])?.is_empty() {
        return Err(ActError::Stale.into());
    }
    let key = Key::of(by, found.row.patient_id);
    if let Some(draft) = queries::find_draft(conn, key)? {
        let there = queries::list_items(conn, draft.id)?;
        if there.iter().any(|item| item.values.copied_from == Some(prescription)) {
            return Ok(Corrected { patient: key.patient });
        }
    }
    into_basket(conn, by, found)
}

/// The rows of a prescription into the basket of who will correct it.
fn into_basket(conn: &mut Db, by: &By, taken: TakenBack) -> Result<Corrected, CorrectError> {
    let prescription = taken.row.id;
    let key = Key::of(by, taken.row.patient_id);
    let was_open = queries::find_draft(conn, key)?.is_some();
    let rows = taken.items.into_iter().map(|item| of_row(item.content, prescription)).collect();
    let mut added = Added::default();
    let draft = store(conn, key, rows, &mut added, Moment::of(by))?;
    if let Some(full) = added.refused.into_iter().next() {
        return Err(CorrectError::Full(full));
    }
    if let (Some(draft), false) = (draft, was_open) {
        let visit = VisitKind::from_text(&taken.row.visit_kind).unwrap_or(VisitKind::Surgery);
        queries::set_options(conn, draft.id, visit, taken.row.hide_data)?;
    }
    Ok(Corrected { patient: key.patient })
}

/// A row of a prescription as a drug of the basket.
pub(super) fn of_row(row: NewItem, prescription: i64) -> ItemValues {
    ItemValues {
        aic: row.aic,
        label: row.label,
        substance: row.substance,
        atc: row.atc,
        class: row.class,
        regime: row.regime,
        group_code: row.group_code,
        group_description: row.group_description,
        price_cents: row.price_cents,
        limit_category: row.limit_category,
        note_code: row.note_code,
        pieces: row.pieces,
        posology: row.posology,
        exemption_choice: row.exemption_choice,
        problem_id: row.problem_id,
        continuous: row.continuous,
        suggested: row.suggested,
        not_substitutable: row.not_substitutable,
        motive_code: row.motive_code,
        by_substance: row.by_substance,
        copied_from: Some(prescription),
        complete: true,
        plan_protocol: row.plan_protocol,
        plan_ends_on: row.plan_ends_on,
    }
}
