//! The screens of the collaborators.

mod choose;

use actix_web::web::{self, get, post, resource};

use crate::web::paths::pattern;

/// Routes of the collaborators.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::choose_doctor()).route(get().to(choose::show)).route(post().to(choose::update)));
}
