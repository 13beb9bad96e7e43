//! The clinical record (cartella): problems, therapies, investigations, diary, allergies and exemptions of a patient.
//!
//! Tables: `problems`, `therapies`, `investigations`, `diary_entries`, `allergies`, `patient_exemptions`, and
//! `record_changes`, which keeps every version that ever stood in them. Rules: everything can be corrected (S4); each
//! change writes its history in the same transaction; a form that was opened before somebody else's change is refused and
//! shows both versions; an entry is only ever loaded by doctor, patient and its own id together.

use actix_web::web;

use crate::web::paths::pattern;

pub mod forms;
pub mod handlers;
pub mod model;
pub mod pages;
pub mod queries;
pub mod service;

use forms::{AllergyForm, DiaryForm, ExemptionForm, InvestigationForm, ProblemForm, TherapyForm};
use handlers::{accesses, acts, entry, history, lists, overview, save};

/// The record's addresses.
pub fn routes(cfg: &mut web::ServiceConfig) {
    use web::{get, post, resource};
    cfg.service(resource(pattern::record()).route(get().to(overview::show)))
        .service(resource(pattern::problems()).route(get().to(lists::problems)))
        .service(form::<ProblemForm>(pattern::problem_new()))
        .service(one::<ProblemForm>(pattern::problem()))
        .service(resource(pattern::problem_close()).route(post().to(acts::close)))
        .service(resource(pattern::problem_reopen()).route(post().to(acts::reopen)))
        .service(resource(pattern::therapies()).route(get().to(lists::therapies)))
        .service(resource(pattern::therapies_suspend()).route(post().to(acts::suspend)))
        .service(one::<TherapyForm>(pattern::therapy()))
        .service(resource(pattern::therapy_resume()).route(post().to(acts::resume)))
        .service(resource(pattern::investigations()).route(get().to(lists::investigations)))
        .service(form::<InvestigationForm>(pattern::investigation_new()))
        .service(one::<InvestigationForm>(pattern::investigation()))
        .service(resource(pattern::diary()).route(get().to(lists::diary)))
        .service(form::<DiaryForm>(pattern::diary_new()))
        .service(one::<DiaryForm>(pattern::diary_entry()))
        .service(form::<AllergyForm>(pattern::allergies()))
        .service(one::<AllergyForm>(pattern::allergy()))
        .service(form::<ExemptionForm>(pattern::exemptions()))
        .service(one::<ExemptionForm>(pattern::exemption()))
        .service(resource(pattern::patient_accesses()).route(get().to(accesses::show)))
        .service(resource(pattern::entry_history()).route(get().to(history::show)))
        .service(resource(pattern::entry_remove()).route(post().to(acts::remove)))
        .service(resource(pattern::entry_restore()).route(post().to(acts::restore)));
}

/// The form for a new entry.
fn form<F: handlers::screens::Screen + Send>(pattern: &'static str) -> actix_web::Resource
where
    <F::Entry as model::Entry>::Values: Send,
{
    web::resource(pattern).route(web::get().to(entry::show_new::<F>)).route(web::post().to(save::create::<F>))
}

/// The form of one entry.
fn one<F: handlers::screens::Screen + Send>(pattern: &'static str) -> actix_web::Resource
where
    <F::Entry as model::Entry>::Values: Send,
{
    web::resource(pattern).route(web::get().to(entry::show::<F>)).route(web::post().to(save::update::<F>))
}

#[cfg(test)]
mod tests;
