//! Patients of an archive.

use actix_web::{HttpResponse, web};

use super::{bad_cursor, json};
use crate::accesses::{Act, Look};
use crate::api::document::{NotAnswered, NotGiven};
use crate::api::model::{InArchive, OfPatient, PatientCard, PatientPage, PatientSearch};
use crate::api::service;
use crate::db::{Db, DbError};
use crate::web::bearer::{Body, Open, Search, Studio};
use crate::web::problem::Problem;
use kernel::text;

/// Longest text of a search.
const LONGEST: usize = 60;

/// Searches patients
///
/// Posted, so that a name never stands in an address; it writes nothing and wants no Idempotency-Key. An empty text shows
/// everybody. Scope `read`.
#[utoipa::path(post, path = "/api/v1/doctors/{doctor}/patients/search", operation_id = "searchPatients", tag = "archive",
    security(("token" = ["read"])), params(InArchive), request_body = PatientSearch,
    responses((status = 200, description = "One page, by name", body = PatientPage), NotAnswered))]
pub async fn search(studio: Studio<Search>, body: Body) -> Result<HttpResponse, Problem> {
    let PatientSearch { text, show, cursor } = body.json().await?.data;
    let text = text::one_line(&text, LONGEST).map_err(|error| Problem::invalid_field("text", &error.to_string()))?;
    let owner = studio.owner();
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok(service::search_patients(conn, owner, (&text, show.into()), cursor.as_deref())?)
    };
    let page = studio.program.db().read(read).await?.map_err(|_mark| bad_cursor())?;
    studio.note(Look::at_many(Act::Searched, page.patients.iter().map(|patient| patient.id))).await?;
    Ok(json(&page))
}

/// One patient
///
/// Registry data, allergies, exemptions and open problems. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/patients/{patient}", operation_id = "getPatient", tag = "archive",
    security(("token" = ["read"])), params(OfPatient),
    responses((status = 200, description = "The patient", body = PatientCard), NotGiven))]
pub async fn show(studio: Studio<Open>, path: web::Path<OfPatient>) -> Result<HttpResponse, Problem> {
    let (owner, id, today) = (studio.owner(), path.patient, studio.today());
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(service::load_patient(conn, owner, id, today)?) };
    let patient = studio.program.db().read(read).await?.ok_or_else(Problem::not_found)?;
    studio.note(Look::at_patient(Act::Record, id)).await?;
    Ok(json(&patient))
}
