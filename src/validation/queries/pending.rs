//! What waits for the doctor.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::schema::{prescriptions, users};
use crate::db::{Db, Owner};
use crate::prescriptions::model::{Head, Kind, State};
use crate::validation::model::{LastTherapy, PENDING_PAGE, Window};

/// A prescription that waits, as its list shows it.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct PendingRow {
    pub id: i64,
    pub revision: i64,
    pub patient_id: i64,
    pub patient_name: String,
    pub patient_code: String,
    pub kind: Kind,
    pub exemption_code: String,
    pub suggested: bool,
    pub income_exempt: bool,
    pub diagnosis_code: String,
    pub visit_kind: String,
    pub hide_data: bool,
    pub diagnosis_text: String,
    pub plan_protocol: String,
    pub copied_from: Option<i64>,
    pub created_at: NaiveDateTime,
    pub author_surname: String,
    pub author_name: String,
}

impl PendingRow {
    /// What stands over its rows.
    pub fn head(&self) -> Head {
        Head {
            suggested: self.suggested,
            exemption_code: self.exemption_code.clone(),
            income_exempt: self.income_exempt,
            diagnosis_code: self.diagnosis_code.clone(),
            diagnosis_text: self.diagnosis_text.clone(),
            plan_protocol: self.plan_protocol.clone(),
        }
    }
}

macro_rules! pending_columns {
    () => {
        (
            prescriptions::id,
            prescriptions::revision,
            prescriptions::patient_id,
            prescriptions::patient_name,
            prescriptions::patient_code,
            prescriptions::kind,
            prescriptions::exemption_code,
            prescriptions::suggested,
            prescriptions::income_exempt,
            prescriptions::diagnosis_code,
            prescriptions::visit_kind,
            prescriptions::hide_data,
            prescriptions::diagnosis_text,
            prescriptions::plan_protocol,
            prescriptions::copied_from,
            prescriptions::created_at,
            users::surname,
            users::name,
        )
    };
}

/// What waits in the window, first come first.
pub fn list_pending(conn: &mut Db, owner: Owner, window: Window, limit: i64) -> QueryResult<Vec<PendingRow>> {
    let mut query = prescriptions::table
        .inner_join(users::table.on(users::id.eq(prescriptions::author_id)))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .filter(prescriptions::id.gt(window.after))
        .order(prescriptions::id)
        .limit(limit)
        .select(pending_columns!())
        .into_boxed();
    if let Some(patient) = window.patient {
        query = query.filter(prescriptions::patient_id.eq(patient));
    }
    query.load(conn)
}

/// One that waits.
pub fn find_pending(conn: &mut Db, owner: Owner, id: i64) -> QueryResult<Option<PendingRow>> {
    prescriptions::table
        .inner_join(users::table.on(users::id.eq(prescriptions::author_id)))
        .filter(prescriptions::id.eq(id))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .select(pending_columns!())
        .first(conn)
        .optional()
}

/// The ids of what waits in the window, first come first.
pub fn list_pending_ids(conn: &mut Db, owner: Owner, window: Window, limit: i64) -> QueryResult<Vec<i64>> {
    let mut query = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .filter(prescriptions::id.gt(window.after))
        .order(prescriptions::id)
        .limit(limit)
        .select(prescriptions::id)
        .into_boxed();
    if let Some(patient) = window.patient {
        query = query.filter(prescriptions::patient_id.eq(patient));
    }
    query.load(conn)
}

/// The id of what came last of all that waits; 0 when nothing does.
pub fn find_newest_pending(conn: &mut Db, owner: Owner) -> QueryResult<i64> {
    let newest: Option<i64> = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .order(prescriptions::id.desc())
        .select(prescriptions::id)
        .first(conn)
        .optional()?;
    Ok(newest.unwrap_or(0))
}

/// A patient for whom something waits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct PendingPatient {
    pub id: i64,
    pub name: String,
    /// How many; `None` when not all that waits was looked at.
    pub count: Option<i64>,
}

/// The patients for whom something waits, by name, as far as the first `limit` prescriptions tell.
pub fn list_pending_patients(conn: &mut Db, owner: Owner, limit: usize) -> QueryResult<Vec<PendingPatient>> {
    let first: Vec<(i64, String)> = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .order(prescriptions::id)
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((prescriptions::patient_id, prescriptions::patient_name))
        .load(conn)?;
    let all = first.len() < limit;
    let mut found: BTreeMap<i64, (String, i64)> = BTreeMap::new();
    for (id, name) in first {
        let known = found.entry(id).or_default();
        known.1 += 1;
        known.0 = known.0.clone().max(name);
    }
    let patient = |(id, (name, count))| PendingPatient { id, name, count: all.then_some(count) };
    let mut found: Vec<PendingPatient> = found.into_iter().map(patient).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(found)
}

#[derive(QueryableByName)]
struct LastLine {
    #[diesel(sql_type = BigInt)]
    patient_id: i64,
    #[diesel(sql_type = Text)]
    aic: String,
    #[diesel(sql_type = Text)]
    atc: String,
    #[diesel(sql_type = Text)]
    substance: String,
    #[diesel(sql_type = Text)]
    group_code: String,
    #[diesel(sql_type = Text)]
    label: String,
    #[diesel(sql_type = BigInt)]
    pieces: i64,
    #[diesel(sql_type = Text)]
    posology: String,
    #[diesel(sql_type = Date)]
    started_on: NaiveDate,
}

/// The last time each active substance was given to each of these patients of the doctor's: one statement for each
/// [`PENDING_PAGE`] of them.
pub fn list_last_therapies(conn: &mut Db, patients: &BTreeSet<i64>) -> QueryResult<Vec<LastTherapy>> {
    let patients: Vec<i64> = patients.iter().copied().collect();
    let mut found = Vec::new();
    for page in patients.chunks(PENDING_PAGE) {
        found.extend(list_last_therapies_of(conn, page)?);
    }
    Ok(found)
}

fn list_last_therapies_of(conn: &mut Db, patients: &[i64]) -> QueryResult<Vec<LastTherapy>> {
    // As many places as a page can fill, the last patient in all that are left over: one text, prepared once.
    let places: Vec<String> = (1..=PENDING_PAGE).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT patient_id, aic, atc, substance, group_code, label, pieces, posology, started_on FROM (\
             SELECT t.patient_id, t.aic, t.atc, t.substance, t.group_code, t.label, t.pieces, t.posology, t.started_on, \
                    ROW_NUMBER() OVER (PARTITION BY t.patient_id, t.atc, t.substance \
                                       ORDER BY t.started_on DESC, t.id DESC) AS place \
             FROM therapies t WHERE t.removed_on IS NULL AND t.patient_id IN ({})\
         ) AS line WHERE place = 1",
        places.join(", ")
    );
    let last = patients.last().copied().unwrap_or(0);
    let filled = patients.iter().copied().chain(std::iter::repeat(last)).take(PENDING_PAGE);
    let mut query = diesel::sql_query(sql).into_boxed::<<Db as diesel::Connection>::Backend>();
    for id in filled {
        query = query.bind::<BigInt, _>(id);
    }
    let rows: Vec<LastLine> = query.load(conn)?;
    let therapy = |line: LastLine| LastTherapy {
        patient_id: line.patient_id,
        aic: line.aic,
        atc: line.atc,
        substance: line.substance,
        group_code: line.group_code,
        label: line.label,
        pieces: line.pieces,
        posology: line.posology,
        started_on: line.started_on,
    };
    Ok(rows.into_iter().map(therapy).collect())
}
