//! A collaborator's first page in the portal: what to do next, the doctors, the invitations.

use actix_web::{HttpResponse, web};

use super::full_name;
use crate::collaborators::forms::NoFields;
use crate::collaborators::model::DoctorRow;
use crate::collaborators::pages::{MinePage, MyDoctor};
use crate::collaborators::queries;
use crate::collaborators::service::acts;
use crate::db::{Db, DbError};
use crate::identity::associations::AssociationState;
use crate::identity::model::Role;
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::guards::Member;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::MenuItem;

/// The page.
pub async fn index(guard: Member) -> Result<HttpResponse, AppError> {
    if guard.role == Role::Doctor {
        return guard.pass_on(&paths::collaborators());
    }
    let id = guard.id();
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::list_doctors(conn, id)?) };
    let doctors = guard.db().read(read).await?.iter().map(line).collect();
    let name = full_name(&guard.user.name, &guard.user.surname);
    Page::ok(MinePage { shell: guard.shell.at(MenuItem::ChooseDoctor), name, doctors }).render()
}

fn line(row: &DoctorRow) -> MyDoctor {
    let (words, tone, icon) = match row.state {
        AssociationState::Invited => ("Invito", "warn", "clock"),
        AssociationState::Active => ("Attivo", "ok", "check"),
        AssociationState::Suspended => ("Sospeso dal medico", "", "lock"),
        AssociationState::ToReconfirm => ("Il medico deve riconfermarti", "warn", "clock"),
        AssociationState::Removed => ("Terminato", "", "x"),
    };
    MyDoctor {
        id: row.id,
        doctor_id: row.doctor_id,
        title: format!("Dr. {}", full_name(&row.name, &row.surname)),
        words,
        tone,
        icon,
        is_invitation: row.state == AssociationState::Invited,
        is_active: row.state == AssociationState::Active,
    }
}

/// Accetta.
pub async fn accept(guard: Member, id: web::Path<i64>, form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let done = Flash::ok("Adesso lavori anche per questo medico");
    answer(guard, *id, form, true, done).await
}

/// Rifiuta.
pub async fn refuse(guard: Member, id: web::Path<i64>, form: CsrfForm<NoFields>) -> Result<HttpResponse, AppError> {
    let done = Flash::new(Tone::Info, "Invito rifiutato").with_text("Il medico lo saprà al suo prossimo accesso.");
    answer(guard, *id, form, false, done).await
}

async fn answer(
    guard: Member,
    id: i64,
    _form: CsrfForm<NoFields>,
    accepts: bool,
    done: Flash,
) -> Result<HttpResponse, AppError> {
    if !acts::answer(&guard.site, guard.id(), id, accepts).await? {
        return Err(AppError::NotFound);
    }
    guard.flash(done)?;
    Ok(see_other(&paths::my_doctors()))
}
