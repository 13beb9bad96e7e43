//! The screens of the patients' portal, and the doctor's page about a patient's enrolment.

mod activate;
mod book;
mod enrolment;

use actix_web::web::{self, get, post, resource};

use crate::web::paths::pattern;

/// Routes of Millebook.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route(pattern::millebook(), get().to(book::index))
        .service(
            resource(pattern::millebook_activate()).route(get().to(activate::show)).route(post().to(activate::create)),
        )
        .route(pattern::millebook_prescription(), get().to(book::show))
        .route(pattern::millebook_reminder(), get().to(book::reminder))
        .service(
            resource(pattern::patient_millebook()).route(get().to(enrolment::show)).route(post().to(enrolment::issue)),
        )
        .service(
            resource(pattern::patient_millebook_withdraw())
                .route(get().to(enrolment::ask))
                .route(post().to(enrolment::withdraw)),
        );
}
