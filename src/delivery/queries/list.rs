//! The lists of deliveries: by state, narrowed by what the screen's filters say.

use diesel::prelude::*;

use super::list_contents;
use crate::db::schema::{associations, deliveries};
use crate::db::{Db, Owner};
use crate::delivery::model::{Content, Listed, Narrow};
use crate::prescriptions::model::{Channel, Delivery, DeliveryState, Item};
use crate::prescriptions::queries::list_items;

/// Longest list of one kind on a page.
pub const PAGE: i64 = 50;

type Query<'a> = deliveries::BoxedQuery<'a, <Db as diesel::Connection>::Backend>;

fn with_contents(conn: &mut Db, rows: Vec<Delivery>) -> QueryResult<Vec<Listed>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let contents = list_contents(conn, &ids)?;
    let prescriptions: Vec<i64> = contents.iter().map(|content| content.prescription_id).collect();
    let items = list_items(conn, &prescriptions)?;
    let listed = |row: Delivery| {
        let contents: Vec<Content> = contents.iter().filter(|content| content.delivery_id == row.id).cloned().collect();
        let held = |item: &&Item| contents.iter().any(|content| content.prescription_id == item.prescription_id);
        Listed { items: items.iter().filter(held).cloned().collect(), contents, row }
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// The doctor's deliveries within `narrow`.
fn narrowed<'a>(owner: Owner, narrow: &Narrow) -> Query<'a> {
    let mut query = deliveries::table.filter(deliveries::doctor_id.eq(owner.id())).into_boxed();
    if let Some(patients) = &narrow.patients {
        query = query.filter(deliveries::patient_id.eq_any(patients.clone()));
    }
    if let Some(author) = narrow.author {
        query = query.filter(deliveries::requested_by.eq(author));
    }
    if let Some(from) = narrow.from {
        query = query.filter(deliveries::requested_at.ge(from));
    }
    if let Some(until) = narrow.until {
        query = query.filter(deliveries::requested_at.lt(until));
    }
    query
}

/// Whoever may have asked for a delivery in this archive besides its doctor: id, surname, name.
pub fn list_authors(conn: &mut Db, owner: Owner) -> QueryResult<Vec<(i64, String, String)>> {
    associations::table
        .filter(associations::doctor_id.eq(owner.id()))
        .order((associations::surname.asc(), associations::name.asc(), associations::id.asc()))
        .limit(200)
        .select((associations::collaborator_id, associations::surname, associations::name))
        .load(conn)
}

/// All deliveries of some patients, newest first, below an id.
pub fn list_of_patients(
    conn: &mut Db,
    owner: Owner,
    narrow: &Narrow,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let mut query = narrowed(owner, narrow).filter(deliveries::id.lt(before.unwrap_or(i64::MAX)));
    if let Some(channel) = narrow.channel {
        query = query.filter(deliveries::channel.eq(channel));
    }
    let rows = query.order(deliveries::id.desc()).limit(limit).select(Delivery::as_select()).load(conn)?;
    with_contents(conn, rows)
}

/// How many deliveries [`list_of_patients`] would list in all.
pub fn count_of_patients(conn: &mut Db, owner: Owner, narrow: &Narrow) -> QueryResult<i64> {
    let mut query = narrowed(owner, narrow);
    if let Some(channel) = narrow.channel {
        query = query.filter(deliveries::channel.eq(channel));
    }
    query.count().get_result(conn)
}

/// The doctor's deliveries that need somebody's care, newest first.
pub fn list_needing_care(conn: &mut Db, owner: Owner, narrow: &Narrow) -> QueryResult<Vec<Listed>> {
    let mut query = narrowed(owner, narrow).filter(deliveries::needs_care.eq(true));
    if let Some(channel) = narrow.channel {
        query = query.filter(deliveries::channel.eq(channel));
    }
    let rows = query.order(deliveries::id.desc()).limit(PAGE).select(Delivery::as_select()).load(conn)?;
    with_contents(conn, rows)
}

/// How many deliveries need somebody's care.
pub fn count_needing_care(conn: &mut Db, owner: Owner, narrow: &Narrow) -> QueryResult<i64> {
    let mut query = narrowed(owner, narrow).filter(deliveries::needs_care.eq(true));
    if let Some(channel) = narrow.channel {
        query = query.filter(deliveries::channel.eq(channel));
    }
    query.count().get_result(conn)
}

/// The doctor's deliveries of some channels in some states, newest first, below an id.
pub fn list_by_state(
    conn: &mut Db,
    owner: Owner,
    (channels, states): (&[Channel], &[DeliveryState]),
    narrow: &Narrow,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Listed>> {
    let mut rows = Vec::new();
    // One walk of the index (doctor, channel, state, id) each, and none a sort of everything.
    let channels = channels.iter().filter(|channel| narrow.admits(**channel));
    for (channel, state) in channels.flat_map(|channel| states.iter().map(move |state| (channel, state))) {
        let some: Vec<Delivery> = narrowed(owner, narrow)
            .filter(deliveries::channel.eq(*channel).and(deliveries::state.eq(*state)))
            .filter(deliveries::id.lt(before.unwrap_or(i64::MAX)))
            .order(deliveries::id.desc())
            .limit(limit)
            .select(Delivery::as_select())
            .load(conn)?;
        rows.extend(some);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    with_contents(conn, rows)
}

/// How many deliveries of some channels stand in some states.
pub fn count_by_state(
    conn: &mut Db,
    owner: Owner,
    (channels, states): (&[Channel], &[DeliveryState]),
    narrow: &Narrow,
) -> QueryResult<i64> {
    let channels: Vec<Channel> = channels.iter().copied().filter(|channel| narrow.admits(*channel)).collect();
    if channels.is_empty() {
        return Ok(0);
    }
    narrowed(owner, narrow)
        .filter(deliveries::channel.eq_any(channels).and(deliveries::state.eq_any(states)))
        .count()
        .get_result(conn)
}
