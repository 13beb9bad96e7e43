//! Prescriptions as programs see them, and news offered until they are acknowledged.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::QueryResult;

use super::marks::{BadMark, mark, place_of};
use super::once::Made;
use crate::api::model::{
    CardRow, DownloadOffer, PreparedRemark, PrescribedItem, PrescriptionCard, PrescriptionDetail, PrescriptionPage,
    PrescriptionRequest,
};
use crate::api::queries::{self, Sight};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::prescribing::service::{
    DrugFindings, Findings, PrepareError, Waiting, Where, WishField, WishedDrug, prepare, recheck,
};
use crate::prescriptions::model::{Item, NewItem, State};
use crate::prescriptions::queries as pipeline;
use crate::prescriptions::service::CreateError;
use crate::validation::model::{SentView, changes};
use crate::validation::{queries as validation, service as validated};
use crate::web::error::AppError;
use crate::web::problem::{FieldProblem, Problem};
use kernel::random;

/// Prescriptions on one page, and in one offer.
const ROWS: usize = 50;

/// Lays prescriptions before the doctor.
/// The error says what is wrong with the request; the caller's transaction must then be rolled back.
pub fn prepare_all(conn: &mut Db, by: &By, request: PrescriptionRequest) -> Result<Made, Problem> {
    let PrescriptionRequest { patient, visit, hide_data, items } = request;
    let drugs: Vec<WishedDrug> = items.into_iter().map(Into::into).collect();
    let submission = random::hex_token(20);
    let ids = prepare(conn, by, patient, (&submission, &drugs), (visit.into(), hide_data)).map_err(problem_of)?;
    Ok(Made { status: 201, ids })
}

fn problem_of(error: PrepareError) -> Problem {
    match error {
        PrepareError::NoPatient | PrepareError::Create(CreateError::NoPatient) => {
            Problem::invalid_field("patient", "Il paziente non è in questo archivio")
        }
        PrepareError::Wrong(wrong) => {
            let field = |(place, message)| FieldProblem { field: field_of(place), message };
            Problem::invalid(wrong.into_iter().map(field).collect())
        }
        PrepareError::Create(CreateError::Db(error)) | PrepareError::Db(error) => error.into(),
        PrepareError::Create(error) => AppError::internal(error).into(),
    }
}

fn field_of(place: Where) -> String {
    match place {
        Where::Drugs => "items".to_owned(),
        Where::Drug(n) => format!("items/{n}"),
        Where::Package(n) => format!("items/{n}/aic"),
        Where::Field(n, field) => {
            let name = match field {
                WishField::Pieces => "pieces",
                WishField::Posology => "posology",
                WishField::Problem => "problem",
                WishField::Note => "note",
                WishField::Wording => "wording",
                WishField::Motive => "motive",
                WishField::Exemption => "exemption",
                WishField::Plan => "plan",
                WishField::PlanEnd => "plan_ends_on",
            };
            format!("items/{n}/{name}")
        }
    }
}

fn contents_of(items: &[Item], id: i64) -> Vec<NewItem> {
    items.iter().filter(|item| item.prescription_id == id).map(|item| item.content.clone()).collect()
}

fn cards(conn: &mut Db, owner: Owner, rows: Vec<CardRow>, today: NaiveDate) -> QueryResult<Vec<PrescriptionCard>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let items = pipeline::list_items(conn, &ids)?;
    let found = look_again(conn, owner, &rows, &items, today)?;
    let item = |(item, found): (&NewItem, DrugFindings)| PrescribedItem {
        alerts: found.safety.alerts.iter().map(Into::into).collect(),
        warnings: said_of(found),
        ..PrescribedItem::from(item)
    };
    let card = |row: CardRow| {
        let found = found.get(&row.id).map(|found| found.drugs.clone()).unwrap_or_default();
        let found = found.into_iter().chain(std::iter::repeat_with(DrugFindings::default));
        let items = contents_of(&items, row.id).iter().zip(found).map(item).collect();
        PrescriptionCard::new(row, items)
    };
    Ok(rows.into_iter().map(card).collect())
}

/// What stops a drug or should be looked at, in words; what of the patient was not compared with it too.
fn said_of(found: DrugFindings) -> Vec<String> {
    let unchecked = found.safety.unchecked.iter().map(|(_, why)| why.in_words());
    found.block.into_iter().chain(found.cautions).chain(unchecked).collect()
}

/// What the doctor is told of the drugs of those that wait, by prescription and in the order of the rows.
fn look_again(
    conn: &mut Db,
    owner: Owner,
    rows: &[CardRow],
    items: &[Item],
    today: NaiveDate,
) -> QueryResult<HashMap<i64, Findings>> {
    let own = |id: i64| items.iter().filter(move |item| item.prescription_id == id).map(|item| &item.content);
    let rows: Vec<&CardRow> = rows.iter().filter(|row| row.state == State::Pending).collect();
    let waiting: Vec<Waiting<'_>> = rows
        .iter()
        .map(|row| Waiting {
            id: row.id,
            patient: row.patient_id,
            exemption: &row.exemption_code,
            items: own(row.id).collect(),
        })
        .collect();
    let found = recheck(conn, owner, &waiting, today)?;
    Ok(rows.iter().map(|row| row.id).zip(found).collect())
}

