//! What the formulary asks the database. Packages are not personal data: no owner here.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Edition, Listed, Package};
use crate::db::Db;
use crate::db::schema::{atc_codes, formulary_editions, packages, supply_regimes};
use crate::reference::model::Class;
use kernel::money::Cents;

/// What a search index is built from.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = packages)]
pub struct IndexRow {
    /// Key.
    pub id: i64,
    /// 9 digits.
    pub aic: String,
    /// `NAME*PACK`.
    pub label: String,
    /// Active substance.
    pub substance: String,
    /// Holder of the authorisation.
    pub holder: String,
    /// ATC code or ''.
    pub atc: String,
    /// Who pays.
    pub class: Class,
    /// Public price.
    pub price_cents: Option<i64>,
}

/// The edition in use, or `None` before the first import.
pub fn find_current_edition(conn: &mut Db) -> QueryResult<Option<Edition>> {
    formulary_editions::table.filter(formulary_editions::current).select(Edition::as_select()).first(conn).optional()
}

/// One page of an edition in key order, for building its index.
pub fn list_index_rows(conn: &mut Db, edition_id: i64, after_aic: &str, limit: i64) -> QueryResult<Vec<IndexRow>> {
    packages::table
        .filter(packages::edition_id.eq(edition_id).and(packages::aic.gt(after_aic)))
        .order(packages::aic)
        .limit(limit)
        .select(IndexRow::as_select())
        .load(conn)
}

/// The packages with these keys, in the order of the keys.
pub fn list_by_ids(conn: &mut Db, ids: &[i64]) -> QueryResult<Vec<Listed>> {
    let mut rows: Vec<Listed> = packages::table
        .left_join(supply_regimes::table)
        .filter(packages::id.eq_any(ids))
        .select(Listed::as_select())
        .load(conn)?;
    let place: HashMap<i64, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    rows.sort_by_key(|row| place.get(&row.package.id).copied());
    Ok(rows)
}

/// The package of the edition in use with this AIC.
pub fn find_by_aic(conn: &mut Db, aic: &str) -> QueryResult<Option<Listed>> {
    Ok(list_by_aics(conn, &[aic])?.into_iter().next())
}

/// The packages of the edition in use with these AICs, in their order; those it does not have are missing.
pub fn list_by_aics(conn: &mut Db, aics: &[impl AsRef<str>]) -> QueryResult<Vec<Listed>> {
    let aics: Vec<&str> = aics.iter().map(AsRef::as_ref).collect();
    let current = formulary_editions::table.filter(formulary_editions::current).select(formulary_editions::id);
    let mut rows: Vec<Listed> = packages::table
        .left_join(supply_regimes::table)
        .filter(packages::edition_id.eq_any(current))
        .filter(packages::aic.eq_any(&aics))
        .select(Listed::as_select())
        .load(conn)?;
    rows.sort_by_key(|row| aics.iter().position(|aic| *aic == row.package.aic));
    Ok(rows)
}

/// An equivalence group (gruppo di equivalenza): its packages by price, and the price the health service pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Code, for example `18B`.
    pub code: String,
    /// Substance, strength, number of units, route.
    pub description: String,
    /// The reference price of the transparency list, otherwise the lowest price among its substitutable packages; `None`
    /// when it has none of these.
    pub reference_cents: Option<i64>,
    /// True when `reference_cents` is only the lowest price found.
    pub by_lowest_price: bool,
    /// Packages by price, those without a price last.
    pub packages: Vec<Listed>,
}

impl Group {
    /// What the patient pays beyond the health service for a package of the group; `None` for one without a price.
    pub fn patient_pays(&self, package: &Package) -> Option<Cents> {
        package.patient_pays(package.reference_cents.or(self.reference_cents).or(package.price_cents))
    }
}

/// The most packages one group may show: the largest published has under 100.
const LARGEST_GROUP: i64 = 300;

/// The equivalence group `code` of an edition, or `None` when the edition has no such group.
pub fn find_group(conn: &mut Db, edition_id: i64, code: &str) -> QueryResult<Option<Group>> {
    if code.is_empty() {
        return Ok(None);
    }
    let mut packages: Vec<Listed> = packages::table
        .left_join(supply_regimes::table)
        .filter(packages::edition_id.eq(edition_id).and(packages::group_code.eq(code)))
        .order((packages::price_cents, packages::label, packages::aic))
        .limit(LARGEST_GROUP)
        .select(Listed::as_select())
        .load(conn)?;
    let Some(first) = packages.first() else { return Ok(None) };
    let description = first.package.group_description.clone();
    let listed = packages.iter().filter_map(|row| row.package.reference_cents).min();
    let substitutable = packages.iter().filter(|row| row.package.substitutable);
    let reference_cents = listed.or_else(|| substitutable.filter_map(|row| row.package.price_cents).min());
    // The engines disagree on where a missing price sorts.
    packages.sort_by_key(|row| row.package.price_cents.unwrap_or(i64::MAX));
    Ok(Some(Group {
        code: code.to_owned(),
        description,
        reference_cents,
        by_lowest_price: listed.is_none() && reference_cents.is_some(),
        packages,
    }))
}

/// The name of an ATC code, when a list of names was imported.
pub fn find_atc_name(conn: &mut Db, code: &str) -> QueryResult<Option<String>> {
    atc_codes::table.find(code).select(atc_codes::description).first(conn).optional()
}

/// The AICs of the current edition that fall under a pack limit of their own, with its category. Reads the whole
/// edition: for the demo's simulator, not for a page.
pub fn list_limited(conn: &mut Db) -> QueryResult<Vec<(String, String)>> {
    packages::table
        .inner_join(formulary_editions::table)
        .filter(formulary_editions::current.eq(true))
        .filter(packages::limit_category.ne(""))
        .select((packages::aic, packages::limit_category))
        .load(conn)
}
