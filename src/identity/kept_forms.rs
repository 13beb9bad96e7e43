//! A form that arrived after its session had ended: kept, sealed, until the same user logs in again.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::sealing::{Place, SealBroken, Sealer};
use crate::db::Db;
use crate::db::schema::kept_forms;

/// How long a form waits for its author.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(12);

/// Field that says for which doctor a collaborator wrote the form. It is ours: it is not sent on.
pub const DOCTOR_FIELD: &str = "_medico";

/// A kept form, opened.
#[derive(Clone)]
pub struct KeptForm {
    /// Row id.
    pub id: i64,
    /// The path it was posted to.
    pub path: String,
    /// Its fields as typed, without anti-forgery token or passwords.
    pub fields: Vec<(String, String)>,
}

impl KeptForm {
    /// The doctor a collaborator wrote it for.
    pub fn doctor(&self) -> Option<i64> {
        self.fields.iter().find(|(name, _)| name == DOCTOR_FIELD).and_then(|(_, value)| value.parse().ok())
    }
}

/// Keeps a form for `user_id`, replacing an older one.
/// Fails with `RollbackTransaction` when the fields cannot be sealed.
pub fn keep(
    conn: &mut Db,
    sealer: &Sealer,
    user_id: i64,
    path: &str,
    fields: &[(String, String)],
    now: NaiveDateTime,
) -> QueryResult<()> {
    let body = serde_json::to_vec(fields)
        .ok()
        .and_then(|json| sealer.seal(place(user_id), &json).ok())
        .ok_or(diesel::result::Error::RollbackTransaction)?;
    diesel::delete(kept_forms::table.filter(kept_forms::user_id.eq(user_id))).execute(conn)?;
    diesel::insert_into(kept_forms::table)
        .values((
            kept_forms::user_id.eq(user_id),
            kept_forms::path.eq(path),
            kept_forms::body.eq(body),
            kept_forms::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The form waiting for `user_id`, if any and not too old. A form sealed with another key counts as none.
pub fn find(conn: &mut Db, sealer: &Sealer, user_id: i64, now: NaiveDateTime) -> QueryResult<Option<KeptForm>> {
    let row: Option<(i64, String, Vec<u8>)> = kept_forms::table
        .filter(kept_forms::user_id.eq(user_id))
        .filter(kept_forms::created_at.gt(now - KEPT_FOR))
        .select((kept_forms::id, kept_forms::path, kept_forms::body))
        .first(conn)
        .optional()?;
    Ok(row.and_then(|(id, path, body)| {
        let json = sealer.open(place(user_id), &body).map_err(|SealBroken| ()).ok()?;
        Some(KeptForm { id, path, fields: serde_json::from_slice(&json).ok()? })
    }))
}

/// Forgets the form of `user_id`.
pub fn forget(conn: &mut Db, user_id: i64) -> QueryResult<usize> {
    diesel::delete(kept_forms::table.filter(kept_forms::user_id.eq(user_id))).execute(conn)
}

/// Forgets forms that nobody came back for.
pub fn purge(conn: &mut Db, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(kept_forms::table.filter(kept_forms::created_at.le(now - KEPT_FOR))).execute(conn)
}

/// Forms are sealed per user: the row is replaced, its id is not known before it is written.
const fn place(user_id: i64) -> Place<'static> {
    Place { column: "kept_forms.body", row: user_id }
}
