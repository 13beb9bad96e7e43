//! Collaboratori: the doctor's list.

use actix_web::{HttpResponse, web};

use super::full_name;
use crate::collaborators::model::CollaboratorRow;
use crate::collaborators::pages::{Line, ListPage, Removing, Status};
use crate::collaborators::queries;
use crate::db::{Db, DbError};
use crate::kernel::random;
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::Page;
use crate::web::shell::MenuItem;

/// The list.
pub async fn index(doctor: Doctor) -> Result<HttpResponse, AppError> {
    let rows = find(&doctor).await?;
    Page::ok(page(doctor, rows, None)).render()
}

/// The list, with the question whether to remove one.
pub async fn confirm_removal(doctor: Doctor, id: web::Path<i64>) -> Result<HttpResponse, AppError> {
    let rows = find(&doctor).await?;
    let row = rows.iter().find(|row| row.id == *id).ok_or(AppError::NotFound)?;
    let removing =
        Removing { id: row.id, full_name: full_name(&row.name, &row.surname), fiscal_code: row.fiscal_code.clone() };
    let mut page = page(doctor, rows, Some(removing));
    page.shell = page.shell.with_dialog();
    Page::ok(page).render()
}

async fn find(doctor: &Doctor) -> Result<Vec<CollaboratorRow>, AppError> {
    let owner = doctor.owner();
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(queries::list_collaborators(conn, owner)?) };
    Ok(doctor.db().read(read).await?)
}

fn page(doctor: Doctor, rows: Vec<CollaboratorRow>, removing: Option<Removing>) -> ListPage {
    let line = |row: CollaboratorRow| Line {
        status: Status::of(row.state, row.password_state),
        id: row.id,
        name: row.name,
        surname: row.surname,
        fiscal_code: row.fiscal_code,
        key: random::hex_token(16),
    };
    ListPage {
        name: full_name(&doctor.user.name, &doctor.user.surname),
        shell: doctor.shell.at(MenuItem::Collaborators),
        lines: rows.into_iter().map(line).collect(),
        removing,
    }
}
