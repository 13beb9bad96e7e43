//! Writes an edition, in the caller's transaction: packages, names of ATC codes, the switch of `current`, and the removal
//! of editions too old to matter.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::progress::Progress;
use crate::db::Db;
use crate::db::schema::{atc_codes, formulary_editions, packages, supply_regimes};
use crate::formulary::model::PackageFacts;
use crate::formulary::rules;
use crate::insert_batch;
use crate::reference::model::Class;

/// Rows of one insert: 22 values each, under SQLite's 32,766 bound values.
const BATCH: usize = 1_000;

/// Editions kept, the new one included. A page opened before an import still finds its packages; records and drafts copy
/// what they need, so nothing else refers to an edition.
const KEPT: i64 = 3;

/// How the label of an edition of published lists begins.
pub(super) const PUBLISHED: &str = "AIFA: ";

/// An edition to store.
#[derive(Debug)]
pub struct NewEdition {
    /// Where it comes from, for people.
    pub label: String,
    /// The date the lists carry.
    pub date: NaiveDate,
    /// Its packages, each AIC once.
    pub packages: Vec<PackageFacts>,
    /// Names of ATC codes; empty leaves those there are.
    pub atc_names: BTreeMap<String, String>,
    /// Rows left out on reading.
    pub rejected: usize,
}

/// What storing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Key of the new edition.
    pub edition_id: i64,
    /// Date of the edition that was current before.
    pub replaced: Option<NaiveDate>,
    /// Older editions removed.
    pub removed: usize,
}

#[derive(Insertable)]
#[diesel(table_name = packages)]
struct NewPackage<'a> {
    edition_id: i64,
    aic: &'a str,
    label: &'a str,
    substance: &'a str,
    atc: &'a str,
    holder: &'a str,
    class: Class,
    regime: &'a str,
    price_cents: Option<i64>,
    reference_cents: Option<i64>,
    group_code: &'a str,
    group_description: &'a str,
    substitutable: bool,
    regions: &'a str,
    composition: &'a str,
    supply: &'a str,
    remark: &'a str,
    leaflet_url: &'a str,
    summary_url: &'a str,
    limit_category: &'static str,
}

#[derive(Insertable)]
#[diesel(table_name = atc_codes)]
struct NewAtc<'a> {
    code: &'a str,
    description: &'a str,
}

/// Stores an edition and makes it the current one. The caller's transaction makes it all or nothing.
pub fn store(conn: &mut Db, edition: &NewEdition, now: NaiveDateTime, progress: &Progress) -> QueryResult<Stored> {
    let replaced = formulary_editions::table
        .filter(formulary_editions::current)
        .select(formulary_editions::edition_date)
        .first(conn)
        .optional()?;
    diesel::update(formulary_editions::table.filter(formulary_editions::current))
        .set(formulary_editions::current.eq(false))
        .execute(conn)?;
    let edition_id = insert_edition(conn, edition, now)?;
    insert_packages(conn, edition_id, &edition.packages, progress)?;
    if !edition.atc_names.is_empty() {
        replace_atc_names(conn, &edition.atc_names)?;
    }
    let removed = remove_old(conn)?;
    progress.finish();
    Ok(Stored { edition_id, replaced, removed })
}

/// Whether the edition in use is the program's own starter set, or there is none.
pub(super) fn is_starter(conn: &mut Db) -> QueryResult<bool> {
    let label: Option<String> = formulary_editions::table
        .filter(formulary_editions::current)
        .select(formulary_editions::label)
        .first(conn)
        .optional()?;
    Ok(label.is_none_or(|label| !label.starts_with(PUBLISHED)))
}

fn insert_edition(conn: &mut Db, edition: &NewEdition, now: NaiveDateTime) -> QueryResult<i64> {
    diesel::insert_into(formulary_editions::table)
        .values((
            formulary_editions::label.eq(&edition.label),
            formulary_editions::edition_date.eq(edition.date),
            formulary_editions::imported_at.eq(now),
            formulary_editions::package_count.eq(count(edition.packages.len())),
            formulary_editions::rejected_count.eq(count(edition.rejected)),
            formulary_editions::current.eq(true),
        ))
        .returning(formulary_editions::id)
        .get_result(conn)
}

fn insert_packages(conn: &mut Db, edition_id: i64, facts: &[PackageFacts], progress: &Progress) -> QueryResult<()> {
    let regimes = regime_of_class(conn)?;
    progress.begin("scrittura", u64::try_from(facts.len()).unwrap_or(0));
    let mut written = 0;
    for batch in facts.chunks(BATCH) {
        let rows: Vec<NewPackage<'_>> = batch.iter().map(|facts| new_package(edition_id, facts, &regimes)).collect();
        insert_batch!(conn, packages::table, &rows)?;
        written += batch.len();
        progress.at(u64::try_from(written).unwrap_or(0));
    }
    Ok(())
}

fn new_package<'a>(edition_id: i64, facts: &'a PackageFacts, regimes: &'a HashMap<String, String>) -> NewPackage<'a> {
    NewPackage {
        edition_id,
        aic: facts.aic.as_str(),
        label: &facts.label,
        substance: &facts.substance,
        atc: &facts.atc,
        holder: &facts.holder,
        class: facts.class,
        regime: regimes.get(facts.class.as_str()).map_or("", String::as_str),
        price_cents: facts.price.map(|price| price.0),
        reference_cents: facts.reference.map(|price| price.0),
        group_code: &facts.group_code,
        group_description: &facts.group_description,
        substitutable: facts.substitutable,
        regions: &facts.regions,
        composition: &facts.composition,
        supply: facts.supply.as_str(),
        remark: &facts.remark,
        leaflet_url: &facts.leaflet_url,
        summary_url: &facts.summary_url,
        limit_category: rules::limit_category(facts),
    }
}

/// The badge of each class, from the table that also describes it. A class with several codes gets the first.
fn regime_of_class(conn: &mut Db) -> QueryResult<HashMap<String, String>> {
    let rows: Vec<(String, String)> = supply_regimes::table
        .select((supply_regimes::class, supply_regimes::code))
        .order(supply_regimes::code.desc())
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

fn replace_atc_names(conn: &mut Db, names: &BTreeMap<String, String>) -> QueryResult<()> {
    diesel::delete(atc_codes::table).execute(conn)?;
    let rows: Vec<NewAtc<'_>> = names.iter().map(|(code, description)| NewAtc { code, description }).collect();
    for batch in rows.chunks(BATCH) {
        insert_batch!(conn, atc_codes::table, batch)?;
    }
    Ok(())
}

/// Removes all but the newest editions; the ids grow with time.
fn remove_old(conn: &mut Db) -> QueryResult<usize> {
    let old: Vec<i64> = formulary_editions::table
        .order(formulary_editions::id.desc())
        .offset(KEPT)
        .limit(i64::MAX)
        .select(formulary_editions::id)
        .load(conn)?;
    diesel::delete(packages::table.filter(packages::edition_id.eq_any(&old))).execute(conn)?;
    diesel::delete(formulary_editions::table.filter(formulary_editions::id.eq_any(&old))).execute(conn)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
