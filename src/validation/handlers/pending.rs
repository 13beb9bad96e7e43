//! Elenco Prescrizioni: the list, the bell's count, one sent, one refused.

use actix_web::{HttpResponse, web};

use super::{OUTDATED, OUTDATED_TEXT, UNANSWERED, UNANSWERED_TEXT, rings_json};
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::identity::by::Seen;
use crate::identity::form_keys::Once;
use crate::prescriptions::service::Pipeline;
use crate::validation::forms::{DeclineForm, PendingQuery, SeenForm};
use crate::validation::model::Window;
use crate::validation::pages::pending::{PendingPage, RowView};
use crate::validation::queries;
use crate::validation::service::{self, DecideError};
use crate::web::alarm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::random;

/// The list as it stands.
pub(super) async fn page(doctor: &Doctor, window: impl Into<Window>) -> Result<PendingPage, AppError> {
    let (owner, today, window) = (doctor.owner(), doctor.today(), window.into());
    let read = move |conn: &mut Db| service::load_pending(conn, owner, window, today);
    let list = doctor.read(read).await?;
    doctor.note(Look::at_many(Act::Listed, list.rows.iter().map(|one| one.row.patient_id))).await?;
    Ok(PendingPage::new(doctor.shell.clone().at(MenuItem::Pending), &list, window))
}

/// The list.
pub async fn index(doctor: Doctor, query: web::Query<PendingQuery>) -> Result<HttpResponse, AppError> {
    Page::ok(page(&doctor, query.window()).await?).render()
}

/// How many wait and how many SAC has refused, for the bell.
pub async fn count(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| queries::ring_doctor(conn, owner);
    Ok(rings_json(doctor.read(read).await?))
}

/// What was answered to what stops the drugs of prescription `id`, by their row.
fn answers(id: i64, form: &FormState) -> service::Answers {
    let prefix = format!("visto-{id}-");
    let rows = form.names().filter_map(|name| name.strip_prefix(&prefix)?.parse::<i64>().ok());
    rows.filter_map(|row| Some((row, alarm::answer(form, &format!("{id}-{row}"))?))).collect()
}

/// The list says in each row what must be answered.
pub(super) fn unanswered(doctor: &Doctor) -> Result<HttpResponse, AppError> {
    doctor.flash(Flash::new(Tone::Err, UNANSWERED).with_text(UNANSWERED_TEXT))?;
    Ok(see_other(&paths::pending()))
}

/// «Invia»: validates one and waits a little for its outcome.
pub async fn send(
    Posted(doctor, form): Posted<Doctor, SeenForm>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let (by, key, seen) = (doctor.by(), form.key(), Seen::new(id, form.data.revisione));
    let state = FormState::from_pairs(form.raw);
    let answers = answers(id, &state);
    let answer = move |(): &()| paths::prescription_outcome(id);
    let send = move |conn: &mut Db| key.once(conn, &by, answer, |conn| service::send_one(conn, &by, seen, &answers));
    match doctor.db().write(send).await {
        // The second arrival of the same form goes where the first one went, and changes nothing.
        Ok(Once::Done(()) | Once::Again(_)) => {
            pipeline.wake();
            pipeline.wait_for(&[id], pipeline.timings().confirm_wait).await?;
            Ok(see_other(&paths::prescription_outcome(id)))
        }
        Ok(Once::Altered) | Err(DecideError::MovedOn) => moved_on(&doctor),
        Err(DecideError::Outdated) => outdated(&doctor),
        Err(DecideError::Unanswered) => {
            Page::invalid(page(&doctor, Window::default()).await?.unanswered(id, state)).render()
        }
        Err(error @ DecideError::NotReady(_)) => not_ready(&doctor, Window::default(), &error).await,
        Err(error) => Err(error.into()),
    }
}

/// Somebody was faster: the list says how things stand.
pub(super) fn moved_on(doctor: &Doctor) -> Result<HttpResponse, AppError> {
    let title = "Questa prescrizione è cambiata mentre la guardavi: non è stato fatto nulla.";
    let text =
        "Può averla ritirata lo studio, o può essere già stata decisa da un altro dispositivo. Ecco come sono ora.";
    doctor.flash(Flash::new(Tone::Warn, title).with_text(text))?;
    Ok(see_other(&paths::pending()))
}

/// The list says in each row what has changed since it was prepared.
pub(super) fn outdated(doctor: &Doctor) -> Result<HttpResponse, AppError> {
    doctor.flash(Flash::new(Tone::Err, OUTDATED).with_text(OUTDATED_TEXT))?;
    Ok(see_other(&paths::pending()))
}

/// The list again, with what is missing.
pub(super) async fn not_ready(doctor: &Doctor, window: Window, error: &DecideError) -> Result<HttpResponse, AppError> {
    let page = page(doctor, window).await?;
    Page::invalid(match error {
        DecideError::NotReady(lacking) => page.with_missing(lacking),
        _ => page,
    })
    .render()
}

/// The row to be refused; gone when it does not wait any more.
async fn find_row(doctor: &Doctor, id: i64) -> Result<Option<RowView>, AppError> {
    let (owner, today): (Owner, _) = (doctor.owner(), doctor.today());
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        if crate::prescriptions::queries::find_owned(conn, owner, id)?.is_none() {
            return Err(AppError::NotFound);
        }
        Ok(service::load_pending_one(conn, owner, id, today)?)
    };
    Ok(doctor.read(read).await?.map(|found| RowView::of(&found)))
}

/// Asks why.
pub async fn ask_decline(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let Some(row) = find_row(&doctor, id.into_inner()).await? else { return moved_on(&doctor) };
    let page = page(&doctor, Window::default()).await?;
    Page::ok(page.asking_why(row, FormState::new(), random::hex_token(16))).render()
}

/// «Annulla prescrizione»: refuses one; the reason goes back to the studio.
pub async fn decline(
    Posted(doctor, form): Posted<Doctor, DeclineForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let mut state = FormState::of(&form.data);
    let Some(reason) = form.data.read(&mut state) else {
        let Some(row) = find_row(&doctor, id).await? else { return moved_on(&doctor) };
        let page = page(&doctor, Window::default()).await?;
        return Page::invalid(page.asking_why(row, state, form.form_key().to_owned())).render();
    };
    let (by, key, seen) = (doctor.by(), form.key(), Seen::new(id, form.data.revisione));
    let answer = |(): &()| paths::pending();
    let decline = move |conn: &mut Db| key.once(conn, &by, answer, |conn| service::decline(conn, &by, seen, &reason));
    match doctor.db().write(decline).await {
        Ok(Once::Done(()) | Once::Again(_)) => {
            let told = Flash::ok("La prescrizione è annullata.").with_text("Lo studio vede il motivo che hai scelto.");
            doctor.flash(told)?;
            Ok(see_other(&paths::pending()))
        }
        Ok(Once::Altered) | Err(DecideError::MovedOn) => moved_on(&doctor),
        Err(error) => Err(error.into()),
    }
}
