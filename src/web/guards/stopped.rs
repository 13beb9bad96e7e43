//! What a collaborator is told when the doctor chosen has stopped the association: by whom, since when, what became of what
//! was being typed. The archive is not there from that moment; other doctors' work is as it was.

use actix_session::Session;
use actix_web::HttpRequest;
use askama::Template;

use super::shell_of;
use crate::db::{Db, DbError};
use crate::identity::associations::{self, AssociationState, Stopped};
use crate::identity::kept_forms;
use crate::identity::sessions::LiveSession;
use crate::site::Site;
use crate::web::desk;
use crate::web::error::AppError;
use crate::web::keep::keep_fields;
use crate::web::shell::Shell;
use kernel::dates;

#[derive(Template)]
#[template(path = "errors/stopped.html")]
struct StoppedPage {
    shell: Shell,
    title: String,
    text: &'static str,
    /// What was typed waits for its author.
    kept: bool,
}

/// The page; a form that was on its way is kept first.
pub(super) async fn page(
    req: &HttpRequest,
    site: &Site,
    session: &Session,
    user: &LiveSession,
    doctor: i64,
) -> Result<String, AppError> {
    let user_id = user.user_id;
    let find = move |conn: &mut Db| -> Result<_, DbError> { Ok(associations::find_standing(conn, user_id, doctor)?) };
    // Never associated: a doctor that is not there.
    let standing = site.db.read(find).await?.ok_or(AppError::NotFound)?;
    let form = desk::look();
    let kept = form.is_some();
    if let Some(mut fields) = form.map(|form| form.fields) {
        fields.push((kept_forms::DOCTOR_FIELD.to_owned(), doctor.to_string()));
        keep_fields(site, user_id, req.path().to_owned(), fields).await?;
    }
    let (title, text) = words(&standing);
    let shell = shell_of(req, site, session, Some(user))?;
    StoppedPage { shell, title, text, kept }.render().map_err(AppError::internal)
}

fn words(standing: &Stopped) -> (String, &'static str) {
    let doctor = format!("Dr. {} {}", standing.name, standing.surname);
    let local = dates::to_rome(standing.changed_at);
    let when = format!("il {} alle {}", dates::long(local.date()), dates::hour(local));
    match standing.state {
        AssociationState::Suspended => (
            format!("{doctor} ha sospeso la tua collaborazione {when}"),
            "Finché non la riattiva non vedi i suoi pazienti. Per sapere perché, chiedi al medico.",
        ),
        AssociationState::Removed => (
            format!("Non lavori più per {doctor}: la collaborazione è terminata {when}"),
            "Se è un errore, chiedi al medico di aggiungerti di nuovo.",
        ),
        AssociationState::Invited => (
            format!("{doctor} ti ha invitato di nuovo"),
            "Accetta l’invito in «I miei medici», con il codice che ti dà di persona.",
        ),
        AssociationState::ToReconfirm => (
            format!("{doctor} ti deve riconfermare"),
            "Hai avuto una nuova password da un altro medico. Chiedi un codice e scrivilo in «I miei medici».",
        ),
        AssociationState::Active => (
            format!("L’account di {doctor} non è attivo"),
            "Finché è così non si può lavorare nel suo archivio. Chiedi al medico.",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::db::testing::now;
    use crate::web::html_check::assert_sound;

    #[test]
    fn every_way_of_stopping_says_by_whom() {
        for state in AssociationState::ALL {
            let standing = Stopped {
                state: *state,
                changed_at: now(),
                surname: "BORGHETTO".to_owned(),
                name: "<b>Paolo".to_owned(),
            };
            let (title, text) = words(&standing);
            assert!(title.contains("BORGHETTO") && !text.is_empty());
            for kept in [false, true] {
                let shell = Shell::new("t", "n").with_user("Maria").for_collaborator();
                let html = StoppedPage { shell, title: title.clone(), text, kept }.render().unwrap();
                assert!(!html.contains("<b>Paolo"));
                assert_sound(&html);
            }
        }
    }
}
