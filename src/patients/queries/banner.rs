//! The banner that stays on every page about a patient: who it is, what they are allergic to, their exemptions.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::find_patient;
use crate::db::schema::{allergies, patient_exemptions};
use crate::db::{Db, Owner};
use crate::safety::Allergen;
use crate::web::shell::PatientBanner;

/// The banner of a patient of this doctor.
pub fn find_banner(conn: &mut Db, owner: Owner, id: i64, today: NaiveDate) -> QueryResult<Option<PatientBanner>> {
    let Some(patient) = find_patient(conn, owner, id)? else { return Ok(None) };
    let allergies: Vec<(String, String, String)> = allergies::table
        .filter(allergies::patient_id.eq(id).and(allergies::removed_on.is_null()))
        .order(allergies::id.asc())
        .limit(100)
        .select((allergies::substance, allergies::atc_prefix, allergies::group_code))
        .load(conn)?;
    let allergen = |(words, atc_prefix, group)| Allergen { words, atc_prefix, group };
    let exemptions = patient_exemptions::table
        .filter(patient_exemptions::patient_id.eq(id).and(patient_exemptions::removed_on.is_null()))
        .filter(patient_exemptions::valid_from.is_null().or(patient_exemptions::valid_from.le(today)))
        .filter(patient_exemptions::valid_to.is_null().or(patient_exemptions::valid_to.ge(today)))
        .order(patient_exemptions::code.asc())
        .limit(100)
        .select(patient_exemptions::code)
        .load(conn)?;
    Ok(Some(PatientBanner {
        id,
        name: patient.display_name(),
        sex_age: patient.sex_age(today),
        born: patient.born(),
        code: patient.values.fiscal_code.clone(),
        allergies: allergies.into_iter().map(allergen).collect(),
        exemptions,
        status: patient.warning().to_owned(),
        details: patient.details(),
    }))
}
