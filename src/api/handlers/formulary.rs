//! The formulary.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{bad_cursor, json};
use crate::api::document::NotGiven;
use crate::api::model::{FormularyPage, FormularyQuery, InArchive};
use crate::api::service;
use crate::db::{Db, DbError};
use crate::formulary::service::FormularyIndexes;
use crate::web::bearer::{self, Search, Studio};
use crate::web::problem::Problem;
use kernel::text;

/// Longest text of a search.
const LONGEST: usize = 120;

/// Searches the formulary
///
/// The edition in use. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors/{doctor}/formulary", operation_id = "searchFormulary", tag = "archive",
    security(("token" = ["read"])), params(InArchive, FormularyQuery),
    responses((status = 200, description = "One page, best first", body = FormularyPage), NotGiven))]
pub async fn search(
    studio: Studio<Search>,
    req: HttpRequest,
    indexes: web::Data<FormularyIndexes>,
) -> Result<HttpResponse, Problem> {
    let FormularyQuery { q, by, cursor } = bearer::query(&req)?;
    let text = text::one_line(&q, LONGEST).map_err(|error| Problem::invalid_field("q", &error.to_string()))?;
    if text.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return Err(Problem::invalid_field("q", "Scrivi almeno due lettere o cifre."));
    }
    let today = studio.today();
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok(service::search_formulary(conn, &indexes, (by.into(), &text), cursor.as_deref(), today)?)
    };
    let page = studio.program.db().read(read).await?.map_err(|_mark| bad_cursor())?;
    Ok(json(&page))
}
