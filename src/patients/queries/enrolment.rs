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

impl Enrolment {
    /// The patient gave consent and has not taken it back. Published prescriptions wait for one who has not yet entered.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}

/// The enrolment of a patient of this doctor, also a withdrawn one.
///
/// # Errors
/// The database's.
pub fn find_enrolment(conn: &mut Db, owner: Owner, patient_id: i64) -> QueryResult<Option<Enrolment>> {
    millebook_enrolments::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()).and(patients::id.eq(patient_id)))
        .select(Enrolment::as_select())
        .first(conn)
        .optional()
}

/// Those of the doctor's patients whose enrolment is open.
///
/// # Errors
/// The database's.
pub fn list_enrolled(conn: &mut Db, owner: Owner, ids: &[i64]) -> QueryResult<Vec<i64>> {
    millebook_enrolments::table
        .inner_join(patients::table)
        .filter(patients::doctor_id.eq(owner.id()).and(patients::id.eq_any(ids)))
        .filter(millebook_enrolments::withdrawn_at.is_null())
        .select(millebook_enrolments::patient_id)
        .load(conn)
}
