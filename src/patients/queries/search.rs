//! The search of the patients' page. Each reading of the text is one range of one index, cut after a cursor; readings
//! are merged here, so that no engine has to plan an OR over several indexes.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::schema::{patient_words, patients, recent_patients};
use crate::db::{Db, Owner};
use crate::patients::model::{Category, Patient, Show, Status};
use kernel::folding::upper_bound;
use kernel::patient_query::{PatientQuery, Reading};

/// Rows of a page.
pub const PAGE: usize = 20;
/// So many words at most are looked up one by one; a start that more have is met soon by whoever walks the archive in order.
const FEW: i64 = 1_000;
/// The most patients "last opened" goes back to.
const RECENT: i64 = 200;

type Backend = <Db as diesel::Connection>::Backend;
type Query<'a> = patients::BoxedQuery<'a, Backend>;

/// Where a page of results begins: after this patient.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Search key of the last row shown.
    pub search_key: String,
    /// Its id.
    pub id: i64,
}

/// What is looked for.
#[derive(Clone)]
pub struct Search<'a> {
    /// The understood text; `None` for everybody.
    pub query: Option<&'a PatientQuery>,
    /// Which patients.
    pub show: Show,
    /// Only these, when given.
    pub among: Option<&'a [i64]>,
    /// Continue after this row.
    pub after: Option<&'a Cursor>,
}

/// A page of results.
#[derive(Default)]
pub struct Found {
    /// At most [`PAGE`] patients, by name.
    pub patients: Vec<Patient>,
    /// Whether others follow.
    pub more: bool,
}

/// One page of the doctor's patients.
pub fn search(conn: &mut Db, owner: Owner, search: &Search<'_>) -> QueryResult<Found> {
    let everybody = [Reading::Anyone];
    let readings = search.query.map_or(everybody.as_slice(), |query| query.readings.as_slice());
    let mut rows: Vec<Patient> = Vec::new();
    for reading in readings {
        rows.extend(by_reading(conn, owner, search, reading)?);
    }
    if rows.is_empty()
        && let Some(otherwise) = search.query.and_then(|query| query.otherwise.as_ref())
    {
        rows = by_reading(conn, owner, search, otherwise)?;
    }
    rows.sort_by(|a, b| (&a.search_key, a.id).cmp(&(&b.search_key, b.id)));
    rows.dedup_by_key(|patient| patient.id);
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    Ok(Found { patients: rows, more })
}

/// The patients of whose later words one begins with `start`: one range of an index.
macro_rules! beginning {
    ($owner:expr, $start:expr) => {
        patient_words::table
            .filter(patient_words::doctor_id.eq($owner.id()))
            .filter(patient_words::word.ge($start.to_owned()))
            .filter(patient_words::word.lt(upper_bound($start)))
            .select(patient_words::patient_id)
    };
}

/// Whether few enough words begin with `start` to look their patients up.
fn is_rare(conn: &mut Db, owner: Owner, start: &str) -> QueryResult<bool> {
    let one_more: Option<i64> = beginning!(owner, start).offset(FEW).limit(1).first(conn).optional()?;
    Ok(one_more.is_none())
}

/// Whether so many codes begin with `start` that they are not all put in the order of names for a page of them.
fn is_common_code(conn: &mut Db, owner: Owner, start: &str) -> QueryResult<bool> {
    let one_more: Option<i64> = patients::table
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(patients::fiscal_code.ge(start.to_owned()))
        .filter(patients::fiscal_code.lt(upper_bound(start)))
        .offset(FEW)
        .limit(1)
        .select(patients::id)
        .first(conn)
        .optional()?;
    Ok(one_more.is_some())
}

/// The later word by which a reading is looked up, when few have it.
fn rare_word<'a>(conn: &mut Db, owner: Owner, reading: &'a Reading) -> QueryResult<Option<&'a str>> {
    let word = match reading {
        Reading::LaterWord(start) => Some(start),
        Reading::Name { others, .. } => others.iter().max_by_key(|word| word.len()),
        _ => None,
    };
    match word {
        Some(word) if is_rare(conn, owner, word)? => Ok(Some(word)),
        _ => Ok(None),
    }
}

