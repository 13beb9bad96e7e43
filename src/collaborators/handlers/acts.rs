//! What the buttons of a collaborator do.

use actix_web::{HttpResponse, web};

use crate::collaborators::pages::{CodePage, CredentialsPage};
use crate::collaborators::service::acts::{self, Act};
use crate::collaborators::service::code;
use crate::collaborators::service::password::{self, Outcome};
use crate::db::{Db, DbError};
use crate::identity::associations::{self, Association, AssociationState};
use crate::identity::password::TEMPORARY_FOR;
use crate::identity::queries::find_user;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::NoFields;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::wording::full_name;

/// The doctor's association and its person's fiscal code. Asked before anything else: somebody else's is not there.
async fn find(doctor: &Doctor, id: i64) -> Result<(Association, String), AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        let Some(association) = associations::find(conn, owner, id)? else { return Ok(None) };
        let user = find_user(conn, association.collaborator_id)?;
        Ok(user.map(|user| (association, user.fiscal_code)))
    };
    doctor.read(read).await?.ok_or(AppError::NotFound)
}

/// Nuova password: shown in the answer, and nowhere else.
pub async fn give_password(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let (association, fiscal_code) = find(&doctor, *id).await?;
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::collaborator_password(*id), form).await;
    }
    let key = form.key();
    match password::give(&doctor.site, doctor.by(), *id, key).await? {
        Outcome::Given { username, password } => {
            let page = CredentialsPage {
                expires_at: doctor.now() + TEMPORARY_FOR,
                shell: doctor.shell.at(MenuItem::Collaborators),
                full_name: full_name(&association.name, &association.surname),
                associated: "",
                username,
                password,
                fiscal_code,
            };
            Page::ok(page).render()
        }
        Outcome::NotNow(state) => too_late(&doctor, state),
        Outcome::Again(path) => Ok(see_other(&path)),
    }
}

/// The list, with how things are now: somebody was faster, or the button was pressed twice.
pub(super) fn too_late(doctor: &Doctor, state: AssociationState) -> Result<HttpResponse, AppError> {
    let now = match state {
        AssociationState::Active => "Il collaboratore adesso è attivo.",
        AssociationState::Suspended => "Il collaboratore adesso è sospeso.",
        AssociationState::Invited => "Il collaboratore non ha ancora risposto al tuo invito.",
        AssociationState::ToReconfirm => {
            "Il collaboratore va riconfermato, e può esserlo solo dopo che ha scelto una password sua."
        }
        AssociationState::Removed => "Il collaboratore è già stato rimosso.",
    };
    doctor.flash(Flash::new(Tone::Warn, "Non è stato cambiato nulla").with_text(now))?;
    Ok(see_other(&paths::collaborators()))
}

async fn run(
    doctor: Doctor,
    id: i64,
    form: CsrfForm<NoFields>,
    act: Act,
    path: String,
    done: Flash,
) -> Result<HttpResponse, AppError> {
    find(&doctor, id).await?;
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(path, form).await;
    }
    if let acts::Outcome::NotNow(state) = acts::act(&doctor.site, doctor.owner(), id, act).await? {
        return too_late(&doctor, state);
    }
    doctor.flash(done)?;
    Ok(see_other(&paths::collaborators()))
}

/// Sospendi.
pub async fn suspend(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let done =
        Flash::ok("Il collaboratore è sospeso").with_text("Non vede più i tuoi pazienti. Puoi riattivarlo da qui.");
    run(doctor, *id, form, Act::Suspend, paths::collaborator_suspend(*id), done).await
}

/// Riattiva.
pub async fn resume(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let done = Flash::ok("Il collaboratore è di nuovo attivo");
    run(doctor, *id, form, Act::Resume, paths::collaborator_resume(*id), done).await
}

/// Riconferma: the code to hand over, shown in the answer and nowhere else.
pub async fn reconfirm(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    give_code(doctor, *id, form, code::About::Reconfirmation).await
}

/// Nuovo codice, for somebody invited: the former one is good no more.
pub async fn renew_code(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    give_code(doctor, *id, form, code::About::Invitation).await
}

async fn give_code(
    doctor: Doctor,
    id: i64,
    form: CsrfForm<NoFields>,
    about: code::About,
) -> Result<HttpResponse, AppError> {
    let (association, fiscal_code) = find(&doctor, id).await?;
    let reconfirms = about == code::About::Reconfirmation;
    if !doctor.recently_authenticated() {
        let path = if reconfirms { paths::collaborator_reconfirm(id) } else { paths::collaborator_code(id) };
        return doctor.ask_password_for(path, form).await;
    }
    let key = form.key();
    match code::give(&doctor.site, doctor.by(), id, about, key).await? {
        code::Given::Code(code) => {
            let page = CodePage {
                expires_at: doctor.now() + code::VALID_FOR,
                shell: doctor.shell.at(MenuItem::Collaborators),
                full_name: full_name(&association.name, &association.surname),
                reconfirms,
                code,
                fiscal_code,
            };
            Page::ok(page).render()
        }
        code::Given::NotNow(state) => too_late(&doctor, state),
        code::Given::Again(path) => Ok(see_other(&path)),
    }
}

/// Chiudi i suoi accessi.
pub async fn disconnect(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let done = Flash::ok("Gli accessi aperti sono stati chiusi").with_text("Per rientrare serve di nuovo la password.");
    run(doctor, *id, form, Act::Disconnect, paths::collaborator_disconnect(*id), done).await
}

/// Rimuovi, after the question.
pub async fn remove(
    Posted(doctor, form): Posted<Doctor, NoFields>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let done = Flash::ok("Il collaboratore è stato rimosso").with_text("Da adesso non vede più i tuoi pazienti.");
    run(doctor, *id, form, Act::Remove, paths::collaborator_remove(*id), done).await
}
