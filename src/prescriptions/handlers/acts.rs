//! What the doctor does with a prescription: annul, try again, verify.

use actix_web::{HttpResponse, web};

use super::show::{load, note, page};
use crate::db::Db;
use crate::identity::by::{By, Seen};
use crate::identity::form_keys::Once;
use crate::prescriptions::forms::{AnnulForm, SeenForm};
use crate::prescriptions::pages::show::AnnulDialog;
use crate::prescriptions::queries;
use crate::prescriptions::service::{self, ActError, Pipeline};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use kernel::{dates, random};

/// Asks why.
pub async fn ask_annul(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let loaded = load(&doctor, id).await?;
    if !loaded.sheet.row.state.can_annul() {
        return moved_on(&doctor, id).await;
    }
    note(&doctor, &loaded.sheet.row).await?;
    let (page, sheet) = page(doctor.shell, loaded);
    let warn = sheet.delivering.warn(&sheet.row);
    let dialog =
        AnnulDialog { form: FormState::new(), reasons: AnnulForm::reasons(), key: random::hex_token(16), warn };
    Page::ok(page.with_annul(dialog)).render()
}

/// Annuls: the request is queued, then the outcome is waited for a little.
pub async fn annul(
    Posted(doctor, form): Posted<Doctor, AnnulForm>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let mut state = FormState::of(&form.data);
    let Some(reason) = form.data.read(&mut state) else {
        let (page, sheet) = page(doctor.shell.clone(), load(&doctor, id).await?);
        let warn = sheet.delivering.warn(&sheet.row);
        let dialog = AnnulDialog { form: state, reasons: AnnulForm::reasons(), key: form.form_key().to_owned(), warn };
        return Page::invalid(page.with_annul(dialog)).render();
    };
    let (by, key, seen) = (doctor.by(), form.key(), Seen::new(id, form.data.revisione));
    let annul = move |conn: &mut Db| {
        let answer = |(): &()| paths::prescription_outcome(id);
        moving(key.once(conn, &by, answer, |conn| service::request_annul(conn, &by, seen, &reason)))
    };
    match doctor.write(annul).await? {
        None => moved_on(&doctor, id).await,
        // The second arrival of the same form goes where the first one went, and changes nothing.
        Some(Once::Done(()) | Once::Again(_)) => outcome_of(&pipeline, id).await,
        Some(Once::Altered) => {
            let text = "Questo modulo è già stato inviato con un altro motivo: guarda la ricetta prima di riprovare.";
            Err(AppError::Conflict(text.to_owned()))
        }
    }
}

/// What came of an act; `None`: the prescription is no longer what the page showed.
fn moving<T>(done: Result<T, ActError>) -> Result<Option<T>, AppError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(ActError::Stale | ActError::Unproven) => Ok(None),
        Err(ActError::NotFound) => Err(AppError::NotFound),
        Err(ActError::Db(error)) => Err(error.into()),
    }
}

/// Has the runner look at once, waits a little for what comes of it, and goes where it is told.
async fn outcome_of(pipeline: &Pipeline, id: i64) -> Result<HttpResponse, AppError> {
    pipeline.wake();
    pipeline.wait_for(&[id], pipeline.timings().confirm_wait).await?;
    Ok(see_other(&paths::prescription_outcome(id)))
}

/// Somebody was faster, perhaps the same doctor elsewhere: says what it has become, by whom and when.
async fn moved_on(doctor: &Doctor, id: i64) -> Result<HttpResponse, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let row = queries::find_owned(conn, owner, id)?.ok_or(AppError::NotFound)?;
        Ok((row.state, queries::list_history(conn, id)?))
    };
    let (state, history) = doctor.read(read).await?;
    let by = history.iter().rev().find(|row| !row.actor_name().is_empty());
    let text = by.map(|row| {
        let at = dates::to_rome(row.happened_at);
        format!("L’ha fatto {} il {} alle {}.", row.actor_name(), dates::long(at.date()), dates::hour(at))
    });
    let title = format!("Questa ricetta è già cambiata: ora è «{}».", state.label());
    doctor.flash(Flash::new(Tone::Warn, &title).with_text(&text.unwrap_or_default()))?;
    Ok(see_other(&paths::prescription(id)))
}

/// «Riprova ora».
pub async fn retry(
    Posted(doctor, _): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    now(&doctor, *id, &pipeline, service::retry_now).await
}

/// «Verifica sul SAC».
pub async fn verify(
    Posted(doctor, _): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    now(&doctor, *id, &pipeline, service::verify_now).await
}

/// «Invia di nuovo»: the doctor's word where SAC's lists show nothing. Twice is once: the second press finds it moved on.
pub async fn resend(
    Posted(doctor, form): Posted<Doctor, SeenForm>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let revision = form.data.revisione;
    let resend = move |conn: &mut Db, by: &By, id| service::ask_resend(conn, by, Seen::new(id, revision));
    now(&doctor, *id, &pipeline, resend).await
}

/// Makes a prescription due now and waits a little for what comes of it. Twice is once: it only moves a time.
async fn now(
    doctor: &Doctor,
    id: i64,
    pipeline: &Pipeline,
    act: impl FnOnce(&mut Db, &By, i64) -> Result<(), ActError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let by = doctor.by();
    match doctor.db().write(move |conn: &mut Db| moving(act(conn, &by, id))).await? {
        None => moved_on(doctor, id).await,
        Some(()) => outcome_of(pipeline, id).await,
    }
}
