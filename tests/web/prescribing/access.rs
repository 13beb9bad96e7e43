//! Who may do what: each address logged out, and with another doctor's patient, drug or prescription.

use diesel::prelude::*;
use millecloud::db::schema::{draft_items, prescriptions};
use millecloud::web::paths;

use super::*;

/// Every address of prescribing for one patient, drug and prescription; `true` where it is only posted to.
fn addresses(patient: i64, item: i64, prescription: i64) -> Vec<(String, bool)> {
    vec![
        (paths::draft(patient), false),
        (paths::draft_item(patient, item), false),
        (paths::draft(patient), true),
        (paths::draft_item(patient, item), true),
        (paths::draft_add(patient), true),
        (paths::draft_item_remove(patient, item), true),
        (paths::draft_discard(patient), true),
        (paths::draft_confirm(patient), true),
        (paths::therapies_repeat(patient), true),
        (paths::prescription_correct(prescription), true),
    ]
}

/// What the forms carry, all at once.
fn everything(csrf: &str) -> Vec<(String, String)> {
    let fields = [
        ("_csrf", csrf),
        ("aic", CRESTOR),
        ("pezzi", "1"),
        ("modo", "confezione"),
        ("visita", "A"),
        ("revisione", "1"),
        ("impronta", "x"),
        ("_chiave", "k"),
        ("ripeti", "1"),
    ];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// A surgery with a drug in the basket and a refused prescription; returns the two ids.
async fn with_rows() -> (Surgery, i64, i64) {
    let s = surgery().await;
    s.prescribe(ZIMOX, &[]).await.submit(FORM, &[]).await;
    let prescription: i64 = s
        .app
        .write(|conn| {
            diesel::update(prescriptions::table).set(prescriptions::state.eq("SCARTATA")).execute(conn)?;
            Ok(prescriptions::table.select(prescriptions::id).first(conn)?)
        })
        .await;
    s.pick(&[ZIMOX]).await;
    let item: i64 = s.app.read(|conn| Ok(draft_items::table.select(draft_items::id).first(conn)?)).await;
    (s, item, prescription)
}

#[actix_web::test]
async fn nobody_without_a_session() {
    let (s, item, prescription) = with_rows().await;
    let stranger = s.app.anonymous();
    let header = [("sec-fetch-site", "same-origin")];
    for (path, posted) in addresses(s.patient, item, prescription) {
        let answer = if posted {
            stranger.post_raw(&path, &everything("x"), &header).await
        } else {
            stranger.get_raw(&path).await
        };
        assert!(matches!(answer.status, 303 | 401 | 403), "{path}: {}", answer.status);
    }
    assert_eq!((s.count_prescriptions().await, s.count_drafts().await), (1, 1));
}

#[actix_web::test]
async fn another_doctors_patient_drug_and_prescription_are_not_there() {
    let (s, item, prescription) = with_rows().await;
    let other = s.app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    let own = add_patient(&s.app, other, "VERDI", "VRDCLD63E30L483E").await;
    let intruder = s.app.login("rossi").await;
    let csrf = intruder.get(&paths::draft(own)).await;
    let token = csrf.attribute("input[name=_csrf]", "value").unwrap();
    let header = [("sec-fetch-site", "same-origin")];
    for (path, posted) in addresses(s.patient, item, prescription) {
        let answer = if posted {
            intruder.post_raw(&path, &everything(&token), &header).await
        } else {
            intruder.get_raw(&path).await
        };
        answer.assert_status(404);
    }
    // One's own patient, somebody else's drug.
    for path in [paths::draft_item(own, item), paths::draft_item_remove(own, item)] {
        intruder.post_raw(&path, &everything(&token), &header).await.assert_status(404);
    }
    assert_eq!((s.count_prescriptions().await, s.count_drafts().await), (1, 1));
    s.review().await.assert_text("ZIMOX");
}

#[actix_web::test]
async fn a_post_without_its_token_does_nothing() {
    let (s, item, prescription) = with_rows().await;
    let header = [("sec-fetch-site", "same-origin")];
    for (path, _) in addresses(s.patient, item, prescription).into_iter().filter(|(_, posted)| *posted) {
        s.browser.post_raw(&path, &everything("x"), &header).await.assert_status(403);
    }
    assert_eq!((s.count_prescriptions().await, s.count_drafts().await), (1, 1));
}
