//! The patient's banner.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{list_allergies, list_exemptions};
use crate::db::schema::patients;
use crate::db::{Db, Owner};
use crate::kernel::dates;
use crate::web::shell::PatientBanner;

/// The banner.
///
/// # Errors
/// A database failure.
pub fn find_banner(conn: &mut Db, owner: Owner, id: i64, today: NaiveDate) -> QueryResult<Option<PatientBanner>> {
    let found: Option<(String, String, String, NaiveDate, String)> = patients::table
        .filter(patients::id.eq(id))
        .filter(patients::doctor_id.eq(owner.id()))
        .select((patients::surname, patients::name, patients::sex, patients::birth_date, patients::fiscal_code))
        .first(conn)
        .optional()?;
    let Some((surname, name, sex, birth, code)) = found else { return Ok(None) };
    let allergies = list_allergies(conn, owner, id, false)?.into_iter().map(|a| a.values.substance).collect();
    let exemptions = list_exemptions(conn, owner, id, false)?
        .into_iter()
        .filter(|e| e.values.holds_on(today))
        .map(|e| e.values.code)
        .collect();
    Ok(Some(PatientBanner {
        id,
        name: format!("{surname} {name}"),
        sex_age: format!("{sex} · {} anni", dates::age(birth, today)),
        born: format!("nato il {}", dates::long(birth)),
        code,
        allergies,
        exemptions,
        ..PatientBanner::default()
    }))
}