/// What is to be said of the drugs just prepared, as it is at this moment.
pub fn list_remarks(conn: &mut Db, sight: Sight, ids: &[i64], today: NaiveDate) -> QueryResult<Vec<PreparedRemark>> {
    let rows = queries::list_cards(conn, sight, ids)?;
    let mut remarks = Vec::new();
    for card in cards(conn, sight.owner, rows, today)? {
        for item in card.items.into_iter().filter(|item| !item.warnings.is_empty() || !item.alerts.is_empty()) {
            let PrescribedItem { aic, label, warnings, alerts, .. } = item;
            remarks.push(PreparedRemark { prescription: card.id, aic, label, warnings, alerts });
        }
    }
    Ok(remarks)
}

/// One page of a list.
pub fn list(
    conn: &mut Db,
    sight: Sight,
    view: SentView,
    cursor: Option<&str>,
    today: NaiveDate,
) -> QueryResult<Result<PrescriptionPage, BadMark>> {
    let before = match cursor.map(place_of::<1>) {
        None => None,
        Some(None) => return Ok(Err(BadMark)),
        Some(Some([id])) => Some(id),
    };
    let limit = i64::try_from(ROWS).unwrap_or(50);
    let mut rows = queries::list_page(conn, sight, view.states(), before, limit.saturating_add(1))?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows.last().filter(|_| more).map(|last| mark(&[last.id]));
    Ok(Ok(PrescriptionPage { prescriptions: cards(conn, sight.owner, rows, today)?, next }))
}

/// One prescription with its history. `None` when it is not in sight.
pub fn find(conn: &mut Db, sight: Sight, id: i64, today: NaiveDate) -> QueryResult<Option<PrescriptionDetail>> {
    let rows = queries::list_cards(conn, sight, &[id])?;
    let Some(whole) = pipeline::find_owned(conn, sight.owner, id)?.filter(|_| !rows.is_empty()) else {
        return Ok(None);
    };
    let contents = contents_of(&pipeline::list_items(conn, &[id])?, id);
    let before = pipeline::list_first_versions(conn, &[id])?.into_iter().next();
    let now: Vec<&NewItem> = contents.iter().collect();
    let corrected = before.map(|before| changes(&before.content, &whole.head(), &now)).unwrap_or_default();
    let history = pipeline::list_history(conn, id)?;
    let card = cards(conn, sight.owner, rows, today)?.into_iter().next();
    Ok(card.map(|card| PrescriptionDetail {
        card,
        events: history.iter().map(Into::into).collect(),
        changes: corrected.into_iter().map(Into::into).collect(),
    }))
}

/// The patient of a prescription, if it is one that the program's user may see.
pub fn find_patient_of(conn: &mut Db, sight: Sight, id: i64) -> QueryResult<Option<i64>> {
    Ok(queries::list_cards(conn, sight, &[id])?.first().map(|card| card.patient_id))
}

/// Offers the news to a collaborator: those of the last offer again, as long as they stand as they were told and nobody has
/// acknowledged it; otherwise what there is now.
pub fn offer(conn: &mut Db, by: &By) -> QueryResult<Made> {
    if let Some(open) = queries::find_open_download(conn, by.owner, by.actor)?
        && told_again(conn, by, open)?.is_some()
    {
        return Ok(Made { status: 201, ids: vec![open] });
    }
    let limit = i64::try_from(ROWS).unwrap_or(50);
    let news = validation::list_offered(conn, by, None, limit)?;
    let rows: Vec<(i64, State)> = news.iter().map(|row| (row.id, row.state)).collect();
    if rows.is_empty() {
        return Ok(Made { status: 200, ids: Vec::new() });
    }
    let id = queries::insert_download(conn, by, &rows)?;
    Ok(Made { status: 201, ids: vec![id] })
}

/// The cards of an offer, if every one still stands as it was told: what was annulled since must not be told as valid.
fn told_again(conn: &mut Db, by: &By, id: i64) -> QueryResult<Option<Vec<CardRow>>> {
    let told = queries::find_download(conn, by, id)?.unwrap_or_default();
    let ids: Vec<i64> = told.iter().map(|(id, _)| *id).collect();
    let rows = queries::list_cards(conn, Sight { owner: by.owner, author: Some(by.actor) }, &ids)?;
    let now: Vec<(i64, State)> = rows.iter().map(|row| (row.id, row.state)).collect();
    Ok((now == told).then_some(rows))
}

/// An offer as it is answered. `None` when what it told is no longer true.
pub fn load_offer(conn: &mut Db, by: &By, made: &Made) -> QueryResult<Option<DownloadOffer>> {
    let Some(id) = made.ids.first().copied() else {
        return Ok(Some(DownloadOffer { id: None, prescriptions: Vec::new() }));
    };
    let Some(rows) = told_again(conn, by, id)? else { return Ok(None) };
    Ok(Some(DownloadOffer { id: Some(id), prescriptions: cards(conn, by.owner, rows, by.today)? }))
}

/// The studio has what an offer told (OFFERTA becomes SCARICATA): what has moved on since stays on offer. Answers false when
/// there was no such offer.
pub fn acknowledge(conn: &mut Db, by: &By, id: i64) -> QueryResult<bool> {
    let Some(told) = queries::find_download(conn, by, id)? else { return Ok(false) };
    validated::acknowledge(conn, by, &told)?;
    queries::set_acknowledged(conn, id, by.now)?;
    Ok(true)
}
