//! Riepilogo: what will be issued.

use actix_web::{HttpResponse, web};

use super::{banner, key, moment};
use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::prescribing::forms::ReviewForm;
use crate::prescribing::pages::review::{EmptyPage, ReviewPage};
use crate::prescribing::queries::Key;
use crate::prescribing::service::{self, Moment, Readiness, Review};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, PatientBanner};

/// One snapshot of what the page shows.
pub struct Loaded {
    /// The patient.
    pub banner: PatientBanner,
    /// The basket, if there is one; and whether the doctor, who sends, can.
    pub review: Option<(Review, Option<Readiness>)>,
}

/// Reads it.
pub fn load(conn: &mut Db, key: Key, at: Moment) -> Result<Loaded, AppError> {
    let banner = banner(conn, key, at)?;
    let review = match service::load_review(conn, key, at)? {
        None => None,
        Some(review) => {
            let sends = key.author == key.owner.id();
            let wanted = review.issues.len();
            let doctor = (key.owner, review.region.as_str());
            let readiness = if sends { Some(service::find_readiness(conn, doctor, wanted, at.now)?) } else { None };
            Some((review, readiness))
        }
    };
    Ok(Loaded { banner, review })
}

/// The review page.
pub async fn show(doctor: Acting, path: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let (key, at) = (key(&doctor, path.into_inner()), moment(&doctor));
    let loaded = doctor.read(move |conn| load(conn, key, at)).await?;
    doctor.note(Look::at_patient(Act::Preparing, key.patient)).await?;
    let shell = doctor.shell.at(MenuItem::Therapies).for_patient(loaded.banner);
    match loaded.review {
        Some((review, readiness)) => {
            Page::ok(ReviewPage::new(shell, &review, readiness.as_ref(), None, at.today)).render()
        }
        None => Page::ok(EmptyPage { shell, patient_id: key.patient, gone: false }).render(),
    }
}

/// «Salva bozza»: keeps the choices of the page and goes back to the record.
pub async fn save(
    Posted(doctor, form): Posted<Acting, ReviewForm>,
    path: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (key, at) = (key(&doctor, path.into_inner()), moment(&doctor));
    let mut state = FormState::from_pairs(form.raw);
    let Some(options) = form.data.options(&mut state) else {
        let loaded = doctor.read(move |conn| load(conn, key, at)).await?;
        let shell = doctor.shell.at(MenuItem::Therapies).for_patient(loaded.banner);
        let (review, readiness) = loaded.review.ok_or(AppError::NotFound)?;
        return Page::invalid(ReviewPage::new(shell, &review, readiness.as_ref(), Some(state), at.today)).render();
    };
    let write = move |conn: &mut Db| -> Result<(), AppError> {
        service::save_options(conn, key, options, at)?.map_err(|_refused| AppError::NotFound)
    };
    doctor.write(write).await?;
    doctor.flash(
        Flash::ok("La bozza è salva.").with_text("La ritrovi in questa cartella, anche da un altro dispositivo."),
    )?;
    Ok(see_other(&paths::record(key.patient)))
}
