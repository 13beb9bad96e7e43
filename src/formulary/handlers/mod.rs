//! From addresses to pages of the formulary.

use chrono::NaiveDate;

use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::patients;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::shell::{MenuItem, PatientBanner, Shell};

pub mod choose;
pub mod keep;
pub mod search;
pub mod sheet;

/// The banner of the patient in hand, if one is; somebody else's patient is not there.
fn banner(
    conn: &mut Db,
    owner: Owner,
    patient: Option<i64>,
    today: NaiveDate,
) -> Result<Option<PatientBanner>, AppError> {
    match patient {
        None => Ok(None),
        Some(id) => patients::queries::find_banner(conn, owner, id, today)?.map(Some).ok_or(AppError::NotFound),
    }
}

/// Notes that a patient is in hand, whose allergies stand over the page.
async fn note(doctor: &Acting, patient: Option<i64>) -> Result<(), AppError> {
    match patient {
        Some(id) => doctor.note(Look::at_patient(Act::Preparing, id)).await,
        None => Ok(()),
    }
}

/// The surroundings of a page of the formulary.
fn shell(doctor: Acting, banner: Option<PatientBanner>) -> Shell {
    let shell = doctor.shell.at(MenuItem::Formulary);
    match banner {
        Some(banner) => shell.for_patient(banner),
        None => shell,
    }
}
