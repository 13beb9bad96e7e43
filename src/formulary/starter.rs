//! The small formulary the demo works with: facts of AIFA's lists of 2021 (class A, class H, transparency list), written by
//! hand, with the rows of the manual among them. A real import replaces it.
//!
//! Two rows are in class C, which AIFA publishes without prices: ZIMOX drops with the manual's price and, since no list
//! gives its AIC, a free one of that medicine's six digits; paracetamol without a price.

use std::collections::{BTreeMap, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::QueryResult;

use super::import::progress::Progress;
use super::import::{NewEdition, store};
use super::model::PackageFacts;
use super::queries::find_current_edition;
use crate::db::Db;
use crate::reference::model::Class;
use kernel::aic::Aic;
use kernel::money::Cents;

const PACKAGES: &str = include_str!("starter/packages.csv");
const GROUPS: &str = include_str!("starter/groups.csv");

/// The date on the manual's screen.
const DATE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2016, 10, 11);

/// Loads the starter formulary, inside the caller's transaction, unless there is an edition already. Answers whether it
/// did.
pub fn load(conn: &mut Db, now: NaiveDateTime) -> QueryResult<bool> {
    if find_current_edition(conn)?.is_some() {
        return Ok(false);
    }
    let edition = NewEdition {
        label: "Prontuario dimostrativo, prezzi AIFA 2021".to_owned(),
        date: DATE.unwrap_or(now.date()),
        packages: packages(),
        atc_names: BTreeMap::new(),
        rejected: 0,
    };
    store(conn, &edition, now, &Progress::hidden())?;
    Ok(true)
}

/// The packages of the set.
fn packages() -> Vec<PackageFacts> {
    let groups: HashMap<&str, &str> = GROUPS.lines().skip(1).filter_map(|line| line.split_once(';')).collect();
    PACKAGES.lines().skip(1).filter_map(|line| package(line, &groups)).collect()
}

/// One row; a test reads the whole set, so none is dropped.
fn package(line: &str, groups: &HashMap<&str, &str>) -> Option<PackageFacts> {
    let fields: Vec<&str> = line.split(';').collect();
    let [aic, label, substance, atc, holder, class, price, reference, group, substitutable] = fields.as_slice() else {
        return None;
    };
    Some(PackageFacts {
        substance: (*substance).to_owned(),
        atc: (*atc).to_owned(),
        holder: (*holder).to_owned(),
        price: Cents::parse_price(price).ok()?,
        reference: Cents::parse_price(reference).ok()?,
        group_code: (*group).to_owned(),
        group_description: groups.get(group).map_or_else(String::new, |text| (*text).to_owned()),
        substitutable: *substitutable == "1",
        ..PackageFacts::new(Aic::parse(aic).ok()?, (*label).to_owned(), Class::from_text(class)?)
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::db::testing::{TestDb, now};
    use crate::formulary::index::{Criterion, FormularyIndexes};
    use crate::formulary::queries;
    use crate::reference;
    use kernel::atc::Atc;

    #[test]
    fn the_set_is_whole() {
        let packages = packages();
        assert_eq!(packages.len(), PACKAGES.lines().count() - 1);
        assert!(packages.len() <= 80);
        let mut aics: Vec<_> = packages.iter().map(|facts| facts.aic.clone()).collect();
        aics.sort();
        aics.dedup();
        assert_eq!(aics.len(), packages.len(), "an AIC twice");
        for facts in &packages {
            let aic = &facts.aic;
            assert!(Atc::parse(&facts.atc).is_ok_and(|atc| atc.level() == 5), "{aic}");
            assert!(facts.label.contains('*'), "{aic}");
            assert_eq!(facts.group_code.is_empty(), facts.class == Class::C, "{aic}");
            assert_eq!(facts.group_code.is_empty(), facts.group_description.is_empty(), "{aic}");
            assert_eq!(facts.substitutable, facts.reference.is_some(), "{aic}");
        }
        assert_eq!(
            GROUPS.lines().count() - 1,
            packages
                .iter()
                .map(|p| &p.group_code)
                .filter(|g| !g.is_empty())
                .collect::<std::collections::HashSet<_>>()
                .len()
        );
    }

    #[test]
    fn the_rows_of_the_manual_are_found_with_their_badges() {
        let mut db = TestDb::new();
        db.write(|conn| -> Result<_, crate::reference::import::ImportError> {
            reference::starter::load(conn, now())?;
            assert!(load(conn, now())?);
            assert!(!load(conn, now())?, "only once");
            Ok(())
        })
        .unwrap();
        let index = FormularyIndexes::default().current(&mut db).unwrap().unwrap();
        assert_eq!(index.edition().edition_date, NaiveDate::from_ymd_opt(2016, 10, 11).unwrap());
        let hits = index.search(Criterion::Name, "zimox", 0, 50);
        let rows = queries::list_by_ids(&mut db, &hits.ids).unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| {
                let package = &row.package;
                (
                    package.class.as_str(),
                    package.regime.as_str(),
                    package.label.as_str(),
                    package.price().unwrap().to_string(),
                )
            })
            .collect();
        let row = |class, regime, label, price: &str| (class, regime, label, price.to_owned());
        assert_eq!(
            found,
            [
                row("A", "CD", "ZIMOX*12CPR 1G", "4,90"),
                row("A", "CD", "ZIMOX*12CPR SOLUB/MAST 1G", "5,60"),
                row("A", "CD", "ZIMOX*12CPR SOLUB/MAST 500MG", "2,98"),
                row("A", "CD", "ZIMOX*12CPS 500MG", "2,98"),
                row("A", "CD", "ZIMOX*OS POLVXSOSP 250MG/5ML", "3,27"),
                row("C", "NX", "ZIMOX*OS GTT 20ML 100MG/ML", "10,70"),
            ]
        );
        let refusal: Vec<bool> = rows.iter().map(|row| row.ssn_refusal().is_some()).collect();
        assert_eq!(refusal, [false, false, false, false, false, true]);
        let opioid = queries::find_by_aic(&mut db, "035313028").unwrap().unwrap().package;
        assert_eq!(opioid.limit_category, "", "narcotics have a table of their own");
        let injection = queries::find_by_aic(&mut db, "025202058").unwrap().unwrap().package;
        assert_eq!(injection.limit_category, reference::model::limit::SINGLE_DOSE);
        let notes = |aic: &str, day: &str, db: &mut TestDb| {
            let package = queries::find_by_aic(db, aic).unwrap().unwrap().package;
            let book = reference::queries::note_book(db, day.parse().unwrap()).unwrap();
            book.of_drug(package.noted()).iter().map(|note| note.code.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(notes("035885058", "2016-11-19", &mut db), "13");
        assert_eq!(notes("040597027", "2016-11-19", &mut db), "01 48");
        assert_eq!(notes("040597027", "2026-11-30", &mut db), "N01");
        assert_eq!(notes("023086150", "2026-11-30", &mut db), "");
    }
}
