//! Picking, completing, taking out.

use super::*;
use crate::prescribing::model::{BASKET_MAX, VisitKind};
use crate::prescribing::queries;
use crate::prescribing::service::Refused;

#[test]
fn picked_drugs_wait_for_their_data_in_the_order_picked() {
    let mut w = world();
    let added = w.pick(&[CRESTOR, ZIMOX]);
    assert_eq!((added.rows.len(), added.already, added.refused.len()), (2, 0, 0));
    let draft = queries::find_draft(&mut w.db, w.key).unwrap().unwrap();
    let items = queries::list_items(&mut w.db, draft.id).unwrap();
    let seen: Vec<(&str, bool, &str)> =
        items.iter().map(|i| (i.values.aic.as_str(), i.values.complete, i.values.note_code.as_str())).collect();
    assert_eq!(seen, [(CRESTOR, false, "13"), (ZIMOX, false, "")]);
    assert!(w.review().issues.is_empty() && !w.review().is_complete());
}

#[test]
fn what_the_ssn_does_not_pay_stays_out_and_says_why() {
    let mut w = world();
    let added = w.pick(&[DROPS, HOSPITAL]);
    assert!(added.rows.is_empty() && added.refused.len() == 2, "{added:?}");
    assert!(added.refused[0].contains("classe C") && added.refused[1].contains("classe H"), "{added:?}");
    assert!(queries::find_draft(&mut w.db, w.key).unwrap().is_none(), "no basket for nothing");
    let added = w.pick(&[DROPS, ZIMOX, "000000000"]);
    assert_eq!((added.rows.len(), added.refused.len()), (1, 2));
}

#[test]
fn a_package_is_not_put_in_twice() {
    let mut w = world();
    w.pick(&[ZIMOX]);
    let added = w.pick(&[ZIMOX, CRESTOR]);
    assert_eq!((added.rows.len(), added.already), (1, 1));
}

#[test]
fn every_change_moves_the_revision() {
    let mut w = world();
    let id = w.prescribe(ZIMOX, |_| {});
    let before = w.review().draft.revision;
    w.edit(id, |item| item.pieces = 2);
    service::save_options(&mut w.db, w.key, (VisitKind::Home, true), moment()).unwrap().unwrap();
    let draft = w.review().draft;
    assert_eq!((draft.revision, draft.visit_kind, draft.hide_data), (before + 2, VisitKind::Home, true));
}

#[test]
fn the_last_drug_takes_the_basket_with_it() {
    let mut w = world();
    let rows = w.pick(&[ZIMOX, CRESTOR]).rows;
    service::remove_item(&mut w.db, w.key, rows[0], moment()).unwrap().unwrap();
    assert_eq!(w.review().items.len(), 1);
    service::remove_item(&mut w.db, w.key, rows[1], moment()).unwrap().unwrap();
    assert!(w.find_review().is_none());
    assert_eq!(service::remove_item(&mut w.db, w.key, rows[1], moment()).unwrap(), Err(Refused));
}

#[test]
fn a_basket_is_thrown_away_whole() {
    let mut w = world();
    w.pick(&[ZIMOX, CRESTOR]);
    service::discard(&mut w.db, w.key).unwrap();
    service::discard(&mut w.db, w.key).unwrap();
    assert!(w.find_review().is_none());
}

#[test]
fn the_archive_of_another_doctor_is_out_of_reach() {
    let mut w = world();
    let id = w.pick(&[ZIMOX]).rows[0];
    let intruder = Key { patient: w.key.patient, ..w.other };
    let crestor = picked(&[CRESTOR]);
    let added = service::add_packages(&mut w.db, intruder, &crestor, moment()).unwrap();
    assert_eq!(added.unwrap_err(), Refused);
    assert!(service::load_review(&mut w.db, intruder, moment()).unwrap().is_none());
    assert_eq!(service::save_item(&mut w.db, intruder, id, moment(), |_| {}).unwrap(), Err(Refused));
    assert_eq!(service::remove_item(&mut w.db, intruder, id, moment()).unwrap(), Err(Refused));
    // A row of one's own basket under another's number.
    service::add_packages(&mut w.db, w.other, &crestor, moment()).unwrap().unwrap();
    assert_eq!(service::save_item(&mut w.db, w.other, id, moment(), |_| {}).unwrap(), Err(Refused));
    assert_eq!(service::remove_item(&mut w.db, w.other, id, moment()).unwrap(), Err(Refused));
    assert_eq!(w.review().items.len(), 1);
}

