//! The interface for the studio's programs (gestione studio): JSON under `/api/v1`, without sessions or pages.
//!
//! Tables: `api_tokens`, `action_budgets`, `api_downloads`, `api_download_rows`. Who asks is a guard of `web::bearer`; errors are `web::problem`. The handlers
//! reuse the services of the other slices and only turn them into JSON; the OpenAPI document is derived from the same
//! types (`document`). Validation stays with the doctor's phone: see docs/decisions/api.md.

use actix_web::web;

use crate::web::paths::api::pattern;

mod document;
mod handlers;
mod model;
pub mod queries;
mod service;

/// The slice's routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(pattern::token())
            .route(web::post().to(handlers::token::create))
            .route(web::delete().to(handlers::token::destroy)),
    )
    .service(web::resource(pattern::document()).route(web::get().to(handlers::document)))
    .service(web::resource(pattern::me()).route(web::get().to(handlers::me::show)))
    .service(web::resource(pattern::doctors()).route(web::get().to(handlers::me::doctors)))
    .service(web::resource(pattern::patients_search()).route(web::post().to(handlers::patients::search)))
    .service(web::resource(pattern::patient()).route(web::get().to(handlers::patients::show)))
    .service(web::resource(pattern::formulary()).route(web::get().to(handlers::formulary::search)))
    .service(
        web::resource(pattern::prescriptions())
            .route(web::get().to(handlers::prescriptions::index))
            .route(web::post().to(handlers::prescriptions::create)),
    )
    .service(web::resource(pattern::counters()).route(web::get().to(handlers::prescriptions::counters)))
    .service(web::resource(pattern::prescription()).route(web::get().to(handlers::prescriptions::show)))
    .service(web::resource(pattern::promemoria()).route(web::get().to(handlers::prescriptions::promemoria)))
    .service(
        web::resource(pattern::deliveries())
            .route(web::get().to(handlers::deliveries::index))
            .route(web::post().to(handlers::deliveries::create)),
    )
    .service(web::resource(pattern::downloads()).route(web::post().to(handlers::downloads::create)))
    .service(web::resource(pattern::acknowledgement()).route(web::put().to(handlers::downloads::acknowledge)));
}
