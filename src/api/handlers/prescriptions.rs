//! Prescriptions: prepared, counted, listed, looked at, printed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{answer, bad_cursor, json};
use crate::accesses::{self, Act};
use crate::api::document::{NotGiven, NotPrinted, NotWritten};
use crate::api::model::{
    CountersAnswer, InArchive, ListQuery, OfPrescription, Prepared, PrescriptionDetail, PrescriptionPage,
    PrescriptionRequest, StateName,
};
use crate::api::queries::Sight;
use crate::api::service;
use crate::db::{Db, DbError};
use crate::identity::form_keys::FormKey;
use crate::identity::model::Role;
use crate::prescriptions::queries::see_refusals;
use crate::prescriptions::service::{PaperError, find_paper};
use crate::validation;
use crate::web::bearer::{self, Body, Give, Look, Open, Prepare, Studio};
use crate::web::error::AppError;
use crate::web::problem::Problem;

/// A collaborator sees what they prepared, the doctor the whole archive.
pub(super) fn sight<P>(studio: &Studio<P>) -> Sight {
    let author = (studio.program.token.role != Role::Doctor).then_some(studio.program.user_id());
    Sight { owner: studio.owner(), author }
}

/// Prepares prescriptions and lays them before the doctor («Invia al cloud»)
///
/// The drugs are judged by the rules of the prescribing form and split into as many prescriptions as the law wants. Nothing is
/// valid until the doctor has said yes on the phone. What the doctor is shown of the drugs (a note that is missing, the same
/// drug waiting already, allergies) is told too, as it is when the answer is written. Collaborators only. Scope `prepare`.
#[utoipa::path(post, path = "/api/v1/doctors/{doctor}/prescriptions", operation_id = "preparePrescriptions",
    tag = "prescriptions", security(("token" = ["prepare"])), request_body = PrescriptionRequest,
    params(InArchive, ("Idempotency-Key" = String, Header, description = "New for every preparation", min_length = 1,
        max_length = 64, pattern = "^[!-~]+$")),
    responses((status = 201, description = "Before the doctor", body = Prepared), NotWritten))]
pub async fn create(studio: Studio<Prepare>, body: Body) -> Result<HttpResponse, Problem> {
    let key = body.key()?;
    let sent = body.json::<PrescriptionRequest>().await?;
    let (by, key) = (studio.by(), FormKey::new(key, &sent.bytes));
    let work = move |conn: &mut Db| service::once(conn, &by, &key, |conn| service::prepare_all(conn, &by, sent.data));
    let made = studio.program.db().write(work).await?;
    let (sight, ids, today) = (sight(&studio), made.ids.clone(), studio.today());
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(service::list_remarks(conn, sight, &ids, today)?) };
    let remarks = studio.program.db().read(read).await?;
    Ok(answer(made.status, &Prepared { prescriptions: made.ids, remarks }))
}

/// Sent and waiting, validated, annulled, refused by SAC
///
/// What the user sent to this doctor and has not taken note of: the four counters of gestione studio. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/counters", operation_id = "getCounters", tag = "prescriptions",
    security(("token" = ["read"])), params(InArchive),
    responses((status = 200, description = "The counters", body = CountersAnswer), NotGiven))]
pub async fn counters(studio: Studio<Look>) -> Result<HttpResponse, Problem> {
    let by = studio.by();
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(validation::service::find_counters(conn, &by)?) };
    Ok(json(&CountersAnswer::from(studio.program.db().read(read).await?)))
}

/// Lists prescriptions
///
/// A collaborator's own, newest first; for the doctor, the whole archive's. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/prescriptions", operation_id = "listPrescriptions",
    tag = "prescriptions", security(("token" = ["read"])), params(InArchive, ListQuery),
    responses((status = 200, description = "One page", body = PrescriptionPage), NotGiven))]
pub async fn index(studio: Studio<Look>, req: HttpRequest) -> Result<HttpResponse, Problem> {
    let (sight, ListQuery { view, cursor }) = (sight(&studio), bearer::query(&req)?);
    let today = studio.today();
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok(service::list(conn, sight, view.into(), cursor.as_deref(), today)?)
    };
    let page = studio.program.db().read(read).await?.map_err(|_mark| bad_cursor())?;
    studio.note(accesses::Look::at_many(Act::Listed, page.prescriptions.iter().map(|card| card.patient))).await?;
    Ok(json(&page))
}

/// One prescription with its history
///
/// With what the doctor corrected, and why it was refused. What SAC refused counts as looked at from then on. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/prescriptions/{prescription}", operation_id = "getPrescription",
    tag = "prescriptions", security(("token" = ["read"])), params(OfPrescription),
    responses((status = 200, description = "The prescription", body = PrescriptionDetail), NotGiven))]
pub async fn show(studio: Studio<Open>, path: web::Path<OfPrescription>) -> Result<HttpResponse, Problem> {
    let (sight, id, today) = (sight(&studio), path.prescription, studio.today());
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(service::find(conn, sight, id, today)?) };
    let detail = studio.program.db().read(read).await?.ok_or_else(Problem::not_found)?;
    studio.note(accesses::Look::at_prescription(Act::Opened, detail.card.patient, id)).await?;
    if detail.card.state == StateName::Discarded {
        let (user, now) = (studio.program.user_id(), studio.program.now());
        let write = move |conn: &mut Db| -> Result<usize, DbError> { Ok(see_refusals(conn, user, &[id], now)?) };
        studio.program.db().write(write).await?;
    }
    Ok(json(&detail))
}

/// The paper for the patient (promemoria)
///
/// Only of a prescription that is valid now: 409 otherwise. Scope `deliver`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/prescriptions/{prescription}/promemoria",
    operation_id = "getPromemoria", tag = "prescriptions", security(("token" = ["deliver"])), params(OfPrescription),
    responses((status = 200, description = "A PDF", content_type = "application/pdf", body = Vec<u8>), NotPrinted))]
pub async fn promemoria(studio: Studio<Give>, path: web::Path<OfPrescription>) -> Result<HttpResponse, Problem> {
    let (sight, id) = (sight(&studio), path.prescription);
    let read = move |conn: &mut Db| -> Result<(i64, Vec<u8>), Problem> {
        let patient = service::find_patient_of(conn, sight, id)?.ok_or_else(Problem::not_found)?;
        let paper = find_paper(conn, sight.owner, id).map_err(no_paper)?;
        Ok((patient, paper.into_pdf().map_err(AppError::internal)?))
    };
    let (patient, pdf) = studio.program.db().read(read).await?;
    studio.note(accesses::Look::at_prescription(Act::Downloaded, patient, id)).await?;
    Ok(HttpResponse::build(StatusCode::OK).content_type("application/pdf").body(pdf))
}

fn no_paper(error: PaperError) -> Problem {
    match error {
        PaperError::NotThere => Problem::not_found(),
        PaperError::NotDeliverable(_) => {
            Problem::conflict("La ricetta non è valida, o non lo è più: non si può stampare.")
        }
        PaperError::Db(error) => error.into(),
        error => AppError::internal(error).into(),
    }
}
