//! Whose token it is, and for whom one works.

use actix_web::HttpResponse;

use super::json;
use crate::api::document::Refused;
use crate::api::model::{Doctors, Me};
use crate::db::Db;
use crate::web::bearer::{self, Known, Look, Program};
use crate::web::problem::Problem;

/// Checks the token («Valida Credenziali»)
///
/// Answers whose it is and what it may do. Any scope will do.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "getMe", tag = "access", security(("token" = [])),
    responses((status = 200, description = "The user and the token", body = Me), Refused))]
pub async fn show(program: Program<Known>) -> HttpResponse {
    json(&Me::from(&program.token))
}

/// The doctors one works for
///
/// Those who have the user as a collaborator at this moment; for a doctor, the doctor in person. Scope `read`.
#[utoipa::path(get, path = "/api/v1/doctors", operation_id = "listDoctors", tag = "access",
    security(("token" = ["read"])),
    responses((status = 200, description = "By name", body = Doctors), Refused))]
pub async fn doctors(program: Program<Look>) -> Result<HttpResponse, Problem> {
    let token = program.token.clone();
    let doctors = program.db().read(move |conn: &mut Db| bearer::list_doctors(conn, &token)).await?;
    Ok(json(&Doctors { doctors: doctors.into_iter().map(Into::into).collect() }))
}
