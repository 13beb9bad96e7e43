//! Searching the formulary, for other slices.

use diesel::QueryResult;

pub use super::index::{Criterion, FormularyIndexes};

use super::model::{Edition, Listed};
use super::queries;
use crate::db::Db;

/// Where a page of answers begins: an edition and a place in it. In another edition it means nothing.
pub type Place = (i64, usize);

/// One page of answers.
#[derive(Clone, Debug)]
pub struct Found {
    /// What was searched.
    pub edition: Edition,
    /// How many packages match in all.
    pub total: usize,
    /// Nothing matched as typed.
    pub approximate: bool,
    /// Those of this page, best first.
    pub packages: Vec<Listed>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

/// Searches the edition in use, `limit` packages from `from` on. `None` before the first import.
pub fn search(
    conn: &mut Db,
    indexes: &FormularyIndexes,
    (by, text): (Criterion, &str),
    from: Option<Place>,
    limit: usize,
) -> QueryResult<Option<Found>> {
    let Some(index) = indexes.current(conn)? else { return Ok(None) };
    let edition = index.edition().clone();
    let start = from.filter(|(of, _)| *of == edition.id).map_or(0, |(_, place)| place);
    let hits = index.search(by, text, start, limit);
    let packages = queries::list_by_ids(conn, &hits.ids)?;
    let next = hits.next.map(|place| (edition.id, place));
    Ok(Some(Found { edition, total: hits.total, approximate: hits.approximate, packages, next }))
}
