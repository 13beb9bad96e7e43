//! From addresses to the basket and back.

mod basket;
mod confirm;
mod item;
mod pending;
mod review;

use actix_web::web;

use super::queries::Key;
use super::service::Moment;
use crate::db::Db;
use crate::patients;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::paths::pattern;
use crate::web::shell::PatientBanner;

/// The addresses of prescribing. They come before the record's, whose `/terapie/{therapy}` would take `/terapie/ripeti`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    use web::{get, post, resource};
    cfg.service(resource(pattern::therapies_repeat()).route(post().to(basket::repeat)))
        .service(resource(pattern::prescription_correct()).route(post().to(basket::correct)))
        .service(resource(pattern::pending_item()).route(get().to(pending::show)).route(post().to(pending::update)))
        .service(resource(pattern::draft()).route(get().to(review::show)).route(post().to(review::save)))
        .service(resource(pattern::draft_add()).route(post().to(basket::add)))
        .service(resource(pattern::draft_discard()).route(post().to(basket::discard)))
        .service(resource(pattern::draft_confirm()).route(post().to(confirm::create)))
        .service(resource(pattern::draft_item()).route(get().to(item::show)).route(post().to(item::update)))
        .service(resource(pattern::draft_item_remove()).route(post().to(basket::remove)));
}

/// One's own basket for this patient of the archive one works in.
fn key(doctor: &Acting, patient: i64) -> Key {
    Key { owner: doctor.owner(), author: doctor.id(), patient }
}

fn moment(doctor: &Acting) -> Moment {
    Moment { now: doctor.now(), today: doctor.today() }
}

/// The patient in hand; somebody else's is not there.
fn banner(conn: &mut Db, key: Key, at: Moment) -> Result<PatientBanner, AppError> {
    patients::queries::find_banner(conn, key.owner, key.patient, at.today)?.ok_or(AppError::NotFound)
}
