//! Deliveries: what the doctor validated, on its way to the patient.

use actix_web::{HttpResponse, web};

use super::prescriptions::sight;
use super::{answer, json};
use crate::accesses::{Act, Look};
use crate::api::document::{NotGiven, NotWritten};
use crate::api::model::{ChannelName, Deliveries, DeliveryAsked, DeliveryRequest, OfPrescription};
use crate::api::service;
use crate::db::{Db, DbError};
use crate::identity::form_keys::FormKey;
use crate::web::bearer::{Body, Give, Studio, Take};
use crate::web::problem::Problem;
use kernel::email::Email;

/// Delivers a prescription to the patient
///
/// By e-mail (a protected archive; its password with a second message, or a word agreed with the patient), on the patient's
/// portal, or printed: then it is counted as printed, and the paper is at `promemoria`. 409 when it is not valid any more, or the patient has died and
/// `deceased_confirmed` is not said. Scope
/// `deliver`.
#[utoipa::path(post, path = "/api/v1/doctors/{doctor}/prescriptions/{prescription}/deliveries",
    operation_id = "deliverPrescription", tag = "prescriptions", security(("token" = ["deliver"])),
    request_body = DeliveryRequest,
    params(OfPrescription, ("Idempotency-Key" = String, Header, description = "New for every delivery", min_length = 1,
        max_length = 64, pattern = "^[!-~]+$")),
    responses((status = 201, description = "Asked for, or done", body = DeliveryAsked), NotWritten))]
pub async fn create(
    studio: Studio<Take>,
    path: web::Path<OfPrescription>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let key = body.key()?;
    let sent = body.json::<DeliveryRequest>().await?;
    let DeliveryRequest { channel, address, deceased_confirmed } = sent.data;
    let address = match address.as_deref().filter(|_| channel == ChannelName::Email).map(Email::parse) {
        None => None,
        Some(Ok(address)) => Some(address),
        Some(Err(error)) => return Err(Problem::invalid_field("address", &error.to_string())),
    };
    let (sight, id) = (sight(&studio), path.prescription);
    let (by, key) = (studio.by(), FormKey::new(key, &sent.bytes));
    let viewer = studio.viewer();
    let sealer = studio.program.site.sealer.clone();
    let work = move |conn: &mut Db| {
        service::once(conn, &by, &key, |conn| {
            service::deliver(conn, &sealer, (sight, &by, &viewer), id, (channel, address.as_ref(), deceased_confirmed))
        })
    };
    let made = studio.program.db().write(work).await?;
    Ok(answer(made.status, &DeliveryAsked { prescription: id, channel }))
}

/// The deliveries of a prescription
///
/// Oldest first, with what went wrong. Scope `deliver`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/prescriptions/{prescription}/deliveries",
    operation_id = "listDeliveries", tag = "prescriptions", security(("token" = ["deliver"])), params(OfPrescription),
    responses((status = 200, description = "What was asked for and what became of it", body = Deliveries), NotGiven))]
pub async fn index(studio: Studio<Give>, path: web::Path<OfPrescription>) -> Result<HttpResponse, Problem> {
    let (sight, id) = (sight(&studio), path.prescription);
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(service::list_deliveries(conn, sight, id)?) };
    let (patient, deliveries) = studio.program.db().read(read).await?.ok_or_else(Problem::not_found)?;
    studio.note(Look::at_prescription(Act::Delivering, patient, id)).await?;
    Ok(json(&deliveries))
}
