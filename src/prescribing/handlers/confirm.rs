//! «Invia», the doctor's confirmation, and «Invia al cloud», the collaborator's: it lays the prescriptions before the doctor.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::review::load;
use crate::db::Db;
use crate::prescribing::forms::ReviewForm;
use crate::prescribing::pages::review::{EmptyPage, Notice, ReviewPage};
use crate::prescribing::queries::Key;
use crate::prescribing::service::{self, ConfirmError, Confirmation, Confirmed, Moment};
use crate::prescriptions::service::CreateError;
use crate::prescriptions::service::Pipeline;
use crate::safety::Answer;
use crate::web::alarm;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Acting;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;

/// Queues what the page showed and waits a little for the outcome; a collaborator's goes to the doctor instead.
pub async fn create(
    Posted(doctor, form): Posted<Acting, ReviewForm>,
    path: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let (by, patient, to_cloud) = (doctor.by(), path.into_inner(), !doctor.is_doctor());
    let (key, at) = (Key::of(&by, patient), Moment::of(&by));
    let (once, data) = (form.key(), form.data);
    let mut state = FormState::from_pairs(form.raw);
    let Some((visit, hide_data)) = data.options(&mut state) else {
        return refuse(doctor, key, at, StatusCode::UNPROCESSABLE_ENTITY, (None, state)).await;
    };
    let answers = answers(&state);
    let write = move |conn: &mut Db| {
        let (form, revision, fingerprint) = (&once, data.revisione, data.impronta.as_str());
        let confirmation = Confirmation { form, revision, fingerprint, visit, hide_data, answers: &answers };
        if to_cloud {
            return service::submit(conn, &by, patient, &confirmation, &paths::sent());
        }
        service::confirm(conn, &by, patient, &confirmation, paths::outcome_of)
    };
    match doctor.db().write(write).await {
        Ok(Confirmed::Queued(ids)) if to_cloud => {
            doctor.flash(submitted(ids.len()))?;
            Ok(see_other(&paths::sent()))
        }
        Ok(Confirmed::Queued(ids)) => {
            pipeline.wake();
            // Whatever the outcome by then, its own page tells it.
            pipeline.wait_for(&ids, pipeline.timings().confirm_wait).await?;
            Ok(see_other(&paths::outcome_of(&ids)))
        }
        Ok(Confirmed::Before(path)) => Ok(see_other(&path)),
        Err(ConfirmError::Changed) => {
            refuse(doctor, key, at, StatusCode::CONFLICT, (Some(Notice::Changed), state)).await
        }
        Err(ConfirmError::Unanswered) => {
            refuse(doctor, key, at, StatusCode::UNPROCESSABLE_ENTITY, (Some(Notice::Unanswered), state)).await
        }
        Err(ConfirmError::Incomplete | ConfirmError::NotReady(_)) => {
            refuse(doctor, key, at, StatusCode::UNPROCESSABLE_ENTITY, (Some(Notice::NotSent), state)).await
        }
        Err(ConfirmError::NoBasket) => refuse(doctor, key, at, StatusCode::CONFLICT, (None, state)).await,
        Err(ConfirmError::Altered) => Err(AppError::Conflict(
            "Queste ricette sono già state inviate, con altre scelte, da un’altra finestra: guarda l’elenco delle ricette."
                .to_owned(),
        )),
        Err(ConfirmError::NotFound | ConfirmError::Create(CreateError::NoPatient)) => Err(AppError::NotFound),
        Err(ConfirmError::Create(error)) => Err(AppError::internal(error)),
        Err(ConfirmError::Db(error)) => Err(error.into()),
        Err(ConfirmError::Pool(error)) => Err(error.into()),
    }
}

/// Said to the collaborator on arrival.
fn submitted(count: usize) -> Flash {
    let title =
        if count == 1 { "La ricetta è stata inviata al cloud." } else { "Le ricette sono state inviate al cloud." };
    Flash::ok(title).with_text("Il medico la vede nella sua campanella: qui trovi com’è andata.")
}

/// What was answered to what stops drugs, by the basket's row.
fn answers(form: &FormState) -> HashMap<i64, Answer> {
    let rows = form.names().filter_map(|name| name.strip_prefix("visto-")?.parse::<i64>().ok());
    rows.filter_map(|row| Some((row, alarm::answer(form, &row.to_string())?))).collect()
}

/// The review as it is now, and why nothing was sent.
async fn refuse(
    doctor: Acting,
    key: Key,
    at: Moment,
    status: StatusCode,
    (notice, state): (Option<Notice>, FormState),
) -> Result<HttpResponse, AppError> {
    let loaded = doctor.read(move |conn| load(conn, key, at)).await?;
    let shell = doctor.shell.at(MenuItem::Therapies).for_patient(loaded.banner);
    let Some((review, readiness)) = loaded.review else {
        let page = EmptyPage { shell, patient_id: key.patient, gone: true };
        return Page::with_status(StatusCode::CONFLICT, page).render();
    };
    let page = ReviewPage::new(shell, &review, readiness.as_ref(), Some(state), at.today);
    Page::with_status(
        status,
        match notice {
            Some(notice) => page.with_notice(notice),
            None => page,
        },
    )
    .render()
}
