//! Narcotics, six packs and therapeutic plans against a database: what fits, what is stopped, what is frozen.

use super::noting::confirm;
use super::*;
use crate::db::schema::{doctors, packages, prescribing_limits, substitution_motives, therapies};
use crate::formulary::model::Supply;
use crate::prescribing::service::Wish;
use crate::prescriptions::service::build_message;
use crate::reference::model::limit;

const MORPHINE: &str = "029611013";
const PATCH: &str = "035399017";

/// A vial of section A and a patch of section D, in the place of two other packages.
fn opioids() -> World {
    let mut w = world();
    for (old, aic, label, substance, atc, group) in [
        (ZIMOX, MORPHINE, "MORFINA*5F 10MG", "Morfina", "N02AA01", "MORFINA 10MG 5 UNITA' USO PARENTERALE"),
        (CRESTOR, PATCH, "FENTANIL*3CER", "Fentanil", "N02AB03", "FENTANIL 25MCG/ORA 3 CEROTTI USO TRANSDERMICO"),
    ] {
        diesel::update(packages::table.filter(packages::aic.eq(old)))
            .set((
                packages::aic.eq(aic),
                packages::label.eq(label),
                packages::substance.eq(substance),
                packages::atc.eq(atc),
                packages::group_description.eq(group),
            ))
            .execute(&mut *w.db)
            .unwrap();
    }
    w
}

fn surgery(w: &mut World, phone: &str, address: &str) {
    diesel::update(doctors::table)
        .set((doctors::surgery_phone.eq(phone), doctors::surgery_address.eq(address)))
        .execute(&mut *w.db)
        .unwrap();
}

fn nine(item: &mut ItemValues) {
    item.pieces = 9;
    item.posology = "1 ogni 8 ore".to_owned();
}

#[test]
fn section_a_without_its_exemption_is_stopped() {
    let mut w = opioids();
    surgery(&mut w, "0432 123456", "Via Roma 1");
    w.prescribe(MORPHINE, |item| item.posology = "1 fiala al bisogno".to_owned());
    let review = w.review();
    assert!(!review.is_complete() && review.issues.is_empty());
    assert!(review.items[0].blocks[0].contains("ricetta di carta a ricalco"), "{:?}", review.items[0].blocks);
    w.exemption("TDL01", None);
    assert!(w.review().is_complete());
}

#[test]
fn thirty_days_in_one_prescription_with_posology_and_the_doctors_contacts_frozen() {
    let mut w = opioids();
    w.exemption("TDL01", None);
    w.prescribe(MORPHINE, nine);
    let blocks = w.review().items[0].blocks.clone();
    assert!(blocks.len() == 1 && blocks[0].contains("telefono e l’indirizzo"), "{blocks:?}");
    surgery(&mut w, "0432 123456", "Via Roma 1,\r\n33100 Udine");
    let review = w.review();
    assert_eq!((review.issues.len(), review.issues[0].exemption.code.as_str()), (1, "TDL01"));
    let id = confirm(&mut w);
    surgery(&mut w, "0432 999999", "Altrove");
    let (row, items) =
        (pipeline::find(&mut w.db, id).unwrap().unwrap(), pipeline::list_items(&mut w.db, &[id]).unwrap());
    let (user, profile) = crate::identity::queries::find_doctor(&mut w.db, w.key.owner.id()).unwrap().unwrap();
    let message = build_message(&row, &items, &user, &profile, "");
    assert_eq!(
        message.rows[0].reason_note,
        "POSOLOGIA: 1 ogni 8 ore; TEL. MEDICO: 0432 123456; INDIRIZZO MEDICO: Via Roma 1, 33100 Udine"
    );
    assert_eq!((message.rows[0].quantity, message.exemption.as_str()), (9, "TDL01"));
}

#[test]
fn the_exemption_of_pain_widens_nothing_but_narcotics() {
    let mut w = opioids();
    w.exemption("TDL01", None);
    surgery(&mut w, "0432 123456", "Via Roma 1");
    w.prescribe(PATCH, nine);
    assert_eq!(w.review().issues.len(), 1);
    w.prescribe(METFORMIN, |item| {
        nine(item);
        item.exemption_choice = "TDL01".to_owned();
    });
    let review = w.review();
    let packs: Vec<u32> = review.issues.iter().flat_map(|issue| issue.rows.iter().map(|row| row.1)).collect();
    assert_eq!(packs, [9, 2, 2, 2, 2, 1]);
}

#[test]
fn without_its_exemption_a_narcotic_of_section_d_goes_two_at_a_time_with_its_posology() {
    let mut w = opioids();
    let row = w.prescribe(PATCH, |item| item.pieces = 4);
    let blocks = w.review().items[0].blocks.clone();
    assert!(blocks[0].contains("scrivi la posologia"), "{blocks:?}");
    let context = service::load_item(&mut w.db, w.key, row, moment()).unwrap().unwrap();
    let (_, wrong) = Wish { pieces: Some(4), ..Wish::default() }.read(&context);
    assert!(wrong[0].1.contains("scrivi la posologia"), "{wrong:?}");
    w.edit(row, |item| item.posology = "1 ogni 3 giorni".to_owned());
    let review = w.review();
    assert_eq!(review.issues.len(), 2);
    assert_eq!(review.issues[0].new.items[0].reason_note, "POSOLOGIA: 1 ogni 3 giorni");
    assert!(review.items[0].warnings.iter().any(|said| said.contains("da verificare")), "nobody has read the table");
}

