//! Collaboratori: the doctor's list.

use actix_web::{HttpResponse, web};

use super::acts::too_late;
use super::ask_password;
use crate::collaborators::model::CollaboratorRow;
use crate::collaborators::pages::{About, Line, ListPage, Question, Status};
use crate::collaborators::queries;
use crate::db::Db;
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::Page;
use crate::web::shell::MenuItem;
use kernel::random;
use kernel::wording::full_name;

/// The list.
pub async fn index(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let rows = find(&doctor).await?;
    Page::ok(page(doctor, rows, None)).render()
}

/// The list, with the question whether to remove one.
pub async fn confirm_removal(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    ask(doctor, *id, About::Removal).await
}

/// The list, with what a new password would do.
pub async fn confirm_password(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    ask(doctor, *id, About::Password { key: random::hex_token(16) }).await
}

/// The list, with what to make sure of before trusting somebody again.
pub async fn confirm_reconfirmation(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    ask(doctor, *id, About::Reconfirmation { key: random::hex_token(16) }).await
}

/// The list, with what a new acceptance code would do.
pub async fn confirm_code(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    ask(doctor, *id, About::Code { key: random::hex_token(16) }).await
}

/// Asks, when there is something to ask; otherwise the list says how things are now.
async fn ask(doctor: Doctor, id: i64, about: About) -> Result<HttpResponse, AppError> {
    let rows = find(&doctor).await?;
    let row = rows.iter().find(|row| row.id == id).ok_or(AppError::NotFound)?;
    if let Some(elsewhere) = ask_password(&doctor, &about.path(id)) {
        return Ok(elsewhere);
    }
    if !about.fits(&Status::of(row.state, row.password_state)) {
        return too_late(&doctor, row.state);
    }
    let (full_name, fiscal_code) = (full_name(&row.name, &row.surname), row.fiscal_code.clone());
    let question = Question { id, full_name, fiscal_code, about };
    let mut page = page(doctor, rows, Some(question));
    page.shell = page.shell.with_dialog();
    Page::ok(page).render()
}

async fn find(doctor: &Doctor) -> Result<Vec<CollaboratorRow>, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| queries::list_collaborators(conn, owner);
    doctor.read(read).await
}

fn page(doctor: Doctor, rows: Vec<CollaboratorRow>, question: Option<Question>) -> ListPage {
    let line = |row: CollaboratorRow| Line {
        status: Status::of(row.state, row.password_state),
        id: row.id,
        name: row.name,
        surname: row.surname,
        fiscal_code: row.fiscal_code,
    };
    ListPage {
        name: full_name(&doctor.user.name, &doctor.user.surname),
        shell: doctor.shell.at(MenuItem::Collaborators),
        lines: rows.into_iter().map(line).collect(),
        question,
    }
}
