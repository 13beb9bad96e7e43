//! A form posted after its session had ended: offered back to its author at the next login.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

use crate::account::forms::ResumeForm;
use crate::account::pages::ResumePage;
use crate::db::{Db, DbError};
use crate::identity::associations::{self, AssociationState};
use crate::identity::kept_forms::{self, KeptForm};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Member;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::session_store::DOCTOR;
use kernel::random;

/// Shows that a form is waiting.
pub async fn show(guard: Member) -> Result<HttpResponse, AppError> {
    let Some(form) = find(&guard).await? else { return guard.pass_on(&paths::patients()) };
    if let Some(doctor) = form.doctor().filter(|doctor| chosen(&guard) != Some(*doctor)) {
        return for_doctor(guard, doctor).await;
    }
    let page = ResumePage {
        shell: guard.shell,
        subject: subject(&form.path),
        fields: form.fields.into_iter().filter(|(name, _)| name != kept_forms::DOCTOR_FIELD).collect(),
        key: random::hex_token(16),
    };
    Page::ok(page).render()
}

fn chosen(guard: &Member) -> Option<i64> {
    guard.session().get(DOCTOR).ok().flatten()
}

/// How the association stands that a kept form was written under.
enum Way {
    /// It holds.
    Open,
    /// It may hold again.
    Waits,
    /// It is over.
    Ended,
}

/// A collaborator's form is sent for the doctor it was written for, or not at all.
async fn for_doctor(guard: Member, doctor_id: i64) -> Result<HttpResponse, AppError> {
    let user_id = guard.id();
    let write = move |conn: &mut Db| -> Result<Way, DbError> {
        if associations::find_active(conn, user_id, doctor_id)?.is_some() {
            return Ok(Way::Open);
        }
        let standing = associations::find_standing(conn, user_id, doctor_id)?;
        if standing.is_some_and(|standing| standing.state != AssociationState::Removed) {
            return Ok(Way::Waits);
        }
        kept_forms::forget(conn, user_id)?;
        Ok(Way::Ended)
    };
    match guard.write(write).await? {
        Way::Open => {
            guard.session().insert(DOCTOR, doctor_id).map_err(AppError::internal)?;
            return guard.pass_on(&paths::resume());
        }
        Way::Waits => {
            guard.flash(
                Flash::new(Tone::Warn, "Quello che avevi scritto è conservato").with_text(
                    "Lo puoi inviare quando il medico per cui lo scrivevi ti avrà riattivato, entro 12 ore.",
                ),
            )?;
            return Ok(see_other(&paths::my_doctors()));
        }
        Way::Ended => {}
    }
    guard.flash(
        Flash::new(Tone::Warn, "Quello che avevi scritto non si può inviare")
            .with_text("Era per conto di un medico per cui non lavori più."),
    )?;
    Ok(see_other(&paths::choose_doctor()))
}

async fn find(guard: &Member) -> Result<Option<KeptForm>, AppError> {
    let (sealer, user_id, now) = (guard.site.sealer.clone(), guard.id(), guard.now());
    let read = move |conn: &mut Db| kept_forms::find(conn, &sealer, user_id, now);
    guard.read(read).await
}

/// Sends the form on to where it was going, or forgets it. Sending is a 307: the browser posts the very same fields, with
/// today's token, to the form's own address, and the answer is that page's.
pub async fn update(Posted(guard, form): Posted<Member, ResumeForm>) -> Result<HttpResponse, AppError> {
    let kept = find(&guard).await?;
    let user_id = guard.id();
    let forget = move |conn: &mut Db| kept_forms::forget(conn, user_id);
    guard.write(forget).await?;
    match kept {
        Some(kept) if form.data.answer == "invia" && kept.doctor().is_none_or(|id| chosen(&guard) == Some(id)) => {
            Ok(HttpResponse::TemporaryRedirect().insert_header((LOCATION, kept.path)).finish())
        }
        Some(_) => {
            guard.flash(Flash::ok("Quello che avevi scritto è stato scartato"))?;
            Ok(see_other(&paths::patients()))
        }
        None => Ok(see_other(&paths::patients())),
    }
}

/// Which page an address belongs to, in the doctor's words. The first part that fits wins: most telling first.
fn subject(path: &str) -> &'static str {
    const ACTS: [(&str, &str); 6] = [
        ("/sospendi", "Sospensione di un collaboratore"),
        ("/riprendi", "Riattivazione di un collaboratore"),
        ("/riconferma", "Riconferma di un collaboratore"),
        ("/scollega", "Chiusura degli accessi di un collaboratore"),
        ("/password", "Nuova password di un collaboratore"),
        ("/rimuovi", "Rimozione di un collaboratore"),
    ];
    const SUBJECTS: [(&str, &str); 12] = [
        ("/ricetta", "Prescrizione"),
        ("/ricette", "Ricette inviate"),
        ("/diario", "Diario"),
        ("/problemi", "Problemi"),
        ("/terapie", "Terapie"),
        ("/accertamenti", "Accertamenti"),
        ("/info-essenziali", "Allergie"),
        ("/esenzioni", "Esenzioni"),
        ("/pazienti", "Dati anagrafici del paziente"),
        ("/medico", "Dati del medico"),
        ("/collaboratori", "Collaboratori"),
        ("/credenziali-sar", "Credenziali SAR"),
    ];
    let acts = ACTS.iter().filter(|(end, _)| path.starts_with(&paths::collaborators()) && path.ends_with(end));
    acts.chain(SUBJECTS.iter().filter(|(part, _)| path.contains(part)))
        .map(|(_, words)| *words)
        .next()
        .unwrap_or("Modulo")
}
