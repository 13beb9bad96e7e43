//! The edition in use as a value: what an import is compared with, laid over, or taken back to.

use diesel::prelude::*;

use super::report::ImportError;
use super::store::{NewEdition, Stored};
use crate::db::Db;
use crate::db::schema::{formulary_editions, packages};
use crate::formulary::model::{Edition, Package, PackageFacts};
use crate::reference::changes::{Changes, Entries, Entry};
use kernel::aic::Aic;
use kernel::money::Cents;

/// The packages of the edition in use.
pub(super) fn current(conn: &mut Db) -> QueryResult<Vec<PackageFacts>> {
    let rows: Vec<Package> = packages::table
        .inner_join(formulary_editions::table)
        .filter(formulary_editions::current)
        .order(packages::aic)
        .select(Package::as_select())
        .load(conn)?;
    Ok(rows.into_iter().filter_map(facts).collect())
}

fn facts(row: Package) -> Option<PackageFacts> {
    Some(PackageFacts {
        aic: Aic::parse(&row.aic).ok()?,
        label: row.label,
        substance: row.substance,
        atc: row.atc,
        holder: row.holder,
        class: row.class,
        price: row.price_cents.map(Cents),
        reference: row.reference_cents.map(Cents),
        group_code: row.group_code,
        group_description: row.group_description,
        substitutable: row.substitutable,
        regions: row.regions,
        composition: row.composition,
        supply: row.supply,
        remark: row.remark,
        leaflet_url: row.leaflet_url,
        summary_url: row.summary_url,
    })
}

/// What an edition does to the packages in use.
pub(super) fn changes(before: &[PackageFacts], edition: &NewEdition) -> Changes {
    Changes::between(&entries(before), &entries(&edition.packages))
}

fn entries(packages: &[PackageFacts]) -> Entries {
    let entry = |facts: &PackageFacts| Entry { label: facts.label.clone(), content: format!("{facts:?}") };
    packages.iter().map(|facts| (facts.aic.as_str().to_owned(), entry(facts))).collect()
}

/// Makes the edition before the one in use current again; answers both, the one now in use second.
/// Fails when there is none before it.
pub fn roll_back(conn: &mut Db) -> Result<(Edition, Edition), ImportError> {
    conn.write(|conn| {
        let in_use: Edition =
            formulary_editions::table.filter(formulary_editions::current).select(Edition::as_select()).first(conn)?;
        let before: Option<Edition> = formulary_editions::table
            .filter(formulary_editions::id.lt(in_use.id))
            .order(formulary_editions::id.desc())
            .select(Edition::as_select())
            .first(conn)
            .optional()?;
        let before = before.ok_or(ImportError::NoEdition)?;
        for (id, current) in [(in_use.id, false), (before.id, true)] {
            diesel::update(formulary_editions::table.find(id))
                .set(formulary_editions::current.eq(current))
                .execute(conn)?;
        }
        Ok((in_use, before))
    })
}

/// What storing would have said when nothing is stored.
pub(super) const fn nothing_stored() -> Stored {
    Stored { edition_id: 0, replaced: None, removed: 0 }
}
