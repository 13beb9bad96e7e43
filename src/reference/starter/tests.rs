//! Tests of the starter set: it reads whole, it fills only what is empty, and it holds what the screens count on.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::NaiveDate;

use super::*;
use crate::db::testing::TestDb;
use crate::reference::model::limit;
use crate::reference::queries;
use kernel::folding;

fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(8, 0, 0).unwrap()
}

#[test]
fn loading_twice_changes_nothing() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    load(db, now()).unwrap();
    let first = queries::list_imports(db).unwrap();
    load(db, now() + chrono::Duration::days(1)).unwrap();
    assert_eq!(queries::list_imports(db).unwrap(), first);
    assert_eq!(first.len(), LISTS.len());
    assert_eq!(queries::list_regions(db).unwrap().len(), 21);
    assert_eq!(queries::list_health_units(db, "050").unwrap().len(), 9);
    assert!(queries::find_health_unit(db, "060", "204").unwrap().is_some());
    assert_eq!(queries::find_region(db, "050").unwrap().unwrap().project_name, "PROGETTO DEMAT VENETO");
}

#[test]
fn an_imported_list_is_left_alone() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    import_text(db, Kind::Notes, "nota;descrizione\n7;SOLA\n", now()).unwrap();
    load(db, now()).unwrap();
    let notes: Vec<String> = queries::list_notes(db).unwrap().into_iter().map(|note| note.code).collect();
    assert_eq!(notes, ["07"]);
}

#[test]
fn the_manuals_problems_and_exemptions_are_there() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    load(db, now()).unwrap();
    for code in ["345", "345.4", "250", "487", "820", "239", "814.1", "427.31", "443.0"] {
        assert!(queries::find_diagnosis(db, code).unwrap().is_some(), "{code}");
    }
    for code in ["013", "017", "0A02", "0B02", "E01", "E04", "C01", "TDL01", "048"] {
        assert!(queries::find_exemption(db, code).unwrap().is_some(), "{code}");
    }
    assert!(queries::list_notes(db).unwrap().iter().any(|note| note.code == "01"));
    assert_eq!(queries::list_motives(db, now().date()).unwrap().len(), 4);
    assert_eq!(queries::list_regimes(db).unwrap().iter().filter(|regime| regime.on_ssn).count(), 1);
}

#[test]
fn limits_depend_on_the_day() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    load(db, now()).unwrap();
    let mut packs = |category: &str, day: &str| -> Option<i64> {
        let limits = queries::list_limits(db, day.parse().unwrap()).unwrap();
        limits.iter().find(|l| l.category == category && l.kind == limit::PACKS).map(|l| l.max_total)
    };
    assert_eq!(packs(limit::ORDINARY, "2016-11-19"), Some(2));
    assert_eq!(packs(limit::CHRONIC, "2016-11-19"), Some(3));
    assert_eq!(packs(limit::SINGLE_DOSE, "2016-11-19"), Some(6));
    assert_eq!(packs(limit::CHRONIC_STABLE, "2014-08-18"), None);
    assert_eq!(packs(limit::CHRONIC_STABLE, "2014-08-19"), Some(6));
}

#[test]
fn posologies_follow_the_form() {
    let mut test = TestDb::new();
    let db: &mut Db = &mut test;
    load(db, now()).unwrap();
    let found = queries::list_posologies(db, "ZIMOX*12 cpr 1 g").unwrap();
    assert!(found.first().unwrap().description.contains("compressa"));
    assert_eq!(queries::list_posologies(db, "ZIMOX*12CPR 1G").unwrap(), found);
    assert!(found.last().unwrap().form_word.is_empty());
    assert!(!queries::list_posologies(db, "X*1 oggetto").unwrap().is_empty());
    assert!(posology_list().unwrap().iter().all(|p| p.form_word == folding::fold(&p.form_word)));
}
