//! What an answer is loaded with, and the marks of pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::QueryResult;

use super::model::{FormularyEdition, FormularyPage, PackageSummary, PatientCard, PatientPage, PatientSummary};
use crate::db::{Db, Owner};
use crate::formulary::index::{By, FormularyIndexes};
use crate::kernel::patient_query::PatientQuery;
use crate::patients::model::Show;
use crate::patients::queries::{self as patients, Cursor, Search};
use crate::{formulary, record};

/// Packages on one page.
const PACKAGES: usize = 50;

/// A mark for the page after `place`: numbers that mean nothing to who holds it.
fn mark(place: &[i64]) -> String {
    let text: Vec<String> = place.iter().map(ToString::to_string).collect();
    URL_SAFE_NO_PAD.encode(text.join(","))
}

/// Reads a mark of `N` numbers that [`mark`] made.
fn place_of<const N: usize>(mark: &str) -> Option<[i64; N]> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(mark).ok()?).ok()?;
    let numbers: Option<Vec<i64>> = text.split(',').map(|number| number.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// The mark is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMark;

/// One page of a patient search.
///
/// # Errors
/// A database failure.
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
///
/// # Errors
/// A database failure.
pub fn load_patient(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<PatientCard>> {
    let Some(patient) = patients::find_patient(conn, owner, id)? else { return Ok(None) };
    let allergies = record::queries::list_allergies(conn, owner, id, false)?;
    let exemptions = record::queries::list_exemptions(conn, owner, id, false)?;
    let problems = record::queries::list_open_problems(conn, owner, id)?;
    Ok(Some(PatientCard::new(&patient, allergies, exemptions, problems)))
}

/// One page of a search of the formulary. A mark of another edition begins anew.
///
/// # Errors
/// A database failure.
pub fn search_formulary(
    conn: &mut Db,
    indexes: &FormularyIndexes,
    (by, text): (By, &str),
    cursor: Option<&str>,
) -> QueryResult<Result<FormularyPage, BadMark>> {
    let nothing = FormularyPage { edition: None, total: 0, approximate: false, packages: Vec::new(), next: None };
    let Some(index) = indexes.current(conn)? else { return Ok(Ok(nothing)) };
    let edition = index.edition();
    let from = match cursor.map(place_of::<2>) {
        None => 0,
        Some(None) => return Ok(Err(BadMark)),
        Some(Some([of, place])) if of == edition.id => usize::try_from(place).unwrap_or(0),
        Some(Some(_)) => 0,
    };
    let hits = index.search(by, text, from, PACKAGES);
    let rows = formulary::queries::list_by_ids(conn, &hits.ids)?;
    let next = hits.next.and_then(|place| i64::try_from(place).ok()).map(|place| mark(&[edition.id, place]));
    Ok(Ok(FormularyPage {
        edition: Some(FormularyEdition { label: edition.label.clone(), date: edition.edition_date }),
        total: hits.total,
        approximate: hits.approximate,
        packages: rows.iter().map(PackageSummary::from).collect(),
        next,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_back_and_nothing_else_is() {
        assert_eq!(place_of::<2>(&mark(&[7, 50])), Some([7, 50]));
        assert_eq!(place_of::<1>(&mark(&[7, 50])), None);
        for forged in ["", "x", "é", "LTE", &"A".repeat(1000)] {
            assert!(place_of::<2>(forged).is_none(), "{forged}");
        }
    }
}
