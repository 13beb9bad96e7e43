//! News for the studio: offered until they are acknowledged, so that an answer lost on the way loses nothing.

use actix_web::{HttpResponse, web};

use super::answer;
use crate::accesses::{Act, Look};
use crate::api::document::{NotGiven, NotWritten};
use crate::api::model::{DownloadOffer, InArchive, NoContent, OfDownload};
use crate::api::service;
use crate::db::{Db, DbError};
use crate::identity::form_keys::FormKey;
use crate::web::bearer::{Body, Studio, Take};
use crate::web::problem::Problem;

const MOVED_ON: &str =
    "Nel frattempo una di queste ricette è cambiata: chiedi di nuovo, con una Idempotency-Key nuova.";

/// Offers the news (the incoming cloud)
///
/// What was validated, refused or annulled and not taken note of yet. Until it is acknowledged the same offer comes again,
/// under whatever key; if one of its prescriptions has changed meanwhile, another takes its place. Scope `deliver`.
#[utoipa::path(post, path = "/api/v1/doctors/{doctor}/downloads", operation_id = "offerDownload", tag = "prescriptions",
    security(("token" = ["deliver"])), request_body(content = NoContent, description = "An empty object"),
    params(InArchive, ("Idempotency-Key" = String, Header, description = "New for every download", min_length = 1,
        max_length = 64, pattern = "^[!-~]+$")),
    responses((status = 200, description = "No news", body = DownloadOffer),
        (status = 201, description = "An offer, to be acknowledged", body = DownloadOffer), NotWritten))]
pub async fn create(studio: Studio<Take>, body: Body) -> Result<HttpResponse, Problem> {
    let key = body.key()?;
    let sent = body.json::<NoContent>().await?;
    let (by, key) = (studio.by(), FormKey::new(key, &sent.bytes));
    let work = move |conn: &mut Db| -> Result<_, Problem> {
        let made = service::once(conn, &by, &key, |conn| Ok(service::offer(conn, &by)?))?;
        let offer = service::load_offer(conn, &by, &made)?;
        Ok((made.status, offer.ok_or_else(|| Problem::conflict(MOVED_ON))?))
    };
    let (status, offer) = studio.program.db().write(work).await?;
    studio.note(Look::at_many(Act::Listed, offer.prescriptions.iter().map(|card| card.patient))).await?;
    Ok(answer(status, &offer))
}

/// Acknowledges an offer
///
/// The studio has it: the counters fall, and it is not offered again. Twice is once. Scope `deliver`.
#[utoipa::path(put, path = "/api/v1/doctors/{doctor}/downloads/{download}/acknowledgement",
    operation_id = "acknowledgeDownload", tag = "prescriptions", security(("token" = ["deliver"])), params(OfDownload),
    responses((status = 204, description = "Taken note of"), NotGiven))]
pub async fn acknowledge(studio: Studio<Take>, path: web::Path<OfDownload>) -> Result<HttpResponse, Problem> {
    let (by, id) = (studio.by(), path.download);
    let work = move |conn: &mut Db| -> Result<bool, DbError> { Ok(service::acknowledge(conn, &by, id)?) };
    if !studio.program.db().write(work).await? {
        return Err(Problem::not_found());
    }
    Ok(HttpResponse::NoContent().finish())
}
