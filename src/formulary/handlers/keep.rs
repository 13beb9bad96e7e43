//! "Tieni come terapia": a package that no SSN prescription may carry is still noted in the record.

use actix_web::{HttpResponse, web};

use crate::db::Db;
use crate::formulary::model::Package;
use crate::formulary::queries;
use crate::identity::by::By;
use crate::record;
use crate::record::model::{Therapy, TherapyValues};
use crate::record::service::Written;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Doctor;
use crate::web::page::see_other;
use crate::web::paths;
use crate::web::posted::Posted;
use kernel::aic::Aic;

/// What the button carries; the rest of the form it stands in is not looked at.
#[derive(Debug, serde::Deserialize)]
pub struct Kept {
    terapia: String,
    #[serde(default)]
    problema: String,
}

/// Notes the package among the patient's therapies, once, and opens it there: posology and problem can be written.
pub async fn keep(Posted(doctor, form): Posted<Doctor, Kept>, path: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let patient = path.into_inner();
    let aic = Aic::parse(&form.data.terapia).map_err(|_| AppError::NotFound)?;
    let problem = form.data.problema.parse().ok();
    let by = doctor.by();
    let write = move |conn: &mut Db| -> Result<(i64, bool), AppError> {
        // A double click waits here for the first one, then finds its therapy.
        if !record::queries::hold_patient(conn, by.owner, patient)? {
            return Err(AppError::NotFound);
        }
        if let Some(id) = record::queries::find_running_therapy(conn, by.owner, patient, aic.as_str())? {
            return Ok((id, false));
        }
        let package = queries::find_by_aic(conn, aic.as_str())?.ok_or(AppError::NotFound)?.package;
        let values = therapy(&package, problem, &by);
        match record::service::create::<Therapy>(conn, &by, patient, &values)? {
            Written::Done(id) => Ok((id, true)),
            Written::NotThere | Written::Stale(_) | Written::Twin => Err(AppError::NotFound),
        }
    };
    let (id, new) = doctor.write(write).await?;
    doctor.flash(if new {
        Flash::ok("È tra le terapie.").with_text("Non è stata fatta alcuna ricetta. Completa posologia e problema.")
    } else {
        Flash::new(Tone::Warn, "Era già tra le terapie.")
    })?;
    Ok(see_other(&paths::therapy(patient, id)))
}

fn therapy(package: &Package, problem_id: Option<i64>, by: &By) -> TherapyValues {
    TherapyValues {
        problem_id,
        prescription_id: None,
        aic: package.aic.clone(),
        label: package.label.clone(),
        substance: package.substance.clone(),
        atc: package.atc.clone(),
        group_code: package.group_code.clone(),
        class: package.class.as_str().to_owned(),
        regime: package.regime.clone(),
        // Which note applies, if any, is decided when prescribing.
        note_code: String::new(),
        pieces: 1,
        posology: String::new(),
        by_substance: false,
        continuous: false,
        suggested: false,
        started_on: by.today,
        suspended_on: None,
        removed_on: None,
        plan_protocol: String::new(),
        plan_ends_on: None,
    }
}
