//! The panels and the long lists: newest first, cut by a [`Window`], continued after a cursor.

use diesel::prelude::*;

use crate::db::schema::{allergies, diary_entries, investigations, patient_exemptions, patients, problems, users};
use crate::db::{Db, Owner};
use crate::record::model::{Allergy, DiaryEntry, Exemption, Investigation, Problem, ProblemFilter, Window};

/// More allergies or exemptions than anybody has.
const CAP: i64 = 100;

/// A diary entry with `SURNAME Name` of who last wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiaryRow {
    /// The entry.
    pub entry: DiaryEntry,
    /// Who wrote this version.
    pub author: String,
}

/// Filters, orders and cuts a boxed query as a [`Window`] says: written once, as diesel's types do not let a function be.
macro_rules! windowed {
    ($query:expr, $table:ident, $date:ident, $window:expr) => {{
        let window: &Window = $window;
        let mut query = if window.removed {
            $query.filter($table::removed_on.is_not_null())
        } else {
            $query.filter($table::removed_on.is_null())
        };
        if let Some(after) = window.after {
            let same_day = $table::$date.eq(after.date).and($table::id.lt(after.id));
            query = query.filter($table::$date.lt(after.date).or(same_day));
        }
        query.order(($table::$date.desc(), $table::id.desc())).limit(window.limit)
    }};
}

/// Keeps the entries of the problem that a [`Window`] asks for.
macro_rules! of_problem {
    ($query:expr, $table:ident, $window:expr) => {
        match $window.filter {
            ProblemFilter::All => $query,
            ProblemFilter::Without => $query.filter($table::problem_id.is_null()),
            ProblemFilter::Of(id) => $query.filter($table::problem_id.eq(id)),
        }
    };
}

pub(super) use {of_problem, windowed};

/// Problems, newest first.
pub fn list_problems(conn: &mut Db, owner: Owner, patient_id: i64, window: &Window) -> QueryResult<Vec<Problem>> {
    let query = problems::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(problems::patient_id.eq(patient_id))
        .select(Problem::as_select())
        .into_boxed();
    windowed!(query, problems, opened_on, window).load(conn)
}

/// Problems for the panel: the open ones, newest first, then the closed ones; those of one day as they were written.
pub fn list_problems_open_first(conn: &mut Db, owner: Owner, patient_id: i64, limit: i64) -> QueryResult<Vec<Problem>> {
    problems::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(problems::patient_id.eq(patient_id))
        .filter(problems::removed_on.is_null())
        .order((problems::closed_on.is_not_null().asc(), problems::opened_on.desc(), problems::id.asc()))
        .limit(limit)
        .select(Problem::as_select())
        .load(conn)
}

/// Open problems, for a choice in a form: id, description and ICD-9-CM code.
pub fn list_open_problems(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Vec<(i64, String, String)>> {
    problems::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(problems::patient_id.eq(patient_id))
        .filter(problems::removed_on.is_null())
        .filter(problems::closed_on.is_null())
        .order((problems::opened_on.desc(), problems::id.desc()))
        .limit(CAP)
        .select((problems::id, problems::description, problems::icd9_code))
        .load(conn)
}

/// Investigations, newest first.
pub fn list_investigations(
    conn: &mut Db,
    owner: Owner,
    patient_id: i64,
    window: &Window,
) -> QueryResult<Vec<Investigation>> {
    let query = investigations::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(investigations::patient_id.eq(patient_id))
        .select(Investigation::as_select())
        .into_boxed();
    windowed!(of_problem!(query, investigations, window), investigations, requested_on, window).load(conn)
}

/// The diary, newest first.
pub fn list_diary(conn: &mut Db, owner: Owner, patient_id: i64, window: &Window) -> QueryResult<Vec<DiaryRow>> {
    let query = diary_entries::table
        .inner_join(patients::table)
        .inner_join(users::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(diary_entries::patient_id.eq(patient_id))
        .select((DiaryEntry::as_select(), (users::surname, users::name)))
        .into_boxed();
    let rows: Vec<(DiaryEntry, (String, String))> =
        windowed!(of_problem!(query, diary_entries, window), diary_entries, entry_date, window).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(entry, (surname, name))| DiaryRow { entry, author: format!("{surname} {name}") })
        .collect())
}

/// Allergies in the record (or, with `removed`, those taken out), latest first.
pub fn list_allergies(conn: &mut Db, owner: Owner, patient_id: i64, removed: bool) -> QueryResult<Vec<Allergy>> {
    allergies::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(allergies::patient_id.eq(patient_id))
        .filter(allergies::removed_on.is_not_null().eq(removed))
        .order((allergies::noted_on.desc(), allergies::id.desc()))
        .limit(CAP)
        .select(Allergy::as_select())
        .load(conn)
}

/// The allergies in the records of these people, each once, in the order they were written.
pub fn list_allergies_of(conn: &mut Db, owner: Owner, people: &[i64]) -> QueryResult<Vec<Allergy>> {
    allergies::table
        .inner_join(patients::table)
        .filter(owner.holds(patients::doctor_id))
        .filter(allergies::patient_id.eq_any(people.to_vec()))
        .filter(allergies::removed_on.is_null())
        .order(allergies::id)
        .limit(CAP.saturating_mul(1_000))
        .select(Allergy::as_select())
        .load(conn)
}

/// Exemptions in the record (or, with `removed`, those taken out), expired ones included, by code.
pub fn list_exemptions(conn: &mut Db, owner: Owner, patient_id: i64, removed: bool) -> QueryResult<Vec<Exemption>> {
    patient_exemptions::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(patient_exemptions::patient_id.eq(patient_id))
        .filter(patient_exemptions::removed_on.is_not_null().eq(removed))
        .order((patient_exemptions::code.asc(), patient_exemptions::id.asc()))
        .limit(CAP)
        .select(Exemption::as_select())
        .load(conn)
}

/// The exemptions of several patients of the doctor, expired ones included.
pub fn list_exemptions_of(conn: &mut Db, owner: Owner, people: &[i64]) -> QueryResult<Vec<Exemption>> {
    patient_exemptions::table
        .inner_join(patients::table)
        .filter(owner.holds(patients::doctor_id))
        .filter(patient_exemptions::patient_id.eq_any(people.to_vec()))
        .filter(patient_exemptions::removed_on.is_null())
        .order(patient_exemptions::id)
        .limit(CAP.saturating_mul(1_000))
        .select(Exemption::as_select())
        .load(conn)
}
