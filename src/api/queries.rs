//! Statements that only the interface needs: prescriptions as programs see them, and offers of news.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::api::model::CardRow;
use crate::db::schema::{api_download_rows, api_downloads, prescriptions};
use crate::db::{Db, Owner};
use crate::identity::by::By;
use crate::insert_batch;
use crate::prescriptions::model::State;

type Backend = <Db as diesel::Connection>::Backend;
type Query<'a> = prescriptions::BoxedQuery<'a, Backend>;

/// Whose prescriptions: of a doctor's archive, and of one author when a collaborator asks.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// The archive.
    pub owner: Owner,
    /// Only what this user prepared.
    pub author: Option<i64>,
}

fn in_sight<'a>(sight: Sight) -> Query<'a> {
    let query = prescriptions::table.filter(prescriptions::doctor_id.eq(sight.owner.id())).into_boxed();
    match sight.author {
        Some(author) => query.filter(prescriptions::author_id.eq(author)),
        None => query,
    }
}

/// One page of prescriptions in one of `states`, newest first, below the id `before`.
pub fn list_page(
    conn: &mut Db,
    sight: Sight,
    states: &[State],
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<CardRow>> {
    let mut rows = Vec::new();
    // State by state: each is one walk of an index that ends in the id.
    for state in states {
        let page: Vec<CardRow> = in_sight(sight)
            .filter(prescriptions::state.eq(*state))
            .filter(prescriptions::id.lt(before.unwrap_or(i64::MAX)))
            .order(prescriptions::id.desc())
            .limit(limit)
            .select(CardRow::as_select())
            .load(conn)?;
        rows.extend(page);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows)
}

/// Some prescriptions by id, in the order they were made; others are simply missing.
pub fn list_cards(conn: &mut Db, sight: Sight, ids: &[i64]) -> QueryResult<Vec<CardRow>> {
    let named = prescriptions::table
        .filter(prescriptions::id.eq_any(ids.to_vec()))
        .filter(sight.owner.holds(prescriptions::doctor_id))
        .into_boxed();
    let seen: Query<'_> = match sight.author {
        Some(author) => named.filter((prescriptions::author_id + 0).eq(author)),
        None => named,
    };
    seen.order(prescriptions::id).select(CardRow::as_select()).load(conn)
}

/// The last offer to a user about an archive, if it was not acknowledged.
pub fn find_open_download(conn: &mut Db, owner: Owner, user: i64) -> QueryResult<Option<i64>> {
    let last: Option<(i64, Option<NaiveDateTime>)> = api_downloads::table
        .filter(api_downloads::user_id.eq(user).and(api_downloads::doctor_id.eq(owner.id())))
        .order(api_downloads::id.desc())
        .select((api_downloads::id, api_downloads::acknowledged_at))
        .first(conn)
        .optional()?;
    Ok(last.filter(|(_, acknowledged)| acknowledged.is_none()).map(|(id, _)| id))
}

/// What an offer to a user about an archive held: prescriptions, each with the state that was told. `None` when there was
/// no such offer.
pub fn find_download(conn: &mut Db, by: &By, id: i64) -> QueryResult<Option<Vec<(i64, State)>>> {
    let known: Option<i64> = api_downloads::table
        .find(id)
        .filter(api_downloads::user_id.eq(by.actor).and(api_downloads::doctor_id.eq(by.owner.id())))
        .select(api_downloads::id)
        .first(conn)
        .optional()?;
    let Some(known) = known else { return Ok(None) };
    let rows = api_download_rows::table
        .filter(api_download_rows::download_id.eq(known))
        .order(api_download_rows::prescription_id)
        .select((api_download_rows::prescription_id, api_download_rows::state))
        .load(conn)?;
    Ok(Some(rows))
}

/// Notes an offer; returns its id.
pub fn insert_download(conn: &mut Db, by: &By, rows: &[(i64, State)]) -> QueryResult<i64> {
    let id: i64 = diesel::insert_into(api_downloads::table)
        .values((
            api_downloads::user_id.eq(by.actor),
            api_downloads::doctor_id.eq(by.owner.id()),
            api_downloads::offered_at.eq(by.now),
        ))
        .returning(api_downloads::id)
        .get_result(conn)?;
    let rows: Vec<_> = rows
        .iter()
        .map(|(prescription, state)| {
            (
                api_download_rows::download_id.eq(id),
                api_download_rows::prescription_id.eq(*prescription),
                api_download_rows::state.eq(*state),
            )
        })
        .collect();
    insert_batch!(conn, api_download_rows::table, &rows)?;
    Ok(id)
}

/// Notes that an offer was acknowledged.
pub fn set_acknowledged(conn: &mut Db, id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(api_downloads::table.find(id)).set(api_downloads::acknowledged_at.eq(now)).execute(conn)
}

/// Forgets offers older than `before`: what they held is offered anew if nobody acknowledged it.
pub fn purge_downloads(conn: &mut Db, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(api_downloads::table.filter(api_downloads::offered_at.lt(before))).execute(conn)
}
