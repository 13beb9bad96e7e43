//! The screens of the account.

mod login;

use actix_web::web;

use crate::web::paths::pattern;

/// Routes of the account.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(pattern::login()).route(web::get().to(login::show)).route(web::post().to(login::create)))
        .route(pattern::logout(), web::post().to(login::destroy))
        .route(pattern::millelight(), web::get().to(login::entrance));
}
