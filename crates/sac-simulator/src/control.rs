//! The control endpoint (`/controllo`): plain JSON, from this machine only. See the module's documentation for the list.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{HttpResponse, body, error, web};
use serde::Deserialize;
use serde_json::json;

use super::engine::Engine;
use super::faults::FaultPlan;
use super::fixtures::Doctor;
use super::state::local_date_time;
use sac::ProcessState;

/// Adds the control endpoint.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::scope("/controllo")
            .wrap(from_fn(this_machine_only))
            .route("/registro", web::get().to(ledger))
            .route("/guasti", web::get().to(faults))
            .route("/guasti", web::post().to(plan_fault))
            .route("/guasti", web::delete().to(clear_faults))
            .route("/medici", web::post().to(add_doctor))
            .route("/ricette/{nre}/stato", web::post().to(set_state))
            .route("/sessioni", web::post().to(create_session))
            .route("/sessioni/{username}", web::delete().to(revoke_sessions))
            .route("/confezioni", web::post().to(allow_packs))
            .route("/promemoria", web::post().to(set_promemoria)),
    );
}

async fn this_machine_only(
    request: ServiceRequest,
    next: Next<impl body::MessageBody>,
) -> Result<ServiceResponse<impl body::MessageBody>, actix_web::Error> {
    match request.peer_addr() {
        Some(peer) if peer.ip().is_loopback() => next.call(request).await,
        _ => Err(error::ErrorNotFound("")),
    }
}

async fn ledger(engine: web::Data<Engine>) -> HttpResponse {
    HttpResponse::Ok().json(engine.snapshot())
}

async fn faults(engine: web::Data<Engine>) -> HttpResponse {
    HttpResponse::Ok().json(engine.faults())
}

async fn plan_fault(engine: web::Data<Engine>, plan: web::Json<FaultPlan>) -> HttpResponse {
    engine.plan_fault(plan.into_inner());
    HttpResponse::NoContent().finish()
}

async fn clear_faults(engine: web::Data<Engine>) -> HttpResponse {
    engine.clear_faults();
    HttpResponse::NoContent().finish()
}

async fn add_doctor(engine: web::Data<Engine>, doctor: web::Json<Doctor>) -> actix_web::Result<HttpResponse> {
    web::block(move || engine.add_doctor(&doctor)).await??;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct NewState {
    state: u8,
}

async fn set_state(
    engine: web::Data<Engine>,
    nre: web::Path<String>,
    new: web::Json<NewState>,
) -> actix_web::Result<HttpResponse> {
    if ProcessState::from_number(new.state).is_none() {
        return Ok(HttpResponse::UnprocessableEntity().finish());
    }
    let known = web::block(move || engine.set_state(&nre, new.state)).await??;
    Ok(if known { HttpResponse::NoContent() } else { HttpResponse::NotFound() }.finish())
}

#[derive(Deserialize)]
struct User {
    username: String,
}

async fn create_session(engine: web::Data<Engine>, user: web::Json<User>) -> actix_web::Result<HttpResponse> {
    let session = web::block(move || engine.create_session(&user.username)).await??;
    Ok(match session {
        Some(session) => {
            let until = local_date_time(session.until);
            HttpResponse::Created().json(json!({ "session_id": session.id, "until": until }))
        }
        None => HttpResponse::NotFound().finish(),
    })
}

async fn revoke_sessions(engine: web::Data<Engine>, username: web::Path<String>) -> actix_web::Result<HttpResponse> {
    web::block(move || engine.revoke_sessions(&username)).await??;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct Packs {
    product_code: String,
    packs: u32,
}

async fn allow_packs(engine: web::Data<Engine>, packs: web::Json<Packs>) -> HttpResponse {
    engine.allow_packs(&packs.product_code, packs.packs);
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

async fn set_promemoria(engine: web::Data<Engine>, switch: web::Json<Switch>) -> HttpResponse {
    engine.set_promemoria(switch.on);
    HttpResponse::NoContent().finish()
}
