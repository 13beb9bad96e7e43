//! Patients and formulary.

use chrono::NaiveDate;
use diesel::QueryResult;

use super::marks::{BadMark, mark, place_of};
use crate::api::model::{FormularyEdition, FormularyPage, PackageSummary, PatientCard, PatientPage, PatientSummary};
use crate::db::{Db, Owner};
use crate::formulary::service::{self as formulary, Criterion, FormularyIndexes};
use crate::patients::model::Show;
use crate::patients::queries::{self as patients, Cursor, Search};
use crate::record;
use crate::reference;
use kernel::patient_query::PatientQuery;

/// Packages on one page.
const PACKAGES: usize = 50;

/// One page of a patient search.
pub fn search_patients(
    conn: &mut Db,
    owner: Owner,
    (text, show): (&str, Show),
    cursor: Option<&str>,
) -> QueryResult<Result<PatientPage, BadMark>> {
    let after = match cursor.map(place_of::<1>) {
        None => None,
        Some(None) => return Ok(Err(BadMark)),
        Some(Some([id])) => match patients::find_patient(conn, owner, id)? {
            Some(patient) => Some(Cursor { search_key: patient.search_key, id }),
            None => return Ok(Err(BadMark)),
        },
    };
    let query = PatientQuery::parse(text);
    if query.is_none() && !text.is_empty() {
        return Ok(Ok(PatientPage { patients: Vec::new(), next: None }));
    }
    let wanted = Search { query: query.as_ref(), show, among: None, after: after.as_ref() };
    let found = patients::search(conn, owner, &wanted)?;
    let next = found.patients.last().filter(|_| found.more).map(|last| mark(&[last.id]));
    Ok(Ok(PatientPage { patients: found.patients.iter().map(PatientSummary::from).collect(), next }))
}

/// One patient with what prescribing needs. `None` when it is not of this archive.
pub fn load_patient(conn: &mut Db, owner: Owner, id: i64, today: NaiveDate) -> QueryResult<Option<PatientCard>> {
    let Some(patient) = patients::find_patient(conn, owner, id)? else { return Ok(None) };
    let allergies = record::queries::list_allergies(conn, owner, id, false)?;
    let exemptions = record::queries::list_exemptions(conn, owner, id, false)?;
    let problems = record::queries::list_open_problems(conn, owner, id)?;
    Ok(Some(PatientCard::new(&patient, allergies, exemptions, problems, today)))
}

/// One page of a search of the formulary. A mark of another edition begins anew.
pub fn search_formulary(
    conn: &mut Db,
    indexes: &FormularyIndexes,
    asked: (Criterion, &str),
    cursor: Option<&str>,
    today: NaiveDate,
) -> QueryResult<Result<FormularyPage, BadMark>> {
    let from = match cursor.map(place_of::<2>) {
        None => None,
        Some(None) => return Ok(Err(BadMark)),
        Some(Some([edition, place])) => Some((edition, usize::try_from(place).unwrap_or(0))),
    };
    let Some(found) = formulary::search(conn, indexes, asked, from, PACKAGES)? else {
        let packages = Vec::new();
        return Ok(Ok(FormularyPage { edition: None, total: 0, approximate: false, packages, next: None }));
    };
    let books = reference::books::books(conn, today)?;
    let next = found.next.and_then(|(edition, place)| Some(mark(&[edition, i64::try_from(place).ok()?])));
    Ok(Ok(FormularyPage {
        edition: Some(FormularyEdition { label: found.edition.label, date: found.edition.edition_date }),
        total: found.total,
        approximate: found.approximate,
        packages: found.packages.iter().map(|row| PackageSummary::new(row, &books.notes)).collect(),
        next,
    }))
}
