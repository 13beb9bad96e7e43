//! Case B: the print page, and the file to be printed.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::{Asked, Subject, deceased};
use crate::db::Db;
use crate::delivery::forms::Which;
use crate::delivery::pages::{PrintPage, Sheet};
use crate::delivery::service::{self, DeliverError};
use crate::patients::queries::{Portal, find_portal};
use crate::prescriptions::model::{Channel, Delivery, leading};
use crate::prescriptions::queries::{ListRow, find_owned, list_deliveries};
use crate::reference::queries::find_region;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::posted::Posted;
use kernel::random;

/// What is about to be printed, and how it stands.
pub async fn show(acting: Acting, query: web::Query<Which>) -> Result<HttpResponse, AppError> {
    let (by, ids) = (acting.by(), query.ids());
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let subject = Subject::load(conn, &by, &ids)?;
        if !subject.rows.iter().all(|row| row.state.is_deliverable(&row.auth_code)) {
            return Err(DeliverError::NotDeliverable.into());
        }
        let deliveries = list_deliveries(conn, &ids)?;
        let region = find_owned(conn, by.owner, ids.first().copied().unwrap_or_default())?;
        let region = region.map(|row| row.region_code).unwrap_or_default();
        let project = find_region(conn, &region)?.map(|region| region.project_name).unwrap_or_default();
        let book = match &subject.banner {
            Some(banner) => Some((banner.id, find_portal(conn, by.owner, banner.id)?)),
            None => None,
        };
        Ok((subject, deliveries, project, book))
    };
    let (subject, deliveries, project, book) = acting.read(read).await?;
    subject.note(&acting).await?;
    let page = PrintPage {
        back: subject.back(&acting),
        sheets: subject.rows.iter().map(|row| sheet(row, &subject, &deliveries, &project)).collect(),
        ids: subject.ids().iter().map(ToString::to_string).collect::<Vec<_>>().join("-"),
        key: random::hex_token(16),
        publish: book.is_some_and(|(_, portal)| portal.is_open()),
        enrol: match book {
            Some((patient, Portal::Closed)) => paths::patient_millebook(patient),
            _ => String::new(),
        },
        shell: subject.dress(&acting),
    };
    Page::ok(page).render()
}

fn sheet(row: &ListRow, subject: &Subject, deliveries: &[(i64, Delivery)], project: &str) -> Sheet {
    let own: Vec<Delivery> =
        deliveries.iter().filter(|(id, _)| *id == row.id).map(|(_, d)| d.seen_from(row.state)).collect();
    let printed = own.iter().filter(|d| d.channel == Channel::Print).map(|d| d.print_count).sum();
    let label = leading(&own).map_or("Inviata", |delivery| delivery.label().0);
    Sheet {
        patient: row.patient_name.clone(),
        nre: row.nre.clone().unwrap_or_default(),
        drugs: subject.drugs(row.id),
        status: format!("{label} - INVIATA AL {project}"),
        count: match printed {
            0 => String::new(),
            1 => "Già stampata una volta".to_owned(),
            n => format!("Già stampata {n} volte"),
        },
    }
}

/// «Stampa»: the file, opened by the browser. Marks and counts; the same form again gives the same file and counts nothing.
pub async fn print(Posted(acting, form): Posted<Acting, Which>) -> Result<HttpResponse, AppError> {
    let (by, ids, asked) = (acting.by(), form.data.ids(), Asked::of(&acting, &form));
    if let Some(question) = deceased::question(&acting, &form, &ids, paths::delivery_print()).await? {
        return Ok(question);
    }
    let viewer = acting.viewer();
    let write = move |conn: &mut Db| -> Result<Vec<u8>, AppError> {
        let mut printed = None;
        asked.once(conn, &ids, "", |conn| {
            printed = Some(service::print(conn, &by, &viewer, &ids)?);
            Ok(())
        })?;
        Ok(match printed {
            Some(printed) => printed,
            None => service::print_again(conn, &by, &ids)?,
        })
    };
    let bytes = acting.write(write).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"promemoria.pdf\""))
        .body(bytes))
}
