//! What waits or is on its way for some patients.

use diesel::prelude::*;

use crate::db::schema::{prescription_items, prescriptions};
use crate::db::{Db, Owner};
use crate::prescriptions::model::State;

/// A drug of a prescription that waits for the doctor or is on its way to SAC.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct UnderWay {
    pub prescription: i64,
    pub patient: i64,
    pub state: State,
    pub submission: String,
    pub aic: String,
    pub label: String,
    pub substance: String,
    pub atc: String,
    pub group_code: String,
}

/// Everything that waits or is on its way for these patients of the archive, oldest first: the patients' few rows of four
/// states, however many wait for others.
pub fn list_under_way(conn: &mut Db, owner: Owner, patients: &[i64]) -> QueryResult<Vec<UnderWay>> {
    let mut rows: Vec<UnderWay> = prescription_items::table
        .inner_join(prescriptions::table)
        .filter(owner.holds(prescriptions::doctor_id))
        .filter(prescriptions::state.eq_any([State::Pending, State::ToSend, State::Sending, State::Uncertain]))
        .filter(prescriptions::patient_id.eq_any(patients.to_vec()))
        .limit(5_000)
        .select((
            prescriptions::id,
            prescriptions::patient_id,
            prescriptions::state,
            prescriptions::submission,
            prescription_items::aic,
            prescription_items::label,
            prescription_items::substance,
            prescription_items::atc,
            prescription_items::group_code,
        ))
        .load(conn)?;
    // Here, not there: asked for in this order, an engine may walk all prescriptions to find the few.
    rows.sort_by_key(|row| row.prescription);
    Ok(rows)
}