#[test]
fn a_full_basket_says_so() {
    let mut w = world();
    let id = w.pick(&[ZIMOX]).rows[0];
    let draft = w.review().draft.id;
    let values = w.review().item(id).unwrap().item.values.clone();
    for position in 2..=i64::try_from(BASKET_MAX).unwrap() {
        queries::insert_item(&mut w.db, draft, position, &values).unwrap();
    }
    let added = w.pick(&[CRESTOR]);
    assert!(added.rows.is_empty() && added.refused[0].contains("al massimo 12 farmaci"), "{added:?}");
}

#[test]
fn two_authors_keep_two_baskets() {
    let mut w = world();
    w.pick(&[ZIMOX]);
    let helper = Key { author: w.other.author, ..w.key };
    assert!(service::load_review(&mut w.db, helper, moment()).unwrap().is_none());
}

#[test]
fn the_problem_in_view_is_proposed_if_it_is_the_patients() {
    let mut w = world();
    let flu = w.problem("487", "INFLUENZA");
    for (problem, taken) in [(flu, Some(flu)), (flu + 100, None)] {
        let pick = Picked { problem: Some(problem), ..picked(&[ZIMOX]) };
        let id = service::add_packages(&mut w.db, w.key, &pick, moment()).unwrap().unwrap().rows[0];
        assert_eq!(w.review().item(id).unwrap().item.values.problem_id, taken);
        service::discard(&mut w.db, w.key).unwrap();
    }
}

#[test]
fn the_wishes_of_the_formulary_are_kept() {
    let mut w = world();
    let pick = Picked { by_substance: true, ..picked(&[ZIMOX]) };
    let id = service::add_packages(&mut w.db, w.key, &pick, moment()).unwrap().unwrap().rows[0];
    assert!(w.review().item(id).unwrap().item.values.by_substance);
}

#[test]
fn the_page_of_one_drug_offers_what_may_be_chosen() {
    let mut w = world();
    w.exemption("013", None);
    w.exemption("013", Some("2017-01-01"));
    w.exemption("048", Some("2016-11-18"));
    w.allergy("Penicilline", "J01C");
    let flu = w.problem("487", "INFLUENZA");
    let rows = w.pick(&[ZIMOX, CRESTOR]).rows;
    queries::save_posology_use(&mut w.db, w.key.owner, ZIMOX, "la mia posologia", testing::now()).unwrap();
    queries::save_posology_use(&mut w.db, w.key.owner, ZIMOX, "la mia posologia", testing::now()).unwrap();
    let context = service::load_item(&mut w.db, w.key, rows[0], moment()).unwrap().unwrap();
    assert_eq!((context.place, context.count), (1, 2));
    assert_eq!(context.exemptions(), [("013".to_owned(), "descrizione 013".to_owned())], "valid ones, once");
    assert_eq!(context.problems, [(flu, "INFLUENZA".to_owned())]);
    assert_eq!(context.posologies[0], "la mia posologia");
    assert!(context.posologies.iter().any(|text| text.contains("compressa")), "{:?}", context.posologies);
    assert_eq!(context.posologies.iter().filter(|text| *text == "la mia posologia").count(), 1);
    assert_eq!(context.safety().allergy_mark().as_deref(), Some("Allergia registrata: Penicilline."));
    assert_eq!(context.warnings(), Vec::<String>::new());
    assert_eq!(context.known_notes, Vec::<String>::new());
    let crestor = service::load_item(&mut w.db, w.key, rows[1], moment()).unwrap().unwrap();
    assert_eq!(crestor.known_notes, ["13"]);
    assert!(service::load_item(&mut w.db, w.other, rows[0], moment()).unwrap().is_none());
}
