//! The choices without a dialog of their own: print later, and the patients' portal.

use actix_web::HttpResponse;

use super::{Asked, Subject, deceased};
use crate::db::Db;
use crate::delivery::forms::{Delivers as _, Which};
use crate::delivery::service;
use crate::patients::queries::list_waiting;
use crate::reference::queries::find_region;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Acting;
use crate::web::page::see_other;
use crate::web::paths;
use crate::web::posted::Posted;

/// «Conferma per la stampa».
pub async fn later(Posted(acting, form): Posted<Acting, Which>) -> Result<HttpResponse, AppError> {
    let (by, ids) = (acting.by(), form.data.ids());
    if let Some(question) = deceased::question(&acting, &form, &ids, paths::delivery_later()).await? {
        return Ok(question);
    }
    let meant = form.data.means_deceased();
    let write = move |conn: &mut Db| -> Result<_, AppError> {
        let subject = Subject::load(conn, &by, &ids)?;
        service::check_living(conn, by.owner, &ids, meant)?;
        // Said twice it is the same: it needs no key.
        service::choose_print(conn, &by, &ids)?;
        let region = crate::patients::queries::find_doctor(conn, by.owner)?.unwrap_or_default().0;
        Ok((subject, find_region(conn, &region)?.map(|region| region.project_name)))
    };
    let (subject, project) = acting.write(write).await?;
    let title = if subject.rows.len() == 1 { "Ricetta confermata" } else { "Ricette confermate" };
    let text = format!(
        "In attesa di stampa - INVIATA AL {}. In Consegne è tra quelle da stampare.",
        project.unwrap_or_else(|| "PROGETTO DEMAT".to_owned())
    );
    acting.flash(Flash::ok(title).with_text(&text))?;
    Ok(see_other(&subject.onward()))
}

/// «Pubblica su Millebook».
pub async fn publish(Posted(acting, form): Posted<Acting, Which>) -> Result<HttpResponse, AppError> {
    let (by, ids, asked) = (acting.by(), form.data.ids(), Asked::of(&acting, &form));
    if let Some(question) = deceased::question(&acting, &form, &ids, paths::delivery_book()).await? {
        return Ok(question);
    }
    let write = move |conn: &mut Db| -> Result<_, AppError> {
        let subject = Subject::load(conn, &by, &ids)?;
        asked.once(conn, &ids, &subject.onward(), |conn| service::publish(conn, &by, &ids))?;
        let patients: Vec<i64> = subject.rows.iter().map(|row| row.patient_id).collect();
        let waiting = list_waiting(conn, by.owner, &patients)?;
        Ok((subject, waiting))
    };
    let (subject, waiting) = acting.write(write).await?;
    acting.flash(published(subject.rows.len() == 1, &waiting))?;
    Ok(see_other(&subject.onward()))
}

/// What is said of it: one who has not entered yet finds it later.
fn published(one: bool, waiting: &[i64]) -> Flash {
    match (waiting, one) {
        ([], true) => Flash::ok("Pubblicata su Millebook").with_text("Il paziente la trova nel suo portale."),
        ([], false) => Flash::ok("Pubblicate su Millebook").with_text("Il paziente le trova nel suo portale."),
        ([patient, ..], _) => {
            let title = if one {
                "Pubblicata: il paziente la vedrà quando avrà attivato l’accesso"
            } else {
                "Pubblicate: il paziente le vedrà quando avrà attivato l’accesso"
            };
            let text = "Per attivarlo usa il codice che riceve da te: se non l’ha più, dagliene uno nuovo.";
            let flash = Flash::new(Tone::Warn, title).with_text(text);
            flash.with_link(paths::patient_millebook(*patient), "Codice di attivazione")
        }
    }
}
