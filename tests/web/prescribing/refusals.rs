//! What is not sent, and what the doctor is told.

use diesel::prelude::*;
use millecloud::db::schema::{patients, sac_credentials};
use millecloud::web::paths;

use super::*;

#[actix_web::test]
async fn class_c_and_h_stay_out_of_the_basket_and_say_why() {
    let s = surgery().await;
    let back = s.pick(&[DROPS]).await;
    back.assert_text("Un farmaco non è stato aggiunto").assert_text("classe C");
    assert_eq!(s.count_drafts().await, 0);
    let mixed = s.pick(&[DROPS, ZIMOX]).await;
    mixed.assert_text("Dati prescrizione").assert_text("classe C");
    s.pick(&[]).await.assert_text("Nessun farmaco: spunta almeno una confezione");
    // Picked again before its data were written: its form comes back.
    let again = s.pick(&[ZIMOX]).await;
    again.assert_text("Un farmaco scelto è già nella ricetta.").assert_text("Dati prescrizione");
    let both = [("aic", ZIMOX), ("nonsost", "1"), ("solopa", "1")];
    s.pick_with(&both).await.assert_text("si escludono");
}

#[actix_web::test]
async fn every_error_stands_beside_its_field_and_nothing_typed_is_lost() {
    let s = surgery().await;
    s.add_exemption("013", Some(-1)).await;
    let data = s.pick(&[ZIMOX]).await;
    let typed = [
        ("pezzi", "12"),
        ("posologia", "personale"),
        ("testo_posologia", ""),
        ("esenzione", "013"),
        ("modo", "nonsost"),
        ("suggerito", "true"),
    ];
    let again = data.submit(FORM, &typed).await;
    again.assert_status(422).assert_text("Controlla i dati inseriti").assert_text("Scrivi un numero da 1 a 9");
    again.assert_text("Scrivi la posologia o scegline una dall’elenco").assert_text("è scaduta il");
    again.assert_text("Scegli il motivo della non sostituibilità.");
    assert_eq!(again.attribute("#pezzi", "value").as_deref(), Some("12"));
    assert!(again.attribute("#suggerito", "checked").is_some());
    assert!(again.attribute("#esenzione option[value=\"013\"]", "selected").is_some());
    // Nothing was kept: the drug still waits.
    s.review().await.assert_text("DA SISTEMARE").assert_text("Completa i dati");
    let fixed = [("pezzi", "1"), ("posologia", ""), ("esenzione", "auto"), ("modo", "nonsost"), ("motivo", "2")];
    again
        .submit(FORM, &fixed)
        .await
        .assert_text("Non sostituibile: Obiettive difficoltà di assunzione")
        .assert_text("SUGGERITA");
}

#[actix_web::test]
async fn a_drug_prescribed_by_substance_needs_no_brand() {
    let s = surgery().await;
    let data = s.pick_with(&[("aic", ZIMOX), ("solopa", "1")]).await;
    assert!(data.attribute("input[name=modo][value=solopa]", "checked").is_some());
    data.submit(FORM, &[]).await.assert_text("solo principio attivo").assert_text("Invia 1 ricetta");
}

#[actix_web::test]
async fn cancel_on_a_drug_just_picked_takes_it_out() {
    let s = surgery().await;
    let data = s.pick(&[ZIMOX]).await;
    let formulary = data.submit("#annulla", &[]).await;
    assert_eq!(formulary.path, paths::patient_formulary(s.patient));
    assert_eq!(s.count_drafts().await, 0);
}

#[actix_web::test]
async fn the_same_page_sent_many_times_issues_once() {
    let s = surgery().await;
    let review = s.prescribe(ZIMOX, &[]).await;
    let (action, fields) = review.filled(FORM, &[]);
    let header = [("sec-fetch-site", "same-origin")];
    let clicks = (0..8).map(|_| s.browser.post_raw(&action, &fields, &header));
    let answers = futures_util::future::join_all(clicks).await;
    let mut places: Vec<Option<String>> = answers.iter().map(|answer| answer.header("location")).collect();
    for answer in &answers {
        answer.assert_status(303);
    }
    places.dedup();
    assert_eq!(places.len(), 1, "all lead to the same page: {places:?}");
    assert_eq!(s.count_prescriptions().await, 1);
    // And again later, from the same old page.
    s.browser.post_raw(&action, &fields, &header).await.assert_status(303);
    assert_eq!(s.count_prescriptions().await, 1);
}

