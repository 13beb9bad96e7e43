//! The screens of the pipeline.

mod acts;
mod credentials;
mod list;
mod lots;
mod session;
mod show;

use actix_web::web::{self, get, post, resource};

use crate::web::paths::pattern;

/// Routes of the prescriptions.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::prescriptions()).route(get().to(list::index)))
        .service(resource(pattern::prescription()).route(get().to(show::show)))
        .service(resource(pattern::prescription_outcome()).route(get().to(show::outcome)))
        .service(resource(pattern::prescription_annul()).route(get().to(acts::ask_annul)).route(post().to(acts::annul)))
        .service(resource(pattern::prescription_retry()).route(post().to(acts::retry)))
        .service(resource(pattern::prescription_resend()).route(post().to(acts::resend)))
        .service(resource(pattern::prescription_verify()).route(post().to(acts::verify)))
        .service(
            resource(pattern::sar_credentials())
                .route(get().to(credentials::edit))
                .route(post().to(credentials::update)),
        )
        .service(resource(pattern::sar_session()).route(post().to(session::ask)))
        .service(resource(pattern::lots()).route(get().to(lots::index)).route(post().to(lots::create)));
}
