//! Who looked at a patient's data.

use actix_web::{HttpResponse, web};

use super::{Asked, banner};
use crate::accesses;
use crate::db::Db;
use crate::record::pages::accesses::{AccessesPage, LookLine};
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::MenuItem;

/// Looks on one page.
const LOOKS: usize = 50;

/// The looks at the patient, newest first, page by page.
pub async fn show(doctor: Doctor, path: web::Path<i64>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    let (patient_id, before) = (path.into_inner(), asked.prima);
    let (owner, today) = (doctor.owner(), doctor.today());
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, patient_id, today)?;
        // One row more than shown tells whether there is another page.
        let limit = i64::try_from(LOOKS.saturating_add(1)).unwrap_or(i64::MAX);
        Ok((banner, accesses::list_of_patient(conn, owner, patient_id, before, limit)?))
    };
    let (banner, mut rows) = doctor.read(load).await?;
    let more = rows.len() > LOOKS;
    rows.truncate(LOOKS);
    let here = paths::patient_accesses(patient_id);
    let older = rows.last().filter(|_| more).map(|row| format!("{here}?prima={}", row.seq));
    Page::ok(AccessesPage {
        looks: rows.iter().map(|row| LookLine::of(row, doctor.id())).collect(),
        back: paths::record(patient_id),
        first: before.map(|_| here).unwrap_or_default(),
        next: older.unwrap_or_default(),
        shell: doctor.shell.at(MenuItem::Record).for_patient(banner),
    })
    .render()
}
