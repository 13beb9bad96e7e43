//! For which doctor a collaborator works now. The choice is kept in the session, and asked again of the database at every
//! request.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::collaborators::forms::ChooseForm;
use crate::collaborators::pages::{ChoosePage, DoctorChoice};
use crate::db::Db;
use crate::identity::associations::{self, Principal};
use crate::identity::model::Role;
use crate::web::error::AppError;
use crate::web::guards::Member;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::session_store::DOCTOR;
use crate::web::shell::MenuItem;

/// Where the page was asked to lead.
#[derive(Deserialize)]
pub struct ToPage {
    #[serde(default)]
    next: String,
}

/// The list. Who has no choice to make (one doctor, none chosen yet) goes straight on.
pub async fn show(guard: Member, query: web::Query<ToPage>) -> Result<HttpResponse, AppError> {
    let next = paths::safe_next(&query.next).unwrap_or_default();
    if guard.role == Role::Doctor {
        return guard.pass_on(&landing(&next));
    }
    let id = guard.id();
    let list = move |conn: &mut Db| associations::list_active(conn, id);
    let doctors = guard.read(list).await?;
    let current = guard.session().get::<i64>(DOCTOR).ok().flatten();
    if let ([only], None) = (doctors.as_slice(), current) {
        guard.session().insert(DOCTOR, only.doctor_id).map_err(AppError::internal)?;
        return guard.pass_on(&landing(&next));
    }
    let choice = |doctor: Principal| DoctorChoice {
        id: doctor.doctor_id,
        title: doctor.title(),
        current: current == Some(doctor.doctor_id),
    };
    let doctors = doctors.into_iter().map(choice).collect();
    Page::ok(ChoosePage { shell: guard.shell.at(MenuItem::ChooseDoctor), doctors, next }).render()
}

fn landing(next: &str) -> String {
    if next.is_empty() { paths::patients() } else { next.to_owned() }
}

/// Takes the choice, if it is one.
pub async fn update(Posted(guard, form): Posted<Member, ChooseForm>) -> Result<HttpResponse, AppError> {
    let (id, doctor_id) = (guard.id(), form.data.medico);
    let find = move |conn: &mut Db| associations::find_active(conn, id, doctor_id);
    let doctor = guard.read(find).await?.ok_or(AppError::NotFound)?;
    let current = guard.session().get::<i64>(DOCTOR).ok().flatten();
    guard.session().insert(DOCTOR, doctor.doctor_id).map_err(AppError::internal)?;
    // Another doctor's page would not be found: only the first choice, or the same again, leads back to where one was. What
    // was sent is a list of each.
    let stays = current.is_none_or(|current| current == doctor.doctor_id);
    let next = paths::safe_next(&form.data.next).filter(|next| stays || *next == paths::sent()).unwrap_or_default();
    Ok(see_other(&landing(&next)))
}
