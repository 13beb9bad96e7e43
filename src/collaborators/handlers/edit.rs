//! Modifica: what the doctor writes of one collaborator.

use actix_web::{HttpRequest, HttpResponse, web};

use super::ask_password;
use super::lists::{identity, lists};
use crate::collaborators::forms::{Lists, PersonForm};
use crate::collaborators::pages::{EditPage, Identity, ListsFragment, Status};
use crate::collaborators::queries;
use crate::db::{Db, DbError};
use crate::identity::associations::{self, Association, AssociationState};
use crate::identity::queries::find_user;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Doctor;
use crate::web::page::{Page, see_other, wants_fragment};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::fiscal_code::FiscalCode;
use kernel::wording::full_name;

struct Loaded {
    association: Association,
    identity: Identity,
    status: Status,
    lists: Lists,
    username: String,
}

/// The association with its person, and the lists for the region of `form`, or of what is stored.
async fn load(doctor: &Doctor, id: i64, form: Option<&PersonForm>) -> Result<Loaded, AppError> {
    let (owner, today) = (doctor.owner(), doctor.today());
    let chosen = form.map(|form| (form.regione.clone(), form.provincia.clone()));
    let read = move |conn: &mut Db| -> Result<Option<Loaded>, DbError> {
        let known = associations::find(conn, owner, id)?;
        let Some(association) = known.filter(|known| known.state != AssociationState::Removed) else {
            return Ok(None);
        };
        let Some(user) = find_user(conn, association.collaborator_id)? else { return Ok(None) };
        let Ok(code) = FiscalCode::parse(&user.fiscal_code) else { return Ok(None) };
        let stored = || (association.region_code.clone(), association.province.clone());
        let (region, province) = chosen.unwrap_or_else(stored);
        Ok(Some(Loaded {
            identity: identity(conn, &code, today)?,
            status: Status::of(association.state, user.password_state),
            lists: lists(conn, &region, &province)?,
            // Whoever has not accepted is not the doctor's to know anything of.
            username: if association.state == AssociationState::Invited { String::new() } else { user.username },
            association,
        }))
    };
    doctor.read(read).await?.ok_or(AppError::NotFound)
}

fn page(doctor: Doctor, loaded: Loaded, form: FormState) -> EditPage {
    EditPage {
        shell: doctor.shell.at(MenuItem::Collaborators),
        id: loaded.association.id,
        full_name: full_name(&loaded.association.name, &loaded.association.surname),
        form,
        identity: loaded.identity,
        lists: loaded.lists,
        status: loaded.status,
        username: loaded.username,
    }
}

/// The form.
pub async fn edit(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, *id, None).await?;
    if let Some(elsewhere) = ask_password(&doctor, &paths::collaborator(*id)) {
        return Ok(elsewhere);
    }
    let notes = associations::Notes::of(&loaded.association);
    Page::ok(page(doctor, loaded, FormState::of(&PersonForm::of(&notes)))).render()
}

/// Stores the notes; or, by the other button, brings the lists of another region.
pub async fn update(
    req: HttpRequest,
    Posted(doctor, form): Posted<Doctor, PersonForm>,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let loaded = load(&doctor, *id, Some(&form.data)).await?;
    if !doctor.recently_authenticated() {
        return doctor.ask_password_for(paths::collaborator(*id), form).await;
    }
    let mut state = FormState::of(&form.data);
    if form.data.azione == "elenchi" {
        if wants_fragment(&req, "elenchi") {
            return Page::ok(ListsFragment { form: state, lists: loaded.lists }).render();
        }
        return Page::ok(page(doctor, loaded, state)).render();
    }
    let Some(notes) = form.data.read(&mut state, &loaded.lists) else {
        return Page::invalid(page(doctor, loaded, state)).render();
    };
    let (owner, id, now) = (doctor.owner(), *id, doctor.now());
    let write = move |conn: &mut Db| queries::set_notes(conn, owner, id, &notes, now);
    if !doctor.write(write).await? {
        return Err(AppError::NotFound);
    }
    doctor.flash(Flash::ok("I dati del collaboratore sono stati salvati"))?;
    Ok(see_other(&paths::collaborators()))
}
