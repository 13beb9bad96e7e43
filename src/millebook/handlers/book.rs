//! The prescriptions of who has entered.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::accesses::LogKey;
use crate::db::Db;
use crate::millebook::model::Standing;
use crate::millebook::pages::book::{BookPage, PrescriptionPage};
use crate::millebook::service::{self, Reader, ShelfError};
use crate::web::error::AppError;
use crate::web::guards::Patient;
use crate::web::page::Page;

impl From<ShelfError> for AppError {
    fn from(error: ShelfError) -> Self {
        match error {
            ShelfError::NotThere => Self::NotFound,
            ShelfError::NotReady(Standing::Expired(_)) => {
                Self::Conflict("Questa ricetta è scaduta: se ti serve ancora, chiedi una nuova ricetta.".to_owned())
            }
            ShelfError::NotReady(_) => {
                Self::Conflict("Questa ricetta è stata annullata dal medico: non usarla.".to_owned())
            }
            ShelfError::Paper(error) => Self::internal(error),
            ShelfError::Db(error) => error.into(),
        }
    }
}

/// The list.
pub async fn index(patient: Patient) -> Result<HttpResponse, AppError> {
    let (user, today) = (patient.id(), patient.today());
    let read = move |conn: &mut Db| service::load_shelf(conn, user, today);
    let shelf = patient.read(read).await?;
    Page::ok(BookPage::new(patient.shell, &patient.user.name, &shelf, today)).render()
}

fn reader(patient: &Patient) -> Reader {
    let key = LogKey::new(&patient.site.keys);
    Reader { user_id: patient.id(), origin: patient.origin().to_owned(), key }
}

/// One prescription; the look is noted, and shown among the others.
pub async fn show(patient: Patient, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let (reader, id, clock) = (reader(&patient), id.into_inner(), patient.site.clock.clone());
    let write = move |conn: &mut Db| service::find_volume(conn, &reader, id, &clock);
    let (volume, looks) = patient.write(write).await?;
    let today = patient.today();
    Page::ok(PrescriptionPage::new(patient.shell, patient.user.user_id, &volume, &looks, today)).render()
}

/// Its paper.
pub async fn reminder(patient: Patient, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let (reader, id, clock) = (reader(&patient), id.into_inner(), patient.site.clock.clone());
    let write = move |conn: &mut Db| service::reminder(conn, &reader, id, &clock);
    let pdf = patient.write(write).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"promemoria.pdf\""))
        .body(pdf))
}
