//! INVIA TUTTI: what would be sent, sending exactly that, and how far it has come.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{OUTDATED, pending};
use crate::accesses::{Act, Look};
use crate::db::Db;
use crate::identity::form_keys::Once;
use crate::prescriptions::model::State;
use crate::prescriptions::queries::see_refusals;
use crate::prescriptions::service::Pipeline;
use crate::validation::forms::{PendingQuery, RetryForm, SendAllForm};
use crate::validation::model::Window;
use crate::validation::pages::round::{RoundBox, RoundFragment, RoundPage};
use crate::validation::service::{self, DecideError, Retried, RoundPrescription};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::random;

/// Why what SAC refused is not sent again.
const OUTDATED_RETRY: &str = "Nel frattempo è scaduta un’esenzione, o è cambiato il prontuario: usa «Correggi», che apre di \
                              nuovo la ricetta con le regole di oggi.";

/// Shows what INVIA TUTTI would send: what the list shows, and nothing else.
pub async fn ask(doctor: Doctor, query: web::Query<PendingQuery>) -> Result<HttpResponse, AppError> {
    let page = pending::page(&doctor, Window { whole: true, ..query.window() }).await?;
    if page.rows.is_empty() {
        return Ok(see_other(&paths::pending()));
    }
    if page.sendable() == 0 {
        let outdated = page.rows.iter().any(|row| !row.blocks.is_empty());
        return if outdated { pending::outdated(&doctor) } else { pending::unanswered(&doctor) };
    }
    Page::ok(page.asking_to_send(random::hex_token(16))).render()
}

/// Sends what was shown. The answer does not wait for SAC: the page it leads to tells the rest.
pub async fn create(
    Posted(doctor, form): Posted<Doctor, SendAllForm>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let (by, key) = (doctor.by(), form.key());
    let (window, seen) = (form.data.window(), form.data.seen());
    let answer = |round: &i64| paths::round(*round);
    let write = move |conn: &mut Db| key.once(conn, &by, answer, |conn| service::send_seen(conn, &by, window, &seen));
    let path = match doctor.db().write(write).await {
        Ok(Once::Done(round)) => Ok(paths::round(round)),
        Ok(Once::Again(path)) => Ok(path),
        Ok(Once::Altered) => Err(DecideError::MovedOn),
        Err(error) => Err(error),
    };
    match path {
        Ok(path) => {
            pipeline.wake();
            Ok(see_other(&path))
        }
        Err(DecideError::Nothing) => {
            doctor.flash(Flash::new(Tone::Warn, "Non c’è più nulla da inviare: ecco l’elenco com’è ora."))?;
            Ok(see_other(&paths::pending()))
        }
        Err(DecideError::Outdated) => pending::outdated(&doctor),
        Err(DecideError::Unanswered) => pending::unanswered(&doctor),
        Err(error @ DecideError::NotReady(_)) => pending::not_ready(&doctor, window, &error).await,
        Err(error) => Err(error.into()),
    }
}

async fn load(doctor: &Doctor, id: i64) -> Result<Vec<RoundPrescription>, AppError> {
    let owner = doctor.owner();
    let read =
        move |conn: &mut Db| -> Result<_, AppError> { service::load_round(conn, owner, id)?.ok_or(AppError::NotFound) };
    doctor.read(read).await
}

/// How far it has come; for the script, only the box that changes.
pub async fn show(mut doctor: Doctor, req: HttpRequest, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let rows = load(&doctor, id).await?;
    let content = RoundBox::new(id, &rows);
    if wants_fragment(&req, "invii") {
        return Page::ok(RoundFragment { shell: doctor.shell.at(MenuItem::Pending), content }).render();
    }
    doctor.note(Look::at_many(Act::Listed, rows.iter().map(|one| one.row.patient_id))).await?;
    see(&mut doctor, &rows).await?;
    let shell = doctor.shell.at(MenuItem::Pending);
    Page::ok(RoundPage { shell, content }).render()
}

/// The doctor has opened the round: the bell says no more of what SAC refused in it. What its script brings later does not
/// count, for nobody may be in front of it.
async fn see(doctor: &mut Doctor, rows: &[RoundPrescription]) -> Result<(), AppError> {
    let refused = rows.iter().filter(|one| one.row.state == State::Discarded);
    let ids: Vec<i64> = refused.map(|one| one.row.id).collect();
    if ids.is_empty() || doctor.shell.refused() == 0 {
        return Ok(());
    }
    let (user, now) = (doctor.id(), doctor.now());
    let write = move |conn: &mut Db| see_refusals(conn, user, &ids, now);
    let seen = doctor.write(write).await?;
    doctor.shell.seen_refused(seen);
    Ok(())
}

/// «Riprova», for one or for all that failed, and for those only.
pub async fn retry(
    Posted(doctor, form): Posted<Doctor, RetryForm>,
    id: web::Path<i64>,
    pipeline: web::Data<Pipeline>,
) -> Result<HttpResponse, AppError> {
    let id = id.into_inner();
    let (by, only) = (doctor.by(), form.data.ricetta.parse::<i64>().ok());
    let outcome = doctor.db().write(move |conn: &mut Db| service::retry_failed(conn, &by, id, only)).await;
    let said = match outcome? {
        Retried { tried: 0, outdated: 0 } => {
            Some(Flash::new(Tone::Info, "Non c’era nulla da riprovare: ecco come sono ora."))
        }
        Retried { tried: 0, .. } => Some(Flash::new(Tone::Err, OUTDATED).with_text(OUTDATED_RETRY)),
        Retried { outdated: 0, .. } => None,
        Retried { outdated: 1, .. } => {
            Some(Flash::new(Tone::Warn, "Una non è ripartita; le altre sì.").with_text(OUTDATED_RETRY))
        }
        Retried { outdated, .. } => {
            let title = format!("{outdated} non sono ripartite; le altre sì.");
            Some(Flash::new(Tone::Warn, &title).with_text(OUTDATED_RETRY))
        }
    };
    if let Some(flash) = said {
        doctor.flash(flash)?;
    }
    pipeline.wake();
    Ok(see_other(&paths::round(id)))
}