fn by_reading(conn: &mut Db, owner: Owner, search: &Search<'_>, reading: &Reading) -> QueryResult<Vec<Patient>> {
    let limit = i64::try_from(PAGE).unwrap_or(20).saturating_add(1);
    let rare = rare_word(conn, owner, reading)?;
    let mut query: Query<'_> = match rare {
        // The words are of this archive alone; named again here, the archive would be walked for its order.
        Some(word) => patients::table.filter(patients::id.eq_any(beginning!(owner, word))).into_boxed(),
        None => patients::table.filter(patients::doctor_id.eq(owner.id())).into_boxed(),
    };
    if let Some(year) = search.query.and_then(|query| query.birth_year) {
        query = query.filter(patients::birth_year.eq(i64::from(year)));
    }
    let by_year = search.query.is_some_and(|query| query.birth_year.is_some());
    query = match reading {
        Reading::LaterWord(_) if rare.is_some() => query,
        Reading::Anyone => query,
        Reading::Initials(initials) => query.filter(patients::initials.eq(initials.clone())),
        // By their first three signs they lie in the order of names, those of one year in an index of their own.
        Reading::FiscalCode(start) if start.len() >= 3 && (by_year || is_common_code(conn, owner, start)?) => {
            let signs: String = start.chars().take(3).collect();
            let opens = diesel::dsl::sql::<Bool>("substr(fiscal_code, 1, 3) = ").bind::<Text, _>(signs);
            // A pattern is no range: SQLite would take the one by code and leave the others, whatever that costs.
            query.filter(opens).filter(patients::fiscal_code.like(format!("{start}%")))
        }
        Reading::FiscalCode(start) => {
            query.filter(patients::fiscal_code.ge(start.clone())).filter(patients::fiscal_code.lt(upper_bound(start)))
        }
        Reading::LaterWord(start) => query.filter(patients::search_key.like(format!("% {start}%"))),
        Reading::Name { start, others } => {
            let range = query
                .filter(patients::search_key.ge(start.clone()))
                .filter(patients::search_key.lt(upper_bound(start)));
            // Folded words hold no wildcard; this only thins out what the range, or the rarest word, has already found.
            others.iter().fold(range, |query, word| query.filter(patients::search_key.like(format!("% {word}%"))))
        }
    };
    query = shown(query, search.show);
    if let Some(ids) = search.among {
        query = query.filter(patients::id.eq_any(ids.to_vec()));
    }
    if let Some(after) = search.after {
        let later = patients::search_key.gt(after.search_key.clone()).or(patients::id.gt(after.id));
        query = query.filter(patients::search_key.ge(after.search_key.clone())).filter(later);
    }
    query.order((patients::search_key.asc(), patients::id.asc())).limit(limit).select(Patient::as_select()).load(conn)
}

fn shown(query: Query<'_>, show: Show) -> Query<'_> {
    match show {
        Show::ActiveSsn => {
            query.filter(patients::status.eq(Status::Active)).filter(patients::category.eq(Category::Ssn))
        }
        Show::Active => query.filter(patients::status.eq(Status::Active)),
        Show::Revoked => query.filter(patients::status.eq(Status::Revoked)),
        Show::Deceased => query.filter(patients::status.eq(Status::Deceased)),
        Show::All => query,
    }
}

/// Ids of the patients this user opened, latest first, not before `since`.
pub fn list_recent(conn: &mut Db, owner: Owner, user_id: i64, since: Option<NaiveDateTime>) -> QueryResult<Vec<i64>> {
    let mut query = recent_patients::table
        .inner_join(patients::table)
        .filter(recent_patients::user_id.eq(user_id))
        .filter(patients::doctor_id.eq(owner.id()))
        .into_boxed::<Backend>();
    if let Some(since) = since {
        query = query.filter(recent_patients::opened_at.ge(since));
    }
    query
        .order((recent_patients::opened_at.desc(), recent_patients::patient_id.desc()))
        .limit(RECENT)
        .select(recent_patients::patient_id)
        .load(conn)
}
