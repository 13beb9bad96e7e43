//! What would be issued, and what is said about it.

use super::*;

fn rows(review: &Review) -> Vec<(String, Vec<u32>)> {
    let packs = |issue: &service::Issue| issue.rows.iter().map(|row| row.1).collect();
    review.issues.iter().map(|issue| (issue.exemption.label().to_owned(), packs(issue))).collect()
}

#[test]
fn two_drugs_share_a_prescription() {
    let mut w = world();
    w.prescribe(ZIMOX, |item| item.posology = "1 compressa ogni 12 ore".to_owned());
    w.prescribe(CRESTOR, |_| {});
    let review = w.review();
    assert!(review.is_complete());
    assert_eq!(rows(&review), [("NON ESENTE".to_owned(), vec![1, 1])]);
    let new = &review.issues[0].new;
    assert_eq!(new.items[0].label, "ZIMOX*12CPR 1G");
    assert_eq!((new.items[1].note_code.as_str(), new.items[1].pieces), ("13", 1));
    assert_eq!(review.items[0].patient_pays, Some(163));
    assert!(review.items.iter().all(|checked| checked.warnings.is_empty()));
}

#[test]
fn nothing_is_prescribed_to_the_dead() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    assert!(w.review().is_complete());
    let dead = diesel::update(patients::table.find(w.key.patient)).set(patients::status.eq(Status::Deceased));
    dead.execute(&mut *w.db).unwrap();
    let review = w.review();
    assert!(!review.is_complete() && review.issues.is_empty());
    assert!(review.items[0].blocks[0].contains("deceduto"), "{:?}", review.items[0].blocks);
}

#[test]
fn the_exemption_follows_the_problem_and_widens_the_limit() {
    let mut w = world();
    w.exemption("013", None);
    let diabetes = w.problem("250", "DIABETE MELLITO");
    let flu = w.problem("487", "INFLUENZA");
    w.prescribe(METFORMIN, |item| {
        item.pieces = 3;
        item.problem_id = Some(diabetes);
    });
    w.prescribe(ZIMOX, |item| item.problem_id = Some(flu));
    let review = w.review();
    assert_eq!(rows(&review), [("013".to_owned(), vec![3]), ("NON ESENTE".to_owned(), vec![1])]);
    assert_eq!(review.reasons, ["Le esenzioni diverse vanno su ricette separate."]);
    assert!(review.issues[0].reasons[0].contains("DIABETE MELLITO"), "{:?}", review.issues[0].reasons);
    let first = &review.issues[0].new;
    assert_eq!((first.exemption_code.as_str(), first.diagnosis_code.as_str()), ("013", "250"));
    assert_eq!(review.issues[1].new.diagnosis_code, "487");
}

#[test]
fn five_packs_make_three_prescriptions() {
    let mut w = world();
    w.prescribe(ZIMOX, |item| item.pieces = 5);
    let review = w.review();
    let packs: Vec<i64> = review.issues.iter().map(|issue| issue.new.items[0].pieces).collect();
    assert_eq!(packs, [2, 2, 1]);
    assert_eq!(review.reasons, ["Al massimo 2 confezioni per ricetta."]);
}

#[test]
fn a_chosen_exemption_that_expired_blocks_with_the_reason() {
    let mut w = world();
    w.exemption("013", Some("2016-11-18"));
    w.prescribe(METFORMIN, |item| item.exemption_choice = "013".to_owned());
    let review = w.review();
    assert!(!review.is_complete() && review.issues.is_empty());
    assert!(review.items[0].blocks[0].contains("scaduta il 18/11/2016"), "{:?}", review.items[0].blocks);
}

#[test]
fn allergies_repeats_and_missing_notes_are_warned_of_but_do_not_block() {
    let mut w = world();
    w.allergy("Penicilline", "J01C");
    w.prescribe(ZIMOX, |_| {});
    w.prescribe(CRESTOR, |item| item.note_code = String::new());
    let review = w.review();
    assert!(review.is_complete());
    assert_eq!(review.items[0].safety.allergy_mark().as_deref(), Some("Allergia registrata: Penicilline."));
    assert!(review.items[1].warnings[0].contains("nota 13"), "{:?}", review.items[1].warnings);
}

#[test]
fn a_drug_that_changed_class_meanwhile_blocks() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let before = w.review().fingerprint;
    diesel::update(packages::table.filter(packages::aic.eq(ZIMOX)))
        .set((packages::class.eq("C"), packages::regime.eq("NX")))
        .execute(&mut *w.db)
        .unwrap();
    let review = w.review();
    assert!(review.items[0].blocks[0].contains("classe C"), "{:?}", review.items[0].blocks);
    assert_ne!(review.fingerprint, before);
}

#[test]
fn a_drug_that_left_the_formulary_is_kept_with_a_warning() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    diesel::delete(packages::table.filter(packages::aic.eq(ZIMOX))).execute(&mut *w.db).unwrap();
    let review = w.review();
    assert!(review.is_complete());
    assert!(review.items[0].warnings[0].contains("prontuario in uso"), "{:?}", review.items[0].warnings);
}

#[test]
fn a_suggested_drug_has_a_prescription_of_its_own() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    w.prescribe(CRESTOR, |item| item.suggested = true);
    let review = w.review();
    let suggested: Vec<bool> = review.issues.iter().map(|issue| issue.new.suggested).collect();
    assert_eq!(suggested, [false, true]);
}

#[test]
fn the_fingerprint_follows_patient_drug_quantity_and_doctor() {
    use crate::db::schema::{doctors, patients};
    let mut w = world();
    let id = w.prescribe(ZIMOX, |_| {});
    let mut seen = vec![w.review().fingerprint];
    assert_eq!(w.review().fingerprint, seen[0], "stable");
    w.edit(id, |item| item.pieces = 2);
    seen.push(w.review().fingerprint);
    w.edit(id, |item| item.posology = "x".to_owned());
    seen.push(w.review().fingerprint);
    diesel::update(patients::table.find(w.key.patient))
        .set(patients::address.eq("Via Nuova 1"))
        .execute(&mut *w.db)
        .unwrap();
    seen.push(w.review().fingerprint);
    diesel::update(doctors::table.find(w.key.author)).set(doctors::asl_code.eq("999")).execute(&mut *w.db).unwrap();
    seen.push(w.review().fingerprint);
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), seen.len());
}

#[test]
fn drugs_that_come_to_the_same_exemption_differently_say_so() {
    let mut w = world();
    w.exemption("013", None);
    w.prescribe(ZIMOX, |item| item.exemption_choice = "none".to_owned());
    w.prescribe(CRESTOR, |_| {});
    let review = w.review();
    assert_eq!(review.issues.len(), 1);
    assert_eq!(review.issues[0].reasons.len(), 2, "{:?}", review.issues[0].reasons);
}
