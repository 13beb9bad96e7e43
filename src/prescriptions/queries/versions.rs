//! What prescriptions said before the doctor corrected them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::model::{Content, Head};
use crate::db::Db;
use crate::db::schema::{prescription_versions, prescriptions};
use crate::identity::by::{By, Seen};

/// Keeps what a prescription said until now.
pub fn insert_version(conn: &mut Db, by: &By, seen: Seen, content: &Content) -> QueryResult<usize> {
    let json =
        serde_json::to_string(content).map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    diesel::insert_into(prescription_versions::table)
        .values((
            prescription_versions::prescription_id.eq(seen.id),
            prescription_versions::revision.eq(seen.revision),
            prescription_versions::actor_id.eq(by.actor),
            prescription_versions::content.eq(json),
            prescription_versions::replaced_at.eq(by.now),
        ))
        .execute(conn)
}

/// A content that a correction replaced.
#[derive(Clone)]
pub struct Version {
    /// Of this prescription.
    pub prescription_id: i64,
    /// What it said.
    pub content: Content,
    /// Until when.
    pub replaced_at: NaiveDateTime,
}

/// What some prescriptions said at first, where they were corrected.
/// Fails also when a content cannot be read.
pub fn list_first_versions(conn: &mut Db, prescriptions: &[i64]) -> QueryResult<Vec<Version>> {
    let rows: Vec<(i64, String, NaiveDateTime)> = prescription_versions::table
        .filter(prescription_versions::prescription_id.eq_any(prescriptions))
        .order(prescription_versions::id)
        .select((
            prescription_versions::prescription_id,
            prescription_versions::content,
            prescription_versions::replaced_at,
        ))
        .load(conn)?;
    let mut first: Vec<Version> = Vec::new();
    for (prescription_id, content, replaced_at) in rows {
        match first.iter_mut().find(|known| known.prescription_id == prescription_id) {
            // The latest correction's time beside the first content: what changed, and since when.
            Some(known) => known.replaced_at = replaced_at,
            None => {
                let content = serde_json::from_str(&content)
                    .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
                first.push(Version { prescription_id, content, replaced_at });
            }
        }
    }
    Ok(first)
}

/// Writes what stands over the rows of a prescription.
pub fn set_head(conn: &mut Db, prescription: i64, head: &Head) -> QueryResult<usize> {
    diesel::update(prescriptions::table.find(prescription)).set(head).execute(conn)
}
