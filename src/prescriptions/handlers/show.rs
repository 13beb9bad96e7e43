//! One prescription and its outcome.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::patients::queries::{find_banner, find_patient, find_portal};
use crate::prescriptions::model::{Prescription, State};
use crate::prescriptions::pages::delivery::Delivering;
use crate::prescriptions::pages::show::{PrescriptionPage, Sheet, seen};
use crate::prescriptions::queries;
use crate::reference::queries::find_region;
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::{Page, wants_fragment};
use crate::web::shell::{MenuItem, PatientBanner, Shell};

/// What the page needs of the database.
pub(super) struct Loaded {
    pub(super) sheet: Sheet,
    pub(super) banner: Option<PatientBanner>,
}

pub(super) async fn load(doctor: &Doctor, id: i64) -> Result<Loaded, AppError> {
    let (owner, today) = (doctor.owner(), doctor.today());
    let read = move |conn: &mut Db| -> Result<Loaded, AppError> {
        let sheet = find_sheet(conn, owner, id)?;
        let banner = find_banner(conn, owner, sheet.row.patient_id, today)?;
        Ok(Loaded { sheet, banner })
    };
    doctor.read(read).await
}

fn find_sheet(conn: &mut Db, owner: Owner, id: i64) -> Result<Sheet, AppError> {
    let row = queries::find_owned(conn, owner, id)?.ok_or(AppError::NotFound)?;
    let delivering = find_delivering(conn, owner, &row)?;
    Ok(Sheet {
        row,
        items: queries::list_items(conn, &[id])?,
        history: queries::list_history(conn, id)?,
        answers: queries::list_told_answers(conn, id)?,
        last_attempt: queries::find_last_attempt(conn, id)?,
        delivering,
    })
}

/// What of the patient and of the deliveries the pages show.
fn find_delivering(conn: &mut Db, owner: Owner, row: &Prescription) -> Result<Delivering, AppError> {
    let patient = find_patient(conn, owner, row.patient_id)?.map(|patient| patient.values);
    let deliveries = queries::list_deliveries(conn, &[row.id])?;
    let (mobile, phone) = patient.as_ref().map(|p| (p.mobile.clone(), p.phone.clone())).unwrap_or_default();
    Ok(Delivering {
        deliveries: deliveries.into_iter().map(|(_, delivery)| delivery.seen_from(row.state)).collect(),
        email: patient.map(|patient| patient.email).unwrap_or_default(),
        phones: [mobile, phone].into_iter().filter(|number| !number.is_empty()).collect(),
        portal: find_portal(conn, owner, row.patient_id)?,
        project: find_region(conn, &row.region_code)?.map(|region| region.project_name).unwrap_or_default(),
    })
}

pub(super) fn page(shell: Shell, loaded: Loaded) -> (PrescriptionPage, Sheet) {
    let mut shell = shell.at(MenuItem::Prescriptions);
    if let Some(banner) = loaded.banner {
        shell = shell.for_patient(banner);
    }
    (PrescriptionPage::new(shell, &loaded.sheet), loaded.sheet)
}

/// The doctor has these before the eyes: the bell says no more of what SAC refused of them.
pub(super) async fn see(doctor: &mut Doctor, shown: impl Iterator<Item = (i64, State)>) -> Result<(), AppError> {
    let ids: Vec<i64> = shown.filter(|(_, state)| *state == State::Discarded).map(|(id, _)| id).collect();
    if ids.is_empty() || doctor.shell.refused() == 0 {
        return Ok(());
    }
    let (user, now) = (doctor.id(), doctor.now());
    let write = move |conn: &mut Db| queries::see_refusals(conn, user, &ids, now);
    let seen = doctor.write(write).await?;
    doctor.shell.seen_refused(seen);
    Ok(())
}

/// Notes the look: the patient may see who looked.
pub(super) async fn note(doctor: &Doctor, row: &Prescription) -> Result<(), AppError> {
    doctor.note(Look::at_prescription(Act::Opened, row.patient_id, row.id)).await
}

/// The prescription.
pub async fn show(mut doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, id.into_inner()).await?;
    note(&doctor, &loaded.sheet.row).await?;
    see(&mut doctor, std::iter::once((loaded.sheet.row.id, loaded.sheet.row.state))).await?;
    let (page, _) = page(doctor.shell, loaded);
    Page::ok(page).render()
}

/// The prescription with its outcome over it; for the script, only what tells whether anything has changed.
pub async fn outcome(mut doctor: Doctor, req: HttpRequest, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, id.into_inner()).await?;
    if wants_fragment(&req, "stato") {
        let row = &loaded.sheet.row;
        let now = seen(&[(row.revision, row.wait_reason.as_str())]);
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(now));
    }
    note(&doctor, &loaded.sheet.row).await?;
    see(&mut doctor, std::iter::once((loaded.sheet.row.id, loaded.sheet.row.state))).await?;
    let (page, sheet) = page(doctor.shell, loaded);
    Page::ok(page.with_outcome(&sheet)).render()
}
