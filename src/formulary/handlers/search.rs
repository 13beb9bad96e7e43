//! The formulary's page and its live box of results.

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use diesel::QueryResult;

use super::{banner, note, shell};
use crate::db::Db;
use crate::formulary::forms::{Asked, Cursor};
use crate::formulary::index::{Criterion, FormularyIndex, FormularyIndexes};
use crate::formulary::model::{Edition, Listed};
use crate::formulary::pages::{Around, FormularyPage, Found, PackageLine, Results, ResultsFragment, title};
use crate::formulary::queries::{self, Group};
use crate::record;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::{ADDRESS_HEADER, Page, wants_fragment};
use crate::web::paths;
use crate::web::shell::PatientBanner;
use kernel::money::Cents;

/// Packages on one page of results.
const PAGE: usize = 30;

/// The id of the box of results.
pub const BOX: &str = "risultati";

/// The formulary on its own.
pub async fn general(
    doctor: Acting,
    req: HttpRequest,
    indexes: web::Data<FormularyIndexes>,
) -> Result<HttpResponse, AppError> {
    show(doctor, &req, &indexes, None).await
}

/// The formulary while choosing for a patient.
pub async fn for_patient(
    doctor: Acting,
    req: HttpRequest,
    path: web::Path<i64>,
    indexes: web::Data<FormularyIndexes>,
) -> Result<HttpResponse, AppError> {
    show(doctor, &req, &indexes, Some(path.into_inner())).await
}

async fn show(
    doctor: Acting,
    req: &HttpRequest,
    indexes: &FormularyIndexes,
    patient: Option<i64>,
) -> Result<HttpResponse, AppError> {
    let asked = Asked::of_query(req.query_string());
    let Loaded { banner, edition, results, waiting } = load(&doctor, indexes, patient, asked.clone()).await?;
    if wants_fragment(req, BOX) {
        return Page::ok(ResultsFragment { results }).render();
    }
    note(&doctor, patient).await?;
    let (edition_date, edition_label) = edition.map(Edition::shown).unwrap_or_default();
    Page::ok(FormularyPage {
        shell: shell(doctor, banner),
        edition_date,
        edition_label,
        asked,
        results,
        waiting,
        back: patient.map_or_else(paths::patients, paths::record),
        action: patient.map_or_else(paths::formulary, paths::patient_formulary),
    })
    .render()
}

/// The box of results alone, for a live search that was posted, with the address that shows the same.
pub async fn posted(
    doctor: &Acting,
    indexes: &FormularyIndexes,
    patient: i64,
    asked: Asked,
) -> Result<HttpResponse, AppError> {
    let address = format!("{}{}", paths::patient_formulary(patient), asked.to_query());
    let results = load(doctor, indexes, Some(patient), asked).await?.results;
    let mut answer = Page::ok(ResultsFragment { results }).render()?;
    answer.headers_mut().insert(ADDRESS_HEADER, HeaderValue::from_str(&address).map_err(AppError::internal)?);
    Ok(answer)
}

/// What one snapshot of the database gives.
struct Loaded {
    banner: Option<PatientBanner>,
    edition: Option<Edition>,
    results: Results,
    /// Drugs already in the patient's basket.
    waiting: i64,
}

async fn load(
    doctor: &Acting,
    indexes: &FormularyIndexes,
    patient: Option<i64>,
    asked: Asked,
) -> Result<Loaded, AppError> {
    let (owner, today, indexes) = (doctor.owner(), doctor.today(), indexes.clone());
    let (can_keep, author) = (doctor.is_doctor(), doctor.id());
    let load = move |conn: &mut Db| -> Result<Loaded, AppError> {
        let banner = banner(conn, owner, patient, today)?;
        let index = indexes.current(conn)?;
        let allergies = banner.as_ref().map(|banner| banner.allergies.as_slice()).unwrap_or_default();
        let around = Around { patient, allergies, today, asked: &asked };
        let results = Results { can_keep, ..results(conn, index.as_deref(), around)? };
        let waiting = match patient {
            Some(patient) => record::queries::count_draft_items(conn, owner, author, patient)?,
            None => 0,
        };
        Ok(Loaded { banner, edition: index.map(|index| index.edition().clone()), results, waiting })
    };
    doctor.read(load).await
}

