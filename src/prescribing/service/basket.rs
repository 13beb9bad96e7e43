//! Filling the basket by hand: pick, complete, take out, throw away.

use diesel::QueryResult;

use super::Moment;
use crate::db::Db;
use crate::formulary;
use crate::prescribing::model::{BASKET_MAX, Draft, DraftItem, ItemValues, VisitKind};
use crate::prescribing::queries::{self, Key};
use crate::prescriptions::model::NewItem;
use crate::record;
use crate::reference;
use kernel::random;

/// Not in this archive, or gone: the page answers as for a thing that never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// What came of picking packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// The rows made, in order.
    pub rows: Vec<i64>,
    /// Why some were left out, each reason once.
    pub refused: Vec<String>,
    /// How many were in the basket already.
    pub already: usize,
}

/// What was picked in the formulary; the wishes hold for every package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// The packages.
    pub aics: Vec<String>,
    /// «Non sostituibile».
    pub not_substitutable: bool,
    /// «Stampa solo P.A.».
    pub by_substance: bool,
    /// The problem the record was looked at through.
    pub problem: Option<i64>,
}

/// Puts packages in the basket, opened now if need be; each waits for its data.
pub fn add_packages(conn: &mut Db, key: Key, pick: &Picked, at: Moment) -> QueryResult<Result<Added, Refused>> {
    if !record::queries::owns_patient(conn, key.owner, key.patient)? {
        return Ok(Err(Refused));
    }
    let mut added = Added::default();
    let mut rows = Vec::new();
    let listed = formulary::queries::list_by_aics(conn, &pick.aics)?;
    let books = reference::books::books(conn, at.today)?;
    if listed.len() < pick.aics.len() {
        added.refuse("Una confezione scelta non è nel prontuario in uso.".to_owned());
    }
    for row in listed {
        match row.ssn_refusal() {
            Some(reason) => added.refuse(reason.to_owned()),
            None => rows.push(ItemValues {
                not_substitutable: pick.not_substitutable,
                by_substance: pick.by_substance,
                ..ItemValues::picked(&row.package, &books.notes)
            }),
        }
    }
    prefill(conn, key, &mut rows)?;
    let open = record::queries::list_open_problems(conn, key.owner, key.patient)?;
    if let Some(problem) = pick.problem.filter(|problem| open.iter().any(|row| row.0 == *problem)) {
        rows.iter_mut().for_each(|row| row.problem_id = Some(problem));
    }
    let picked = rows;
    store(conn, key, picked, &mut added, at)?;
    Ok(Ok(added))
}

impl Added {
    pub(super) fn refuse(&mut self, reason: String) {
        if !self.refused.contains(&reason) {
            self.refused.push(reason);
        }
    }
}

/// A drug the patient had before starts from what was written then.
fn prefill(conn: &mut Db, key: Key, picked: &mut [ItemValues]) -> QueryResult<()> {
    let aics: Vec<&str> = picked.iter().map(|item| item.aic.as_str()).collect();
    if aics.is_empty() {
        return Ok(());
    }
    let before = queries::list_last_uses(conn, key.owner, key.patient, &aics)?;
    for item in picked.iter_mut() {
        if let Some(last) = before.iter().find(|last| last.aic == item.aic) {
            take_habits(item, last);
        }
    }
    Ok(())
}

/// What is likely to be the same again. Packs, exemption and wording are decided anew.
fn take_habits(item: &mut ItemValues, last: &NewItem) {
    item.posology.clone_from(&last.posology);
    item.problem_id = last.problem_id;
    item.continuous = last.continuous;
    if !last.note_code.is_empty() {
        item.note_code.clone_from(&last.note_code);
    }
}

