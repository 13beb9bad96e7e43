//! The long lists behind "mostra tutto", and what was taken out of the record.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use super::screens::{home, section};
use super::{Asked, banner, regimes};
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::record::model::{Cursor, Kind, Window, cut};
use crate::record::pages::View;
use crate::record::pages::list::{ListPage, Rows};
use crate::record::pages::rows::{DiaryLine, InvestigationLine, ProblemLine, TherapyLine};
use crate::record::queries;
use crate::safety::Allergen;
use crate::web::error::AppError;
use crate::web::guards::Acting;
use crate::web::page::Page;
use crate::web::paths;
use crate::web::shell::MenuItem;

/// All problems.
pub async fn problems(d: Acting, path: web::Path<i64>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    show(d, path.into_inner(), asked.into_inner(), Kind::Problem).await
}

/// All therapies.
pub async fn therapies(d: Acting, path: web::Path<i64>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    show(d, path.into_inner(), asked.into_inner(), Kind::Therapy).await
}

/// All investigations.
pub async fn investigations(
    d: Acting,
    path: web::Path<i64>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, AppError> {
    show(d, path.into_inner(), asked.into_inner(), Kind::Investigation).await
}

/// The whole diary.
pub async fn diary(d: Acting, path: web::Path<i64>, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    show(d, path.into_inner(), asked.into_inner(), Kind::Diary).await
}

/// Title and menu entry of a list.
const fn heading(kind: Kind) -> (&'static str, MenuItem) {
    match kind {
        Kind::Problem => ("Problemi", MenuItem::Problems),
        Kind::Therapy => ("Terapie", MenuItem::Therapies),
        Kind::Investigation => ("Accertamenti", MenuItem::Exams),
        Kind::Diary => ("Diario", MenuItem::Diary),
        Kind::Allergy => ("Info essenziali", MenuItem::Allergies),
        Kind::Exemption => ("Esenzioni", MenuItem::Exemptions),
    }
}

async fn show(doctor: Acting, patient_id: i64, asked: Asked, kind: Kind) -> Result<HttpResponse, AppError> {
    // Problems are not looked at through a problem.
    let view = if kind == Kind::Problem { View::default() } else { asked.view()? };
    let after = match asked.dopo.as_str() {
        "" => None,
        text => Some(Cursor::parse(text).ok_or(AppError::NotFound)?),
    };
    let (owner, today, removed) = (doctor.owner(), doctor.today(), asked.eliminate);
    let load = move |conn: &mut Db| -> Result<_, AppError> {
        let banner = banner(conn, owner, patient_id, today)?;
        let through = match view.problem() {
            None => String::new(),
            Some(id) => {
                let names = queries::list_problem_names(conn, owner, patient_id, &[id])?;
                names.into_values().next().ok_or(AppError::NotFound)?
            }
        };
        let window = Window { removed, after, ..Window::first(view.0) };
        let (rows, last) = rows(conn, owner, (patient_id, &banner.allergies), (kind, &window), today)?;
        Ok((banner, through, rows, last))
    };
    let (banner, through, rows, last) = doctor.read(load).await?;
    doctor.note(Look::at_patient(Act::Record, patient_id)).await?;
    let (title, item) = heading(kind);
    let here = |removed: bool, after: Option<Cursor>| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !view.is_all() {
            query.append_pair("problema", &view.value());
        }
        if removed {
            query.append_pair("eliminate", "true");
        }
        if let Some(after) = after {
            query.append_pair("dopo", &after.to_text());
        }
        let query = query.finish();
        let list = list_path(kind, patient_id);
        if query.is_empty() { list } else { format!("{list}?{query}") }
    };
    Page::ok(ListPage {
        shell: doctor.shell.at(item).for_patient(banner),
        patient_id,
        title,
        through,
        view,
        removed,
        rows,
        back: home(kind, patient_id, view),
        first: if after.is_some() { here(removed, None) } else { String::new() },
        next: last.map(|last| here(removed, Some(last))).unwrap_or_default(),
        other: here(!removed, None),
    })
    .render()
}

/// Address of a kind's list.
fn list_path(kind: Kind, patient_id: i64) -> String {
    match kind {
        Kind::Problem => paths::problems(patient_id),
        Kind::Therapy => paths::therapies(patient_id),
        Kind::Investigation => paths::investigations(patient_id),
        Kind::Diary => paths::diary(patient_id),
        Kind::Allergy | Kind::Exemption => format!("{}/{}", paths::record(patient_id), section(kind)),
    }
}

/// The rows of a window, and where the next begins if there is one.
fn rows(
    conn: &mut Db,
    owner: Owner,
    (patient_id, allergies): (i64, &[Allergen]),
    (kind, window): (Kind, &Window),
    today: NaiveDate,
) -> Result<(Rows, Option<Cursor>), AppError> {
    Ok(match kind {
        Kind::Problem => {
            let (rows, last) =
                page(queries::list_problems(conn, owner, patient_id, window)?, |row| (row.values.opened_on, row.id));
            (Rows::Problems(rows.iter().map(ProblemLine::new).collect()), last)
        }
        Kind::Therapy => {
            let regimes = regimes(conn)?;
            let (rows, last) = page(queries::list_therapies(conn, owner, patient_id, window)?, |row| {
                (row.therapy.values.started_on, row.therapy.id)
            });
            let line = |row| TherapyLine::new(row, &regimes).against(row, allergies, today);
            (Rows::Therapies(rows.iter().map(line).collect()), last)
        }
        Kind::Investigation => {
            let (rows, last) = page(queries::list_investigations(conn, owner, patient_id, window)?, |row| {
                (row.values.requested_on, row.id)
            });
            (Rows::Investigations(rows.iter().map(InvestigationLine::new).collect()), last)
        }
        Kind::Diary => {
            let (rows, last) = page(queries::list_diary(conn, owner, patient_id, window)?, |row| {
                (row.entry.values.entry_date, row.entry.id)
            });
            (Rows::Diary(rows.iter().map(DiaryLine::new).collect()), last)
        }
        Kind::Allergy | Kind::Exemption => return Err(AppError::NotFound),
    })
}

/// Cuts the rows to a page; answers where the next one begins.
fn page<T>(mut rows: Vec<T>, key: impl Fn(&T) -> (NaiveDate, i64)) -> (Vec<T>, Option<Cursor>) {
    let more = cut(&mut rows);
    let last = rows.last().filter(|_| more).map(|row| {
        let (date, id) = key(row);
        Cursor { date, id }
    });
    (rows, last)
}