/// What the box of results shows.
fn results(conn: &mut Db, index: Option<&FormularyIndex>, around: Around<'_>) -> Result<Results, AppError> {
    let Around { patient, asked, .. } = around;
    let (found, rows) = match index {
        None => (Found::NoEdition, Vec::new()),
        Some(_) if asked.equivalents_of.is_some() => equivalents(conn, around)?,
        Some(index) => search(conn, index, around)?,
    };
    let missing: Vec<&String> = asked.ticked.iter().filter(|aic| !rows.iter().any(|row| row.aic == **aic)).collect();
    let kept = if patient.is_some() { queries::list_by_aics(conn, &missing)? } else { Vec::new() };
    let kept = kept.iter().map(|row| PackageLine::new(row, around)).collect();
    Ok(Results { found, rows, kept, query: asked.query.clone(), patient, can_keep: true })
}

fn search(conn: &mut Db, index: &FormularyIndex, around: Around<'_>) -> QueryResult<(Found, Vec<PackageLine>)> {
    let asked = around.asked;
    let letters = asked.query.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < 2 {
        let found = if asked.query.is_empty() { Found::Nothing } else { Found::TooShort };
        return Ok((found, Vec::new()));
    }
    let edition = index.edition().id;
    let from = asked.from.place(edition);
    let hits = index.search(asked.by, &asked.query, from, PAGE);
    if hits.ids.is_empty() {
        let other = elsewhere(index, asked).map(|by| {
            let asked = Asked { by, from: Cursor::default(), ..asked.clone() };
            (around.page(&asked), by.label())
        });
        return Ok((Found::None { other }, Vec::new()));
    }
    let rows = queries::list_by_ids(conn, &hits.ids)?;
    let first = Asked { from: Cursor::default(), ..asked.clone() };
    let found = Found::Hits {
        title: title(&asked.query, hits.total, from, hits.ids.len()),
        approximate: hits.approximate,
        next: hits.next.map(|place| Cursor::new(edition, place).text()).unwrap_or_default(),
        first: if from > 0 { around.page(&first) } else { String::new() },
    };
    Ok((found, rows.iter().map(|row| PackageLine::new(row, around)).collect()))
}

/// Another column in which the same words are found: as written if possible.
fn elsewhere(index: &FormularyIndex, asked: &Asked) -> Option<Criterion> {
    let others = || Criterion::ALL.into_iter().filter(|by| *by != asked.by);
    let hits = |by: Criterion| index.search(by, &asked.query, 0, 1);
    others()
        .find(|by| {
            let hits = hits(*by);
            hits.total > 0 && !hits.approximate
        })
        .or_else(|| others().find(|by| hits(*by).total > 0))
}

/// The equivalence group of one package.
fn equivalents(conn: &mut Db, around: Around<'_>) -> QueryResult<(Found, Vec<PackageLine>)> {
    let aic = around.asked.equivalents_of.as_deref().unwrap_or_default();
    let Some(asked_for) = queries::find_by_aic(conn, aic)? else {
        return Ok((
            Found::NoGroup { text: "La confezione non è nel prontuario in uso: cercala di nuovo." },
            Vec::new(),
        ));
    };
    let package = asked_for.package;
    let Some(group) = queries::find_group(conn, package.edition_id, &package.group_code)? else {
        let text = "Gli elenchi dell’AIFA non le danno un gruppo di equivalenza: è così per i farmaci in classe C.";
        return Ok((Found::NoGroup { text }, Vec::new()));
    };
    let line = |row: &Listed| PackageLine::new(row, around).with_share(&group, &row.package);
    let rows = group.packages.iter().map(line).collect();
    let found = Found::Group {
        label: package.label,
        description: format!("{} · {}", group.code, group.description),
        reference: reference(&group),
    };
    Ok((found, rows))
}

/// What the health service pays for a package of the group.
fn reference(group: &Group) -> String {
    match group.reference_cents.map(Cents) {
        None => "Non è nella lista di trasparenza: il SSN paga il prezzo intero di ciascuna.".to_owned(),
        Some(price) if group.by_lowest_price => format!("Il SSN paga fino al prezzo più basso del gruppo, € {price}."),
        Some(price) => format!("Il SSN paga fino al prezzo di riferimento, € {price}."),
    }
}
