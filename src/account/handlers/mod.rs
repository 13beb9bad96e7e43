//! The screens of the account.

mod doctor;
mod info;
mod login;
mod password;
mod registration;
mod resume;
mod second_factor;
mod sessions;

use actix_web::web::{self, get, post, resource};

use crate::web::paths::pattern;

/// Routes of the account.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route(pattern::home(), get().to(info::home))
        .route(pattern::millelight(), get().to(info::millelight))
        .route(pattern::info(), get().to(info::info))
        .service(resource(pattern::login()).route(get().to(login::show)).route(post().to(login::create)))
        .service(resource(pattern::portal_login()).route(get().to(login::show)).route(post().to(login::create)))
        .service(
            resource(pattern::login_code())
                .route(get().to(second_factor::begin_again))
                .route(post().to(second_factor::enter_with_code)),
        )
        .service(
            resource(pattern::portal_login_code())
                .route(get().to(second_factor::begin_again))
                .route(post().to(second_factor::enter_with_code)),
        )
        .service(
            resource(pattern::second_factor())
                .route(get().to(second_factor::show))
                .route(post().to(second_factor::update)),
        )
        .route(pattern::portal(), get().to(login::portal))
        .route(pattern::logout(), post().to(login::destroy))
        .route(pattern::portal_logout(), post().to(login::destroy))
        .service(
            resource(pattern::portal_password()).route(get().to(password::edit)).route(post().to(password::update)),
        )
        .service(resource(pattern::sessions()).route(get().to(sessions::show)).route(post().to(sessions::update)))
        .service(
            resource(pattern::portal_sessions()).route(get().to(sessions::show)).route(post().to(sessions::update)),
        )
        .service(
            resource(pattern::change_password()).route(get().to(password::edit)).route(post().to(password::update)),
        )
        .service(
            resource(pattern::reauthenticate())
                .route(get().to(password::ask_again))
                .route(post().to(password::reauthenticate)),
        )
        .service(
            resource(pattern::registration()).route(get().to(registration::new)).route(post().to(registration::create)),
        )
        .service(
            resource(pattern::confirm())
                .route(get().to(registration::ask_confirmation))
                .route(post().to(registration::confirm)),
        )
        .service(resource(pattern::resume()).route(get().to(resume::show)).route(post().to(resume::update)))
        .service(resource(pattern::doctor()).route(get().to(doctor::show)).route(post().to(doctor::update)));
}
