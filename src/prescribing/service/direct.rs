//! Prescriptions prepared in one go by a program of the studio: no basket, but the same rules as with one.

use super::Moment;
use super::around::Surroundings;
use super::checked::Checked;
use super::item::context_of;
use super::review::{issue, splittable};
use super::wish::{Wish, WishField};
use crate::db::Db;
use crate::formulary;
use crate::formulary::model::Listed;
use crate::identity::by::By;
use crate::prescribing::model::{BASKET_MAX, DraftItem, ItemValues, VisitKind};
use crate::prescribing::queries::{self, Key};
use crate::prescribing::rules::split;
use crate::prescriptions::model::NewPrescription;
use crate::prescriptions::service::{CreateError, create_pending};
use crate::reference;

/// A drug to be prescribed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WishedDrug {
    /// The package.
    pub aic: String,
    /// Its data.
    pub wish: Wish,
}

/// Where a request is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The list of drugs as such.
    Drugs,
    /// The package of a drug, by its place from 0.
    Package(usize),
    /// A field of a drug.
    Field(usize, WishField),
    /// A drug as a whole.
    Drug(usize),
}

/// Why nothing was prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// No such patient in this archive.
    #[error("no such patient in this archive")]
    NoPatient,
    /// What is wrong, in words for the user.
    #[error("the request is wrong")]
    Wrong(Vec<(Where, String)>),
    /// The pipeline refused.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The database.
    #[error(transparent)]
    Db(#[from] diesel::result::Error),
}

/// Lays before the doctor the prescriptions that these drugs come to, split by law, and answers their ids. `submission` names
/// this sending, for ever.
/// Fails with [`PrepareError`]; the caller's transaction must then be rolled back.
pub fn prepare(
    conn: &mut Db,
    by: &By,
    patient: i64,
    (submission, drugs): (&str, &[WishedDrug]),
    (visit, hide_data): (VisitKind, bool),
) -> Result<Vec<i64>, PrepareError> {
    let (key, at) = (Key::of(by, patient), Moment::of(by));
    let patient = queries::find_patient(conn, key.owner, key.patient)?.ok_or(PrepareError::NoPatient)?;
    let items = complete(conn, key, drugs, at)?;
    let aics: Vec<&str> = items.iter().map(|item| item.values.aic.as_str()).collect();
    let problems: Vec<i64> = items.iter().filter_map(|item| item.values.problem_id).collect();
    let around = Surroundings::load(conn, key, (&aics, &problems), at)?;
    let items: Vec<Checked> = items.into_iter().map(|item| around.check(item)).collect();
    let blocked = items.iter().enumerate();
    let blocked: Vec<(Where, String)> = blocked
        .flat_map(|(place, checked)| checked.blocks.iter().map(move |block| (Where::Drug(place), block.clone())))
        .collect();
    if !blocked.is_empty() {
        return Err(PrepareError::Wrong(blocked));
    }
    let plan = split::split(&splittable(&items));
    let issued = plan.prescriptions.iter().map(|planned| issue(planned, &patient, &items, &around).new);
    let new: Vec<NewPrescription> =
        issued.map(|new| NewPrescription { visit_kind: visit.as_str().to_owned(), hide_data, ..new }).collect();
    Ok(create_pending(conn, by, submission, &new)?)
}

/// The drugs as rows of a basket that is never kept; a row's id is its place.
fn complete(conn: &mut Db, key: Key, drugs: &[WishedDrug], at: Moment) -> Result<Vec<DraftItem>, PrepareError> {
    let mut items = pick(conn, drugs, at)?;
    let mut wrong = Vec::new();
    let mut read = Vec::new();
    for (place, drug) in drugs.iter().enumerate() {
        let id = i64::try_from(place).unwrap_or(i64::MAX);
        let Some(context) = context_of(conn, key, items.clone(), id, at)? else { continue };
        let (values, faults) = drug.wish.read(&context);
        wrong.extend(faults.into_iter().map(|(field, why)| (Where::Field(place, field), why)));
        read.push(values);
    }
    if !wrong.is_empty() {
        return Err(PrepareError::Wrong(wrong));
    }
    items.iter_mut().zip(read).for_each(|(item, values)| item.values = values);
    Ok(items)
}

fn pick(conn: &mut Db, drugs: &[WishedDrug], at: Moment) -> Result<Vec<DraftItem>, PrepareError> {
    if drugs.is_empty() || drugs.len() > BASKET_MAX {
        return Err(PrepareError::Wrong(vec![(Where::Drugs, format!("Scegli da 1 a {BASKET_MAX} farmaci"))]));
    }
    let aics: Vec<&str> = drugs.iter().map(|drug| drug.aic.as_str()).collect();
    let written: Vec<&str> = aics.iter().copied().filter(|aic| aic.bytes().all(|byte| byte.is_ascii_digit())).collect();
    let listed = formulary::queries::list_by_aics(conn, &written)?;
    let books = reference::books::books(conn, at.today)?;
    let mut items: Vec<DraftItem> = Vec::new();
    let mut wrong = Vec::new();
    for (place, drug) in drugs.iter().enumerate() {
        let row = listed.iter().find(|row| row.package.aic == drug.aic);
        let twice = aics.iter().take(place).any(|before| *before == drug.aic);
        match package_refusal(row, twice) {
            Some(why) => wrong.push((Where::Package(place), why)),
            None => {
                let id = i64::try_from(place).unwrap_or(i64::MAX);
                let values = row.map(|row| ItemValues::picked(&row.package, &books.notes)).unwrap_or_default();
                items.push(DraftItem { id, position: id, values });
            }
        }
    }
    if wrong.is_empty() { Ok(items) } else { Err(PrepareError::Wrong(wrong)) }
}

fn package_refusal(listed: Option<&Listed>, twice: bool) -> Option<String> {
    match listed {
        None => Some("Non è nel prontuario in uso".to_owned()),
        Some(_) if twice => Some("È già nella richiesta: cambia il numero di pezzi".to_owned()),
        Some(listed) => listed.ssn_refusal().map(str::to_owned),
    }
}
