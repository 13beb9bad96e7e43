//! The list as it was before an import, put away whole, and taken back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::list;
use super::parse::Parsed;
use super::{ImportError, Kind, write};
use crate::db::Db;
use crate::db::schema::{reference_editions, reference_imports};
use crate::reference::changes::Changes;
use crate::reference::model::ReferenceImport;

/// Earlier editions kept of each list.
const KEPT: i64 = 3;

/// What the list as it is came from.
pub(super) fn source(db: &mut Db, kind: Kind) -> QueryResult<Option<String>> {
    reference_imports::table.find(kind.word()).select(reference_imports::source).first(db).optional()
}

/// Puts the list away as it is, before it is replaced. One that was never imported is not worth keeping.
pub(super) fn keep(db: &mut Db, kind: Kind, before: &Parsed) -> Result<(), ImportError> {
    let noted: Option<ReferenceImport> =
        reference_imports::table.find(kind.word()).select(ReferenceImport::as_select()).first(db).optional()?;
    let Some(noted) = noted else { return Ok(()) };
    let body = serde_json::to_string(before).map_err(|error| ImportError::Edition(error.to_string()))?;
    diesel::insert_into(reference_editions::table)
        .values((
            reference_editions::kind.eq(kind.word()),
            reference_editions::source.eq(noted.source),
            reference_editions::row_count.eq(noted.row_count),
            reference_editions::imported_at.eq(noted.imported_at),
            reference_editions::body.eq(body),
        ))
        .execute(db)?;
    let old: Vec<i64> = reference_editions::table
        .filter(reference_editions::kind.eq(kind.word()))
        .order(reference_editions::id.desc())
        .offset(KEPT)
        .limit(i64::MAX)
        .select(reference_editions::id)
        .load(db)?;
    diesel::delete(reference_editions::table.filter(reference_editions::id.eq_any(old))).execute(db)?;
    Ok(())
}

/// What a list was taken back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// Files that edition came from.
    pub source: String,
    /// When it was imported (UTC).
    pub imported_at: NaiveDateTime,
    /// What that did to the list.
    pub changes: Changes,
}

/// Takes a list back to what it was before its last import, in one transaction opened here; again, to what it was before
/// that.
/// Fails when no edition is kept, or it cannot be read.
pub fn roll_back(db: &mut Db, kind: Kind) -> Result<RolledBack, ImportError> {
    db.write(|db| {
        let kept: Option<(i64, String, NaiveDateTime, String)> = reference_editions::table
            .filter(reference_editions::kind.eq(kind.word()))
            .order(reference_editions::id.desc())
            .select((
                reference_editions::id,
                reference_editions::source,
                reference_editions::imported_at,
                reference_editions::body,
            ))
            .first(db)
            .optional()?;
        let (id, source, imported_at, body) = kept.ok_or(ImportError::NoEdition(kind.label()))?;
        let list: Parsed = serde_json::from_str(&body).map_err(|error| ImportError::Edition(error.to_string()))?;
        let before = list::current(db, kind)?;
        let changes = Changes::between(&list::entries(&before), &list::entries(&list));
        write::replace(db, kind, &list, &source, imported_at)?;
        diesel::delete(reference_editions::table.find(id)).execute(db)?;
        Ok(RolledBack { source, imported_at, changes })
    })
}
