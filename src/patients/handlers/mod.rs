//! The screens of the archive.

mod registry;
mod search;

use actix_web::web;

use crate::web::paths::pattern;

/// Routes of the archive. They come before the record's: `nuovo` is not a patient.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(pattern::patients()).route(web::get().to(search::index)).route(web::post().to(search::search)),
    )
    .service(
        web::resource(pattern::patient_new())
            .route(web::get().to(registry::new))
            .route(web::post().to(registry::create)),
    )
    .service(
        web::resource(pattern::patient_edit())
            .route(web::get().to(registry::edit))
            .route(web::post().to(registry::update)),
    );
}
