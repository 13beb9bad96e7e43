//! Forms that came too late: kept for their author until the next login (`identity::kept_forms`).

use crate::db::{Db, DbError};
use crate::identity::kept_forms;
use crate::site::Site;
use crate::web::csrf;
use crate::web::desk::Brought;
use crate::web::error::AppError;
use crate::web::secret_fields::is_never_kept;

/// What belongs to one rendering of a form and to no later one.
fn is_of_one_page(field: &str) -> bool {
    [csrf::TOKEN_FIELD, csrf::KEY_FIELD].contains(&field)
}

/// Keeps the form, posted to `path` when `user_id`'s session was over.
pub(super) async fn keep_form(site: &Site, path: &str, form: Brought, user_id: i64) -> Result<(), AppError> {
    let mut fields = form.fields;
    // A collaborator's form belongs to the doctor it was written for.
    if let Some(doctor) = csrf::doctor_of(&form.token) {
        fields.push((kept_forms::DOCTOR_FIELD.to_owned(), doctor.to_string()));
    }
    keep_fields(site, user_id, path.to_owned(), fields).await
}

/// Keeps these fields, but the secrets.
pub(super) async fn keep_fields(
    site: &Site,
    user_id: i64,
    path: String,
    mut fields: Vec<(String, String)>,
) -> Result<(), AppError> {
    fields.retain(|(name, _)| !is_never_kept(name) && !is_of_one_page(name));
    let (now, sealer) = (site.clock.now(), site.sealer.clone());
    let keep = move |conn: &mut Db| -> Result<(), DbError> {
        Ok(kept_forms::keep(conn, &sealer, user_id, &path, &fields, now)?)
    };
    Ok(site.db.write(keep).await?)
}
