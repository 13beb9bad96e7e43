//! Therapies, with the state of the prescription that issued them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::insert_change;
use super::lists::{of_problem, windowed};
use crate::db::schema::{patients, prescription_items, prescriptions, therapies};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::prescriptions::model::State;
use crate::record::model::{Action, Entry, Kind, ProblemFilter, Therapy, TherapyValues, Window};

/// A therapy and where its prescription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TherapyRow {
    /// The therapy.
    pub therapy: Therapy,
    /// State of the prescription, if there is one: the first, when its packs went on several.
    pub state: Option<State>,
    /// Of the prescriptions its packs went on, how many were sent and how many there are; when they did not all end alike.
    pub sent_of: Option<(usize, usize)>,
}

/// Therapies, newest first.
pub fn list_therapies(conn: &mut Db, owner: Owner, patient_id: i64, window: &Window) -> QueryResult<Vec<TherapyRow>> {
    let issued_by = prescriptions::id.nullable().eq(therapies::prescription_id);
    let query = therapies::table
        .inner_join(patients::table)
        .left_join(prescriptions::table.on(issued_by))
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(therapies::patient_id.eq(patient_id))
        .select((Therapy::as_select(), prescriptions::state.nullable(), prescriptions::created_at.nullable()))
        .into_boxed();
    let rows: Vec<(Therapy, Option<State>, Option<NaiveDateTime>)> =
        windowed!(of_problem!(query, therapies, window), therapies, started_on, window).load(conn)?;
    let split: Vec<NaiveDateTime> = rows
        .iter()
        .filter(|(therapy, ..)| therapy.values.pieces > 1)
        .filter_map(|(.., confirmed)| *confirmed)
        .collect();
    let sisters = list_sisters(conn, owner, patient_id, &split)?;
    let row = |(therapy, state, confirmed): (Therapy, Option<State>, Option<NaiveDateTime>)| {
        let of = |sister: &&Sister| Some(sister.0) == confirmed && sister.1 == therapy.values.aic;
        let states: Vec<State> = sisters.iter().filter(of).map(|sister| sister.2).collect();
        let mixed = states.iter().any(|other| Some(*other) != state);
        let sent = states.iter().filter(|state| **state == State::Accepted).count();
        TherapyRow { therapy, state, sent_of: mixed.then_some((sent, states.len())) }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// When a prescription was confirmed, a drug on it, and where it stands.
type Sister = (NaiveDateTime, String, State);

/// The prescriptions of the patient that were confirmed at these instants: the law splits many packs of a drug among
/// several, all confirmed at once.
fn list_sisters(conn: &mut Db, owner: Owner, patient_id: i64, confirmed: &[NaiveDateTime]) -> QueryResult<Vec<Sister>> {
    if confirmed.is_empty() {
        return Ok(Vec::new());
    }
    prescriptions::table
        .inner_join(prescription_items::table)
        .filter(prescriptions::patient_id.eq(patient_id))
        .filter(prescriptions::doctor_id.eq(owner.id()))
        .filter(prescriptions::created_at.eq_any(confirmed.to_vec()))
        .select((prescriptions::created_at, prescription_items::aic, prescriptions::state))
        .load(conn)
}

/// These therapies of the patient, in the order asked for; ids that are not theirs are simply missing.
pub fn list_therapies_by_ids(conn: &mut Db, owner: Owner, patient_id: i64, ids: &[i64]) -> QueryResult<Vec<Therapy>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<Therapy> = therapies::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(therapies::patient_id.eq(patient_id))
        .filter(therapies::removed_on.is_null())
        .filter(therapies::id.eq_any(ids.to_vec()))
        .select(Therapy::as_select())
        .load(conn)?;
    found.sort_by_key(|therapy| ids.iter().position(|id| *id == therapy.id));
    Ok(found)
}

/// The latest of the patient's therapies of this package that is neither suspended nor taken out.
pub fn find_running_therapy(conn: &mut Db, owner: Owner, patient_id: i64, aic: &str) -> QueryResult<Option<i64>> {
    therapies::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()))
        .filter(therapies::patient_id.eq(patient_id))
        .filter(therapies::aic.eq(aic))
        .filter(therapies::suspended_on.is_null())
        .filter(therapies::removed_on.is_null())
        .order((therapies::started_on.desc(), therapies::id.desc()))
        .select(therapies::id)
        .first(conn)
        .optional()
}

/// Takes the patient's row for this transaction, so that of two equal requests the second sees what the first wrote;
/// answers whether the patient is this doctor's.
pub fn hold_patient(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<bool> {
    let row = patients::table.filter(patients::id.eq(patient_id)).filter(patients::doctor_id.eq(owner.id()));
    Ok(diesel::update(row).set(patients::revision.eq(patients::revision)).execute(conn)? == 1)
}

/// Writes a therapy and the first line of its history; returns its id.
///
/// The caller has checked that the patient is the owner's and that the problem, if any, is the patient's.
pub fn insert_therapy(conn: &mut Db, by: &By, patient_id: i64, values: &TherapyValues) -> QueryResult<i64> {
    let id = Therapy::insert(conn, by, patient_id, values)?;
    insert_change(conn, by, patient_id, (Kind::Therapy, id), Action::Created, (None, values))?;
    Ok(id)
}
