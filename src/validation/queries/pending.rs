//! What waits for the doctor.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::schema::{prescriptions, users};
use crate::db::{Db, Owner};
use crate::prescriptions::model::{Head, Kind, State};
use crate::validation::model::LastTherapy;

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
    #[must_use]
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

/// What waits, first come first; of one patient only, when one is named.
///
/// # Errors
/// A database failure.
pub fn list_pending(conn: &mut Db, owner: Owner, patient: Option<i64>, limit: i64) -> QueryResult<Vec<PendingRow>> {
    let mut query = prescriptions::table
        .inner_join(users::table.on(users::id.eq(prescriptions::author_id)))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .order(prescriptions::id)
        .limit(limit)
        .select(pending_columns!())
        .into_boxed();
    if let Some(patient) = patient {
        query = query.filter(prescriptions::patient_id.eq(patient));
    }
    query.load(conn)
}

/// One that waits.
///
/// # Errors
/// A database failure.
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

/// The ids of all that waits, under the same filter as [`list_pending`].
///
/// # Errors
/// A database failure.
pub fn list_pending_ids(conn: &mut Db, owner: Owner, patient: Option<i64>) -> QueryResult<Vec<i64>> {
    let mut query = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .order(prescriptions::id)
        .limit(10_000)
        .select(prescriptions::id)
        .into_boxed();
    if let Some(patient) = patient {
        query = query.filter(prescriptions::patient_id.eq(patient));
    }
    query.load(conn)
}

/// A patient for whom something waits.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct PendingPatient {
    pub id: i64,
    pub name: Option<String>,
    pub count: i64,
}

/// The patients for whom something waits, by name.
///
/// # Errors
/// A database failure.
pub fn list_pending_patients(conn: &mut Db, owner: Owner) -> QueryResult<Vec<PendingPatient>> {
    let mut found: Vec<PendingPatient> = prescriptions::table
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::state.eq(State::Pending))
        .group_by(prescriptions::patient_id)
        .select((prescriptions::patient_id, diesel::dsl::max(prescriptions::patient_name), diesel::dsl::count_star()))
        .load(conn)?;
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

/// The last time each active substance was given to each of the doctor's patients for whom something waits: one
/// statement, however many they are.
///
/// # Errors
/// A database failure.
pub fn list_last_therapies(conn: &mut Db, owner: Owner) -> QueryResult<Vec<LastTherapy>> {
    let rows: Vec<LastLine> = diesel::sql_query(
        "SELECT patient_id, aic, atc, substance, group_code, label, pieces, posology, started_on FROM (\
             SELECT t.patient_id, t.aic, t.atc, t.substance, t.group_code, t.label, t.pieces, t.posology, t.started_on, \
                    ROW_NUMBER() OVER (PARTITION BY t.patient_id, t.atc, t.substance \
                                       ORDER BY t.started_on DESC, t.id DESC) AS place \
             FROM therapies t WHERE t.removed_on IS NULL AND t.patient_id IN (\
                 SELECT patient_id FROM prescriptions WHERE doctor_id = $1 AND state = $2)\
         ) AS line WHERE place = 1",
    )
    .bind::<BigInt, _>(owner.id())
    .bind::<Text, _>(State::Pending)
    .load(conn)?;
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