#[test]
fn the_register_says_what_no_row_does() {
    let mut w = opioids();
    diesel::update(packages::table.filter(packages::aic.eq(METFORMIN)))
        .set(packages::supply.eq(Supply::Special.as_str()))
        .execute(&mut *w.db)
        .unwrap();
    w.prescribe(METFORMIN, |item| item.posology = "1 al giorno".to_owned());
    assert!(w.review().items[0].blocks[0].contains("sezione A"));
}

#[test]
fn six_packs_where_the_region_has_them_for_what_was_used_for_six_months() {
    let mut w = world();
    let problem = w.problem("250.00", "DIABETE MELLITO");
    w.exemption("013", None);
    let row = w.prescribe(METFORMIN, |item| item.problem_id = Some(problem));
    let id = confirm(&mut w);
    assert!(id > 0 && row > 0);
    diesel::update(therapies::table)
        .set(therapies::started_on.eq("2016-05-19".parse::<chrono::NaiveDate>().unwrap()))
        .execute(&mut *w.db)
        .unwrap();
    w.prescribe(METFORMIN, |item| {
        item.problem_id = Some(problem);
        item.pieces = 6;
    });
    assert_eq!(w.review().issues.len(), 2, "to be verified: three at a time");
    let rows = prescribing_limits::table.filter(prescribing_limits::category.eq(limit::CHRONIC_STABLE));
    diesel::update(rows).set(prescribing_limits::regions.eq("050 060")).execute(&mut *w.db).unwrap();
    diesel::update(doctors::table).set(doctors::region_code.eq("060")).execute(&mut *w.db).unwrap();
    let review = w.review();
    assert_eq!((review.issues.len(), review.items[0].allowance.days), (1, Some(180)));
    diesel::update(therapies::table)
        .set(therapies::started_on.eq("2016-05-20".parse::<chrono::NaiveDate>().unwrap()))
        .execute(&mut *w.db)
        .unwrap();
    assert_eq!(w.review().issues.len(), 2, "a day too young");
    diesel::update(doctors::table).set(doctors::region_code.eq("070")).execute(&mut *w.db).unwrap();
    assert_eq!(w.review().issues.len(), 2, "another region");
}

#[test]
fn motives_have_words_which_are_frozen_and_days() {
    let mut w = world();
    w.prescribe(ZIMOX, |item| {
        item.not_substitutable = true;
        item.motive_code = "2".to_owned();
    });
    let review = w.review();
    assert_eq!(review.items[0].motive_text, "Obiettive difficoltà di assunzione");
    let id = confirm(&mut w);
    let sent = pipeline::list_items(&mut w.db, &[id]).unwrap().remove(0).content;
    assert_eq!(sent.brand_only().unwrap(), "Non sostituibile: Obiettive difficoltà di assunzione");
    let yesterday = testing::today().pred_opt();
    let second = substitution_motives::table.filter(substitution_motives::code.eq("2"));
    diesel::update(second).set(substitution_motives::valid_to.eq(yesterday)).execute(&mut *w.db).unwrap();
    w.prescribe(ZIMOX, |item| {
        item.not_substitutable = true;
        item.motive_code = "2".to_owned();
    });
    assert!(w.review().items[0].blocks[0].contains("motivo 2"), "{:?}", w.review().items[0].blocks);
}

#[test]
fn a_plan_stands_on_the_head_stays_with_the_therapy_and_is_warned_about() {
    let mut w = world();
    let plan = |day: &str| {
        let last = day.parse().ok();
        move |item: &mut ItemValues| (item.plan_protocol, item.plan_ends_on) = ("PT-7".to_owned(), last)
    };
    w.prescribe(CRESTOR, plan("2016-11-30"));
    w.prescribe(METFORMIN, |_| {});
    let review = w.review();
    assert_eq!(review.issues.len(), 2, "{:?}", review.reasons);
    assert!(review.reasons[0].contains("piano terapeutico"), "{:?}", review.reasons);
    assert!(review.items[0].warnings.iter().any(|said| said == "Il piano terapeutico PT-7 scade il 30/11/16."));
    let id = confirm(&mut w);
    let (row, items) =
        (pipeline::find(&mut w.db, id).unwrap().unwrap(), pipeline::list_items(&mut w.db, &[id]).unwrap());
    let (user, profile) = crate::identity::queries::find_doctor(&mut w.db, w.key.owner.id()).unwrap().unwrap();
    assert_eq!(build_message(&row, &items, &user, &profile, "").header1, "PT=PT-7;");
    let kept: (i64, String) = therapies::table
        .filter(therapies::aic.eq(CRESTOR))
        .select((therapies::id, therapies::plan_protocol))
        .first(&mut *w.db)
        .unwrap();
    assert_eq!(kept.1, "PT-7");
    let added = service::repeat(&mut w.db, w.key, &[kept.0], moment()).unwrap().unwrap();
    w.edit(added.rows[0], plan("2016-11-18"));
    let blocks = w.review().items[0].blocks.clone();
    assert!(blocks[0].starts_with("Il piano terapeutico PT-7 è scaduto il 18/11/16."), "{blocks:?}");
}