#[actix_web::test]
async fn two_devices_issue_once() {
    let s = surgery().await;
    let here = s.prescribe(ZIMOX, &[]).await;
    let phone = s.app.login("borghetto").await;
    let there = phone.get(&paths::draft(s.patient)).await;
    here.submit(FORM, &[]).await.assert_text("processata");
    let late = there.submit(FORM, &[]).await;
    late.assert_text("processata");
    assert_eq!(s.count_prescriptions().await, 1);
    // With other choices the late one is told, and nothing is sent.
    let other = there.submit(FORM, &[("visita", "D")]).await;
    other.assert_status(409).assert_text("già state inviate");
    assert_eq!(s.count_prescriptions().await, 1);
}

#[actix_web::test]
async fn a_page_that_is_no_longer_true_sends_nothing_and_shows_what_changed() {
    let s = surgery().await;
    let old = s.prescribe(ZIMOX, &[]).await;
    old.follow(".rx__item a").await.submit(FORM, &[("pezzi", "2")]).await;
    let fresh = old.submit(FORM, &[("oscura", "true")]).await;
    fresh.assert_status(409).assert_text("il contenuto è cambiato").assert_text("QTA 2");
    assert!(fresh.attribute("input[name=oscura]", "checked").is_some(), "the choices of the page stay");
    assert_eq!(s.count_prescriptions().await, 0);
    // The registry changed under the page.
    let patient = s.patient;
    s.app
        .write(move |conn| {
            Ok(diesel::update(patients::table.find(patient)).set(patients::address.eq("Via Nuova 1")).execute(conn)?)
        })
        .await;
    let fresher = fresh.submit(FORM, &[]).await;
    fresher.assert_status(409);
    fresher.submit(FORM, &[]).await.assert_text("processata");
    assert_eq!(s.count_prescriptions().await, 1);
}

#[actix_web::test]
async fn fields_that_the_form_does_not_have_change_nothing() {
    let s = surgery().await;
    let review = s.prescribe(ZIMOX, &[]).await;
    let extra = [("state", "ACCETTATA"), ("nre", "0501A4000000001"), ("doctor_id", "999"), ("exemption_code", "013")];
    review.submit(FORM, &extra).await.assert_text("processata");
    let row: (i64, String) = s
        .app
        .read(|conn| {
            use millecloud::db::schema::prescriptions;
            Ok(prescriptions::table.select((prescriptions::doctor_id, prescriptions::exemption_code)).first(conn)?)
        })
        .await;
    assert_eq!(row, (s.doctor, String::new()));
}

#[actix_web::test]
async fn without_a_session_nothing_is_sent_and_the_way_is_shown() {
    let s = surgery().await;
    let ready = s.prescribe(ZIMOX, &[]).await;
    let none: Option<chrono::NaiveDateTime> = None;
    s.app
        .write(move |conn| {
            Ok(diesel::update(sac_credentials::table)
                .set(sac_credentials::session_expires_at.eq(none))
                .execute(conn)?)
        })
        .await;
    let blocked = s.review().await;
    blocked.assert_text("Per ora non si può inviare").assert_no_text("Invia 1 ricetta");
    assert!(blocked.links("main a").contains(&paths::sar_credentials()));
    // The page opened before still has its button.
    ready.submit(FORM, &[]).await.assert_status(422).assert_text("Non è stato inviato nulla");
    assert_eq!(s.count_prescriptions().await, 0);
    assert_eq!(s.count_drafts().await, 1);
}

#[actix_web::test]
async fn a_wrong_visit_and_a_basket_that_is_gone() {
    let s = surgery().await;
    let review = s.prescribe(ZIMOX, &[]).await;
    review.submit(FORM, &[("visita", "X")]).await.assert_status(422).assert_text("Scegli dove hai visitato");
    let (_, fields) = review.filled(FORM, &[("visita", "X")]);
    s.browser.post(&paths::draft(s.patient), &fields).await.assert_status(422);
    let discard = format!("form[action=\"{}\"]", paths::draft_discard(s.patient));
    review.submit(&discard, &[]).await.assert_text("La bozza è stata scartata.");
    review.submit(FORM, &[]).await.assert_status(409).assert_text("Questa bozza non c’è più");
    assert_eq!(s.count_prescriptions().await, 0);
    s.review().await.assert_text("Nessun farmaco nella ricetta");
}
