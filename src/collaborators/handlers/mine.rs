//! A collaborator's first page in the portal: what to do next, the doctors, the invitations.

use actix_web::{HttpResponse, web};

use crate::collaborators::forms::AcceptForm;
use crate::collaborators::model::DoctorRow;
use crate::collaborators::pages::{MinePage, MyDoctor};
use crate::collaborators::queries;
use crate::collaborators::service::acts;
use crate::collaborators::service::code::{self, Accepted};
use crate::db::Db;
use crate::identity::associations::AssociationState;
use crate::identity::model::Role;
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Member;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::wording::full_name;

/// One text for every code that is not accepted: which mistake it was is nobody's to learn by trying.
const WRONG_CODE: &str = "Il codice non è giusto oppure non vale più: ricontrollalo, o chiedine uno nuovo al medico";

/// The page.
pub async fn index(guard: Member) -> Result<HttpResponse, AppError> {
    if guard.role == Role::Doctor {
        return guard.pass_on(&paths::collaborators());
    }
    page(guard, FormState::new(), None).await
}

/// The page; with what was typed for one association, when that was wrong.
async fn page(guard: Member, form: FormState, asked: Option<i64>) -> Result<HttpResponse, AppError> {
    let id = guard.id();
    let read = move |conn: &mut Db| queries::list_doctors(conn, id);
    let doctors = guard.read(read).await?.iter().map(line).collect();
    let (name, invalid) = (full_name(&guard.user.name, &guard.user.surname), form.is_invalid());
    let username = guard.user.username;
    let page = MinePage { shell: guard.shell.at(MenuItem::ChooseDoctor), name, username, doctors, form, asked };
    if invalid { Page::invalid(page).render() } else { Page::ok(page).render() }
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
        wants_code: matches!(row.state, AssociationState::Invited | AssociationState::ToReconfirm),
        is_active: row.state == AssociationState::Active,
    }
}

/// Accetta, with the code of the doctor.
pub async fn accept(
    Posted(guard, form): Posted<Member, AcceptForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    match code::accept(&guard.site, guard.id(), *id, &form.data.codice).await?.ok_or(AppError::NotFound)? {
        Accepted::Done => {
            guard.flash(Flash::ok("Adesso lavori anche per questo medico"))?;
            Ok(see_other(&paths::my_doctors()))
        }
        Accepted::Wrong => {
            let mut state = FormState::from_pairs(form.raw);
            state.error("codice", WRONG_CODE);
            page(guard, state, Some(*id)).await
        }
    }
}

/// Rifiuta.
pub async fn refuse(Posted(guard, _): Posted<Member, NoFields>, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    if !acts::refuse(&guard.site, guard.id(), *id).await? {
        return Err(AppError::NotFound);
    }
    guard.flash(Flash::new(Tone::Info, "Invito rifiutato").with_text("Il medico lo saprà al suo prossimo accesso."))?;
    Ok(see_other(&paths::my_doctors()))
}
