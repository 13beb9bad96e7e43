//! What the doctor does with a prescription: annul, try again, verify.

use actix_web::{HttpResponse, web};
use chrono::NaiveDateTime;

use super::show::{load, note, page};
use crate::db::{Db, Owner};
use crate::identity::form_keys::{self, Arrival};
use crate::prescriptions::forms::{AnnulForm, SeenForm};
use crate::prescriptions::pages::show::AnnulDialog;
use crate::prescriptions::queries;
use crate::prescriptions::service::{self, ActError, Pipeline};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
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

/// What arriving with an annulment came to.
enum Asked {
    /// It is in the queue, or was.
    Queued,
    /// The prescription is no longer what the page showed.
    MovedOn,
}

/// Annuls: the request is queued, then the outcome is waited for a little.
pub async fn annul(
    doctor: Doctor,
    id: web::Path<i64>,
    form: CsrfForm<AnnulForm>,
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
    let (key, content, revision) = (form.form_key().to_owned(), form.content(), form.data.revisione);
    let (owner, actor, now) = (doctor.owner(), doctor.id(), doctor.now());
    let write = move |conn: &mut Db| queue_annul(conn, (owner, actor), (id, revision), &reason, (&key, &content), now);
    match doctor.db().write(write).await? {
        Asked::MovedOn => moved_on(&doctor, id).await,
        Asked::Queued => {
            pipeline.wake();
            pipeline.wait_for(&[id], pipeline.timings().confirm_wait).await?;
            Ok(see_other(&paths::prescription_outcome(id)))
        }
    }
}

fn queue_annul(
    conn: &mut Db,
    (owner, actor): (Owner, i64),
    (id, revision): (i64, i64),
    reason: &str,
    (key, content): (&str, &[u8]),
    now: NaiveDateTime,
) -> Result<Asked, AppError> {
    match form_keys::arrive(conn, actor, key, content, now)? {
        Arrival::First => {}
        // The second arrival of the same form: it goes where the first one went, and changes nothing.
        Arrival::Again(_) => return Ok(Asked::Queued),
        Arrival::Altered => {
            let text = "Questo modulo è già stato inviato con un altro motivo: guarda la ricetta prima di riprovare.";
            return Err(AppError::Conflict(text.to_owned()));
        }
    }
    form_keys::set_answer(conn, actor, key, &paths::prescription_outcome(id))?;
    match service::request_annul(conn, owner, actor, id, revision, reason, now) {
        Ok(()) => Ok(Asked::Queued),
        Err(ActError::Stale | ActError::Unproven) => Ok(Asked::MovedOn),
        Err(ActError::NotFound) => Err(AppError::NotFound),
        Err(ActError::Db(error)) => Err(error.into()),
    }
}

/// Somebody was faster, perhaps the same doctor elsewhere: says what it has become, by whom and when.
async fn moved_on(doctor: &Doctor, id: i64) -> Result<HttpResponse, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let row = queries::find_owned(conn, owner, id)?.ok_or(AppError::NotFound)?;
        Ok((row.state, queries::list_history(conn, id)?))
    };
    let (state, history) = doctor.db().read(read).await?;
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
    doctor: Doctor,
    id: web::Path<i64>,
    _form: CsrfForm<NoFields>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    now(&doctor, id.into_inner(), &pipeline, service::retry_now).await
}

/// «Verifica sul SAC».
pub async fn verify(
    doctor: Doctor,
    id: web::Path<i64>,
    _form: CsrfForm<NoFields>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    now(&doctor, id.into_inner(), &pipeline, service::verify_now).await
}

/// «Invia di nuovo»: the doctor's word where SAC's lists show nothing. Twice is once: the second press finds it moved on.
pub async fn resend(
    doctor: Doctor,
    id: web::Path<i64>,
    form: CsrfForm<SeenForm>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let (id, actor, revision) = (id.into_inner(), doctor.id(), form.data.revisione);
    now(&doctor, id, &pipeline, move |conn, owner, id, now| service::ask_resend(conn, owner, actor, id, revision, now))
        .await
}

/// Makes a prescription due now and waits a little for what comes of it. Twice is once: it only moves a time.
async fn now(
    doctor: &Doctor,
    id: i64,
    pipeline: &Pipeline,
    act: impl FnOnce(&mut Db, Owner, i64, NaiveDateTime) -> Result<(), ActError> + Send + 'static,
) -> Result<HttpResponse, AppError> {
    let (owner, now) = (doctor.owner(), doctor.now());
    let write = move |conn: &mut Db| match act(conn, owner, id, now) {
        Ok(()) => Ok(true),
        Err(ActError::Stale | ActError::Unproven) => Ok(false),
        Err(ActError::NotFound) => Err(AppError::NotFound),
        Err(ActError::Db(error)) => Err(error.into()),
    };
    if !doctor.db().write(write).await? {
        return moved_on(doctor, id).await;
    }
    pipeline.wake();
    pipeline.wait_for(&[id], pipeline.timings().confirm_wait).await?;
    Ok(see_other(&paths::prescription_outcome(id)))
}
