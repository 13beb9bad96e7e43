//! The collaborator's side: from the formulary to the cloud, the news, taking back, copying.

use millecloud::db::schema::{drafts, prescription_events};

use super::*;

#[actix_web::test]
async fn a_basket_goes_to_the_doctor_and_not_to_sac() {
    let office = office().await;
    let review = office.basket(&[("posologia", "personale"), ("testo_posologia", "1 al giorno")]).await;
    review.assert_text("Invia al cloud").assert_no_text("Sessione SAR").assert_no_text("NRE disponibili");
    let sent = review.submit(FORM, &[]).await;
    sent.assert_text("La ricetta è stata inviata al cloud.").assert_text("Da convalidare").assert_text("1 al giorno");
    assert_eq!(sent.path, paths::sent());
    let again = review.submit(FORM, &[]).await;
    assert_eq!(again.path, paths::sent());
    let rows: Vec<(State, i64)> = office
        .app
        .read(|conn| Ok(prescriptions::table.select((prescriptions::state, prescriptions::author_id)).load(conn)?))
        .await;
    assert_eq!(rows, [(State::Pending, office.maria_id)]);
    assert_eq!(office.counters().await, ["1", "0", "0", "0"]);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let id: i64 = office.app.read(|conn| Ok(prescriptions::table.select(prescriptions::id).first(conn)?)).await;
    assert_eq!(office.state(id).await, State::Pending, "no runner takes what no doctor has confirmed");
}

#[actix_web::test]
async fn news_is_offered_until_it_is_taken() {
    let office = office().await;
    let ids = office.prepare(2).await;
    let list = office.pending().await;
    office.send(&list, ids[0]).await.assert_text("processata");
    assert_eq!(office.counters().await, ["1", "1", "0", "0"]);
    let bell = office.maria.get(&paths::patients()).await;
    assert_eq!(bell.one("#campanella .tool__count"), "1");
    assert_eq!(office.maria.get(&paths::sent_count()).await.body, "{\"n\":1,\"rifiutate\":0}");
    let page = office.sent("convalidate").await;
    page.assert_text("Convalidata").assert_text("Novità");
    assert_eq!(page.all(".code--long").len(), 1, "the code is for whoever prints");
    for path in [paths::delivery_print(), paths::delivery_mail(), paths::delivery_nre()] {
        let to = paths::about(&path, &[ids[0]]);
        assert_eq!(page.links(&format!(".todo a[href='{to}']")).len(), 1, "offered where it is validated");
        office.maria.get(&to).await.assert_status(200).assert_text("ZIMOX*12CPR 1G");
    }
    assert!(office.sent("attesa").await.links(".todo a[href*='/consegne/']").is_empty(), "not before it is");
    let taken = page.submit("form.cloudbar", &[]).await;
    taken.assert_text("Scaricata una ricetta.").assert_no_text("Novità");
    assert_eq!(office.counters().await, ["1", "0", "0", "0"]);
    page.submit("form.cloudbar", &[]).await.assert_text("Non c’era nulla di nuovo");
}

#[actix_web::test]
async fn one_is_taken_back_and_sent_again() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let page = office.sent("attesa").await;
    let form = format!("form[action='{}']", paths::sent_withdraw(id));
    let basket = page.submit(&form, &[]).await;
    basket.assert_text("La ricetta è stata ritirata.").assert_text("ZIMOX*12CPR 1G").assert_text("Invia al cloud");
    assert_eq!((basket.path.clone(), office.state(id).await), (paths::draft(office.patient), State::Draft));
    office.pending().await.assert_text("Nessuna prescrizione da validare");
    page.submit(&form, &[]).await.assert_text("è cambiata mentre la guardavi");
    let passages: i64 = office.app.read(|conn| Ok(prescription_events::table.count().get_result(conn)?)).await;
    assert_eq!(passages, 2, "sent and taken back, once");
}

#[actix_web::test]
async fn a_refused_one_is_copied_once() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let asked = office.doctor.get(&paths::pending_decline(id)).await;
    asked.submit("dialog form", &[("motivo", "quantita")]).await;
    let page = office.sent("annullate").await;
    page.assert_text("Quantità da rivedere");
    let form = format!("form[action='{}']", paths::sent_copy(id));
    for _ in 0..2 {
        let basket = page.submit(&form, &[]).await;
        assert_eq!(basket.path, paths::draft(office.patient));
        assert_eq!(basket.all(".rx__item .row__t").len(), 1, "asked twice, it is there once");
    }
    let sent = office.maria.get(&paths::draft(office.patient)).await.submit(FORM, &[]).await;
    sent.assert_text("inviata al cloud");
    let drafts_left: i64 = office.app.read(|conn| Ok(drafts::table.count().get_result(conn)?)).await;
    assert_eq!(drafts_left, 0);
    office.pending().await.assert_text("Preparata di nuovo");
    assert_eq!(office.state(id).await, State::Declined, "what was refused stays refused");
}

#[actix_web::test]
async fn another_collaborators_prescriptions_are_not_there() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    office.app.add_collaborator("anna", &[office.doctor_id]).await;
    let anna = office.app.login("anna").await;
    let page = anna.get(&paths::sent()).await;
    page.assert_text("Nessuna ricetta in attesa");
    let token = ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap());
    for path in [paths::sent_withdraw(id), paths::sent_copy(id), paths::sent_withdraw(999_999)] {
        let fields = [token.clone(), ("revisione".to_owned(), "1".to_owned())];
        anna.post_raw(&path, &fields, &[("sec-fetch-site", "same-origin")]).await.assert_status(404);
    }
    let fields = [token, ("vista".to_owned(), format!("{id}-IN_ATTESA"))];
    anna.post(&paths::sent_take(), &fields).await.assert_text("Non c’era nulla di nuovo");
    assert_eq!(office.counters().await, ["1", "0", "0", "0"]);
}

#[actix_web::test]
async fn the_studio_keeps_registry_and_exemptions_and_only_reads_the_rest() {
    let office = office().await;
    let exemptions = office.maria.get(&paths::exemptions(office.patient)).await;
    let saved = exemptions.submit("#modulo", &[("code", "013"), ("description", "Diabete")]).await;
    saved.assert_status(200).assert_text("013");
    office.maria.get(&paths::patient_edit(office.patient)).await.assert_status(200);
    let record = office.maria.get(&paths::record(office.patient)).await;
    record
        .assert_status(200)
        .assert_text("Nuovo farmaco")
        .assert_no_text("Scrivi nel diario")
        .assert_no_text("Aggiungi problema");
    let token = ("_csrf".to_owned(), record.attribute("input[name=_csrf]", "value").unwrap());
    let fields = [
        token,
        ("_chiave".to_owned(), "k".to_owned()),
        ("body".to_owned(), "x".to_owned()),
        ("vista".to_owned(), String::new()),
    ];
    let refused =
        office.maria.post_raw(&paths::diary_new(office.patient), &fields, &[("sec-fetch-site", "same-origin")]).await;
    refused.assert_status(403);
    office.maria.get(&paths::allergies(office.patient)).await.assert_status(200).assert_no_text("Nuova allergia");
}
