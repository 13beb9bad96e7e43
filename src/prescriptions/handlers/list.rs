//! The doctor's prescriptions by state, and the outcome of those just sent.

use actix_web::{HttpRequest, HttpResponse, web};

use super::show::see;
use crate::accesses::{Act, Look};
use crate::db::{Db, Owner};
use crate::patients::queries::{find_patient, find_portal};
use crate::prescriptions::forms::ListQuery;
use crate::prescriptions::model::{Delivery, Filter, Item};
use crate::prescriptions::pages::delivery::Choices;
use crate::prescriptions::pages::list::{Line, ListPage, Sent, count_text, filter_href, seen_rows, tabs, watch};
use crate::prescriptions::queries::{self, ListKey, ListRow};
use crate::web::error::AppError;
use crate::web::guards::Doctor;
use crate::web::page::{Page, wants_fragment};
use crate::web::paths;
use crate::web::shell::MenuItem;
use kernel::random;
use kernel::wording::counted;

/// Rows of one page.
const ROWS: i64 = 20;

/// The list, or with `esito` the outcome of some.
pub async fn index(doctor: Doctor, req: HttpRequest, query: web::Query<ListQuery>) -> Result<HttpResponse, AppError> {
    let sent = query.sent();
    if sent.is_empty() { list(doctor, &query).await } else { outcome(doctor, &req, sent).await }
}

async fn list(mut doctor: Doctor, query: &ListQuery) -> Result<HttpResponse, AppError> {
    let filter = Filter::from_text(&query.filtro).unwrap_or(Filter::Done);
    let (owner, key) = (doctor.owner(), ListKey { before: query.prima });
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let counts = queries::count_by_filter(conn, owner)?;
        // One row more than shown tells whether there is another page.
        let mut rows = queries::list_page(conn, owner, filter, key, ROWS + 1)?;
        let more = rows.len() > usize::try_from(ROWS).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        let items = items_of(conn, &rows)?;
        let deliveries = deliveries_of(conn, &rows)?;
        Ok((counts, rows, more, items, deliveries))
    };
    let (counts, rows, more, items, deliveries) = doctor.read(read).await?;
    doctor.note(Look::at_many(Act::Listed, rows.iter().map(|row| row.patient_id))).await?;
    see(&mut doctor, rows.iter().map(|row| (row.id, row.state))).await?;
    let total = counts.iter().find(|(known, _)| *known == filter).map_or(0, |(_, count)| *count);
    let next = rows.last().filter(|_| more).map(|row| format!("{}&prima={}", filter_href(filter), row.id));
    let page = ListPage {
        shell: doctor.shell.at(MenuItem::Prescriptions),
        tabs: tabs(&counts, filter),
        lines: rows.iter().map(|row| Line::of(row, &items, &deliveries)).collect(),
        sent: None,
        choices: None,
        watch: None,
        summary: counted(count_text(total), "ricetta", "ricette"),
        first_href: key.before.map(|_| filter_href(filter)).unwrap_or_default(),
        next_href: next.unwrap_or_default(),
    };
    Page::ok(page).render()
}

async fn outcome(mut doctor: Doctor, req: &HttpRequest, ids: Vec<i64>) -> Result<HttpResponse, AppError> {
    let owner = doctor.owner();
    let path = paths::outcome_of(&ids);
    let read = move |conn: &mut Db| -> Result<_, AppError> {
        let rows = queries::list_by_ids(conn, owner, &ids)?;
        let items = items_of(conn, &rows)?;
        let deliveries = deliveries_of(conn, &rows)?;
        let choices = choices_of(conn, owner, &rows)?;
        Ok((rows, items, deliveries, choices))
    };
    let (rows, items, deliveries, choices) = doctor.read(read).await?;
    if rows.is_empty() {
        return Err(AppError::NotFound);
    }
    if wants_fragment(req, "stato") {
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(seen_rows(&rows)));
    }
    let look = |row: &ListRow| Look::at_prescription(Act::Opened, row.patient_id, row.id);
    doctor.note_all(rows.iter().map(look).collect()).await?;
    see(&mut doctor, rows.iter().map(|row| (row.id, row.state))).await?;
    let page = ListPage {
        shell: doctor.shell.at(MenuItem::Prescriptions),
        tabs: Vec::new(),
        lines: rows.iter().map(|row| Line::of(row, &items, &deliveries)).collect(),
        sent: Some(Sent::of(&rows)),
        choices,
        watch: watch(&rows, path),
        summary: String::new(),
        first_href: String::new(),
        next_href: String::new(),
    };
    Page::ok(page).render()
}

fn items_of(conn: &mut Db, rows: &[ListRow]) -> diesel::QueryResult<Vec<Item>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    queries::list_items(conn, &ids)
}

fn deliveries_of(conn: &mut Db, rows: &[ListRow]) -> diesel::QueryResult<Vec<(i64, Delivery)>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    queries::list_deliveries(conn, &ids)
}

/// What can be chosen for all of these that were accepted, at once.
fn choices_of(conn: &mut Db, owner: Owner, rows: &[ListRow]) -> Result<Option<Choices>, AppError> {
    let valid: Vec<&ListRow> = rows.iter().filter(|row| row.state.is_deliverable(&row.auth_code)).collect();
    let ids: Vec<i64> = valid.iter().map(|row| row.id).collect();
    let Some(first) = valid.first() else { return Ok(None) };
    let key = random::hex_token(16);
    if valid.iter().any(|row| row.patient_id != first.patient_id) {
        return Ok(Some(Choices::for_several_patients(&ids, key)));
    }
    let email = find_patient(conn, owner, first.patient_id)?.map(|patient| patient.values.email).unwrap_or_default();
    let portal = find_portal(conn, owner, first.patient_id)?;
    Ok(Some(Choices::of(&ids, &email, (first.patient_id, portal), key)))
}
