//! The screens of the collaborators.

mod acts;
mod add;
mod choose;
mod edit;
mod list;
mod lists;
mod mine;

use actix_web::HttpResponse;
use actix_web::web::{self, get, post, resource};

use crate::web::guards::Doctor;
use crate::web::page::see_other;
use crate::web::paths::{self, pattern};

/// Routes of the collaborators.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(resource(pattern::choose_doctor()).route(get().to(choose::show)).route(post().to(choose::update)))
        .route(pattern::collaborators(), get().to(list::index))
        // Before the single collaborator: the word would be taken for an id.
        .service(resource(pattern::collaborator_new()).route(get().to(add::new)).route(post().to(add::check)))
        .route(pattern::collaborator_associate(), post().to(add::create))
        .service(resource(pattern::collaborator()).route(get().to(edit::edit)).route(post().to(edit::update)))
        .service(
            resource(pattern::collaborator_password())
                .route(get().to(list::confirm_password))
                .route(post().to(acts::give_password)),
        )
        .route(pattern::collaborator_suspend(), post().to(acts::suspend))
        .route(pattern::collaborator_resume(), post().to(acts::resume))
        .service(
            resource(pattern::collaborator_reconfirm())
                .route(get().to(list::confirm_reconfirmation))
                .route(post().to(acts::reconfirm)),
        )
        .service(
            resource(pattern::collaborator_code())
                .route(get().to(list::confirm_code))
                .route(post().to(acts::renew_code)),
        )
        .route(pattern::collaborator_disconnect(), post().to(acts::disconnect))
        .service(
            resource(pattern::collaborator_remove())
                .route(get().to(list::confirm_removal))
                .route(post().to(acts::remove)),
        )
        .route(pattern::my_doctors(), get().to(mine::index))
        .route(pattern::invitation_accept(), post().to(mine::accept))
        .route(pattern::invitation_refuse(), post().to(mine::refuse));
}

/// A change of collaborators is a protected act: the password is asked again when it was given long ago.
fn ask_password(doctor: &Doctor, next: &str) -> Option<HttpResponse> {
    (!doctor.recently_authenticated()).then(|| see_other(&paths::reauthenticate_then(next)))
}
