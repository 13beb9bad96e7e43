//! One prescription and its outcome.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::db::{Db, Owner};
use crate::patients::queries::find_banner;
use crate::prescriptions::pages::show::{PrescriptionPage, Sheet, seen};
use crate::prescriptions::queries;
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
    doctor.db().read(read).await
}

fn find_sheet(conn: &mut Db, owner: Owner, id: i64) -> Result<Sheet, AppError> {
    let row = queries::find_owned(conn, owner, id)?.ok_or(AppError::NotFound)?;
    Ok(Sheet {
        row,
        items: queries::list_items(conn, &[id])?,
        history: queries::list_history(conn, id)?,
        last_attempt: queries::find_last_attempt(conn, id)?,
    })
}

pub(super) fn page(shell: Shell, loaded: Loaded) -> (PrescriptionPage, Sheet) {
    let mut shell = shell.at(MenuItem::Prescriptions);
    if let Some(banner) = loaded.banner {
        shell = shell.for_patient(banner);
    }
    (PrescriptionPage::new(shell, &loaded.sheet), loaded.sheet)
}

/// The prescription.
///
/// # Errors
/// [`AppError`].
pub async fn show(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, id.into_inner()).await?;
    let (page, _) = page(doctor.shell, loaded);
    Page::ok(page).render()
}

/// The prescription with its outcome over it; for the script, only what tells whether anything has changed.
///
/// # Errors
/// [`AppError`].
pub async fn outcome(doctor: Doctor, req: HttpRequest, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, id.into_inner()).await?;
    if wants_fragment(&req, "stato") {
        let row = &loaded.sheet.row;
        let now = seen(&[(row.revision, row.wait_reason.as_str())]);
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(now));
    }
    let (page, sheet) = page(doctor.shell, loaded);
    Page::ok(page.with_outcome(&sheet)).render()
}
