//! Requests of programs. Each says who may ask in its signature and what it answers in its description.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::OpenApi as _;

use super::document::Document;
use crate::web::problem::Problem;

pub mod deliveries;
pub mod downloads;
pub mod formulary;
pub mod me;
pub mod patients;
pub mod prescriptions;
pub mod token;

/// The document. It holds nothing of anybody: no token is asked.
pub async fn document() -> HttpResponse {
    json(&Document::openapi())
}

/// An answer.
fn json(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// An answer with a status of its own.
fn answer(status: u16, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK)).json(body)
}

/// Somebody sent a mark that no page of ours gave.
fn bad_cursor() -> Problem {
    Problem::invalid_field("cursor", "Riparti dalla prima pagina.")
}
