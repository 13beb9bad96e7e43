//! The formulary (prontuario): medicine packages with class, price and equivalence group, imported as dated editions.
//!
//! Tables: `formulary_editions`, `packages`, `atc_codes`. An edition is whole or not there; exactly one is current; others
//! copy what they need of a package, since its key dies with the edition. Searching is done in memory by [`index`], which
//! the application shares among its workers as `web::Data<FormularyIndexes>`.

use actix_web::web;

use crate::web::paths::pattern;

pub mod forms;
pub mod handlers;
pub mod import;
pub mod index;
pub mod model;
pub mod pages;
pub mod queries;
pub mod rules;
pub mod service;
pub mod starter;

use handlers::{choose, keep, search, sheet};

/// The formulary's addresses.
pub fn routes(cfg: &mut web::ServiceConfig) {
    use web::{get, post, resource};
    cfg.service(resource(pattern::formulary()).route(get().to(search::general)))
        .service(resource(pattern::package()).route(get().to(sheet::show)))
        .service(
            resource(pattern::patient_formulary())
                .route(get().to(search::for_patient))
                .route(post().to(choose::choose)),
        )
        .service(resource(pattern::therapy_add()).route(post().to(keep::keep)));
}