/// Appends rows to the basket, except packages it already has (a row that corrects a refused prescription always goes in).
pub(super) fn store(
    conn: &mut Db,
    key: Key,
    picked: Vec<ItemValues>,
    added: &mut Added,
    at: Moment,
) -> QueryResult<Option<Draft>> {
    if picked.is_empty() {
        return Ok(None);
    }
    let draft = queries::open_draft(conn, key, &random::hex_token(20), at.now)?;
    // The lock comes first: what is read below stays true until the commit.
    queries::touch_draft(conn, draft.id, at.now)?;
    let mut there = queries::list_items(conn, draft.id)?;
    for values in picked {
        if values.copied_from.is_none() && there.iter().any(|item| item.values.aic == values.aic) {
            added.already = added.already.saturating_add(1);
            continue;
        }
        if there.len() >= BASKET_MAX {
            added.refuse(format!(
                "Una bozza contiene al massimo {BASKET_MAX} farmaci: invia questi, poi aggiungi gli altri."
            ));
            break;
        }
        let position = there.last().map_or(1, |last| last.position.saturating_add(1));
        let id = queries::insert_item(conn, draft.id, position, &values)?;
        there.push(DraftItem { id, position, values });
        added.rows.push(id);
    }
    Ok(Some(draft))
}

/// Writes the data of one drug. `edit` gets what it says now. Returns the first drug of the basket that waits for its data.
pub fn save_item(
    conn: &mut Db,
    key: Key,
    item: i64,
    at: Moment,
    edit: impl FnOnce(&mut ItemValues),
) -> QueryResult<Result<Option<i64>, Refused>> {
    change(conn, key, at, |conn, draft| {
        let mut items = queries::list_items(conn, draft.id)?;
        let Some(row) = items.iter_mut().find(|row| row.id == item) else { return Ok(None) };
        edit(&mut row.values);
        let saved = queries::update_item(conn, draft.id, item, &row.values)? == 1;
        Ok(saved.then(|| items.iter().find(|item| !item.values.complete).map(|item| item.id)))
    })
}

/// The first drug of the basket that waits for its data.
pub fn next_incomplete(conn: &mut Db, key: Key) -> QueryResult<Option<i64>> {
    let Some(draft) = queries::find_draft(conn, key)? else { return Ok(None) };
    let items = queries::list_items(conn, draft.id)?;
    Ok(items.into_iter().find(|item| !item.values.complete).map(|item| item.id))
}

/// Takes one drug out; the last one takes the basket with it.
pub fn remove_item(conn: &mut Db, key: Key, item: i64, at: Moment) -> QueryResult<Result<(), Refused>> {
    change(conn, key, at, |conn, draft| {
        let removed = queries::delete_item(conn, draft.id, item)? == 1;
        if removed && queries::list_items(conn, draft.id)?.is_empty() {
            queries::delete_draft(conn, draft.id)?;
        }
        Ok(removed.then_some(()))
    })
}

/// Keeps the kind of visit and whether the name is hidden.
pub fn save_options(
    conn: &mut Db,
    key: Key,
    (visit, hide_data): (VisitKind, bool),
    at: Moment,
) -> QueryResult<Result<(), Refused>> {
    change(
        conn,
        key,
        at,
        |conn, draft| Ok((queries::set_options(conn, draft.id, visit, hide_data)? == 1).then_some(())),
    )
}

/// Throws the basket away. None there is fine: it is what was asked.
pub fn discard(conn: &mut Db, key: Key) -> QueryResult<()> {
    if let Some(draft) = queries::find_draft(conn, key)? {
        queries::delete_draft(conn, draft.id)?;
    }
    Ok(())
}

/// Runs a change of an open basket after moving its revision on, which locks it.
fn change<T>(
    conn: &mut Db,
    key: Key,
    at: Moment,
    work: impl FnOnce(&mut Db, &Draft) -> QueryResult<Option<T>>,
) -> QueryResult<Result<T, Refused>> {
    let Some(draft) = queries::find_draft(conn, key)? else { return Ok(Err(Refused)) };
    queries::touch_draft(conn, draft.id, at.now)?;
    Ok(work(conn, &draft)?.ok_or(Refused))
}
