//! The screens of the account.

mod address;
mod doctor;
mod entering;
mod forgotten;
mod info;
mod login;
mod login_code;
mod notices;
mod password;
mod push;
mod registration;
mod resume;
mod second_factor;
mod sessions;

use actix_web::web::{self, get, post, resource};

use crate::web::paths::pattern;

/// Routes of the account.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let logins = [pattern::login(), pattern::portal_login(), pattern::millebook_login()];
    let codes = [pattern::login_code(), pattern::portal_login_code(), pattern::millebook_login_code()];
    let passwords = [pattern::change_password(), pattern::portal_password(), pattern::millebook_password()];
    let accesses = [pattern::sessions(), pattern::portal_sessions(), pattern::millebook_sessions()];
    let factors = [pattern::second_factor(), pattern::millebook_second_factor()];
    let again = [pattern::reauthenticate(), pattern::millebook_reauthenticate()];
    let forgotten = [pattern::forgotten(), pattern::portal_forgotten(), pattern::millebook_forgotten()];
    let chosen = [pattern::new_password(), pattern::millebook_new_password()];
    let addresses = [pattern::own_address(), pattern::portal_own_address(), pattern::millebook_own_address()];
    let proven = [pattern::prove_address(), pattern::millebook_prove_address()];
    cfg.service(resource(forgotten).route(get().to(forgotten::new)).route(post().to(forgotten::create)))
        .service(resource(chosen).route(get().to(forgotten::edit)).route(post().to(forgotten::update)))
        .service(resource(addresses).route(get().to(address::show)).route(post().to(address::update)))
        .service(resource(proven).route(get().to(address::ask)).route(post().to(address::prove)));
    cfg.route(pattern::home(), get().to(info::home))
        .route(pattern::millelight(), get().to(info::millelight))
        .route(pattern::unverified(), get().to(info::unverified))
        .route(pattern::info(), get().to(info::info))
        .route(pattern::portal(), get().to(login::portal))
        .service(resource(logins).route(get().to(login::show)).route(post().to(login::create)))
        .service(resource(codes).route(get().to(login_code::begin_again)).route(post().to(login_code::enter_with_code)))
        .route(pattern::logout(), post().to(login::destroy))
        .route(pattern::portal_logout(), post().to(login::destroy))
        .route(pattern::millebook_logout(), post().to(login::destroy))
        .service(resource(factors).route(get().to(second_factor::show)).route(post().to(second_factor::update)))
        .service(resource(passwords).route(get().to(password::edit)).route(post().to(password::update)))
        .service(resource(accesses).route(get().to(sessions::show)).route(post().to(sessions::update)))
        .route(pattern::push_worker(), get().to(push::worker))
        .service(resource(pattern::push()).route(get().to(push::show)).route(post().to(push::update)))
        .service(resource(again).route(get().to(password::ask_again)).route(post().to(password::reauthenticate)))
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
