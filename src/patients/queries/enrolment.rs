//! Who has a portal of their own (Millebook).

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{millebook_enrolments, patients};
use crate::db::{Db, Owner};

/// A patient's enrolment.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = millebook_enrolments)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Enrolment {
    pub patient_id: i64,
    pub user_id: Option<i64>,
    pub consent_at: NaiveDateTime,
    pub enrolled_by: i64,
    pub activated_at: Option<NaiveDateTime>,
    pub withdrawn_at: Option<NaiveDateTime>,
    pub withdrawn_by: Option<i64>,
}

/// How a patient stands with the portal of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Portal {
    /// Not enrolled, or not any more.
    #[default]
    Closed,
    /// Enrolled; the code was not used yet.
    Waiting,
    /// The patient enters.
    Active,
}

impl Portal {
    /// What is published there can be found by the patient, now or later.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }
}

impl Enrolment {
    /// How the patient stands.
    pub const fn portal(&self) -> Portal {
        match (self.is_open(), self.activated_at) {
            (false, _) => Portal::Closed,
            (true, None) => Portal::Waiting,
            (true, Some(_)) => Portal::Active,
        }
    }

    /// The patient gave consent and has not taken it back. Published prescriptions wait for one who has not yet entered.
    pub const fn is_open(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}

/// The enrolment of a patient of this doctor, also a withdrawn one.
pub fn find_enrolment(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Option<Enrolment>> {
    millebook_enrolments::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()).and(patients::id.eq(patient_id)))
        .select(Enrolment::as_select())
        .first(conn)
        .optional()
}

/// How a patient of this doctor stands with the portal.
pub fn find_portal(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Portal> {
    Ok(find_enrolment(conn, owner, patient_id)?.map_or(Portal::Closed, |enrolment| enrolment.portal()))
}

/// Those of the doctor's patients whose enrolment is open.
pub fn list_enrolled(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<i64>> {
    millebook_enrolments::table
        .inner_join(patients::table)
        .filter(owner.holds(patients::doctor_id).and(patients::id.eq_any(ids)))
        .filter(millebook_enrolments::withdrawn_at.is_null())
        .select(millebook_enrolments::patient_id)
        .load(conn)
}

/// Those of the doctor's patients who are enrolled and have not entered yet.
pub fn list_waiting(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<i64>> {
    millebook_enrolments::table
        .inner_join(patients::table)
        .filter(owner.holds(patients::doctor_id).and(patients::id.eq_any(ids)))
        .filter(millebook_enrolments::withdrawn_at.is_null().and(millebook_enrolments::activated_at.is_null()))
        .select(millebook_enrolments::patient_id)
        .load(conn)
}
