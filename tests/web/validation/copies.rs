//! What was refused, corrected and sent again: the reason stays in sight, and nothing is copied twice.

use sac_simulator::{Door, Fault, FaultPlan};

use super::*;

#[actix_web::test]
async fn the_doctors_reason_stays_until_the_copy_is_sent_and_then_there_is_nothing_to_copy() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let asked = office.doctor.get(&paths::pending_decline(id)).await;
    asked.submit("dialog form", &[("motivo", "quantita")]).await;
    let list = office.sent("annullate").await;
    let form = format!("form[action='{}']", paths::sent_copy(id));
    let basket = list.submit(&form, &[]).await;
    basket.assert_text("Il medico l’aveva annullata").assert_text("Quantità da rivedere");
    let item = basket.follow(".rx__item a[href*='/ricetta/farmaci/']").await;
    item.assert_text("Il medico l’aveva annullata").assert_text("Quantità da rivedere");
    // Copied and not yet sent, it can still be asked for: the basket is the same.
    assert_eq!(office.sent("annullate").await.all(&form).len(), 1);
    office.maria.get(&paths::draft(office.patient)).await.submit(FORM, &[]).await.assert_text("inviata al cloud");
    let after = office.sent("annullate").await;
    after.assert_text("Copiata e inviata di nuovo");
    assert!(after.all(&form).is_empty(), "nothing to copy any more");
    let late = list.submit(&form, &[]).await;
    assert_eq!(late.path, paths::sent());
    late.assert_text("è cambiata mentre la guardavi");
    office.maria.get(&paths::draft(office.patient)).await.assert_no_text("ZIMOX*12CPR 1G");
    // A basket that was never refused says nothing of the kind.
    office.basket(&[]).await.assert_no_text("l’aveva annullata");
}

#[actix_web::test]
async fn sacs_reason_stays_on_the_page_where_the_doctor_corrects() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let fault = Fault::Refuse { code: "1037".into() };
    let plan = FaultPlan { service: Some(Door::Send), next: Some(1), probability: None, fault };
    office.app.simulator.engine.plan_fault(plan);
    let list = office.pending().await;
    let outcome = office.send(&list, id).await;
    outcome.assert_text("Il SAC ha rifiutato la ricetta.");
    let reason = outcome.one("dialog .msg--err li");
    let basket = outcome.submit(&format!("dialog form[action='{}']", paths::prescription_correct(id)), &[]).await;
    basket.assert_text("Il SAC l’aveva rifiutata");
    assert!(basket.text().contains(reason.split('(').next().unwrap().trim()), "{reason}");
}

#[actix_web::test]
async fn after_one_invia_the_way_leads_back_to_the_list() {
    let office = office().await;
    let ids = office.prepare(2).await;
    let list = office.pending().await;
    let outcome = office.send(&list, ids[0]).await;
    assert_eq!(outcome.links("dialog .dlg__foot a"), [paths::pending()]);
    outcome.assert_text("Torna all’elenco");
}

#[actix_web::test]
async fn doubles_are_counted_in_the_question_of_invia_tutti_and_said_on_each_row() {
    let office = office().await;
    office.prepare(2).await;
    office.pending().await.assert_text("Doppia: la stessa confezione aspetta anche in un’altra ricetta");
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    asked.assert_text("In 2 c’è un farmaco che il paziente ha già in un’altra ricetta");
    assert!(!asked.body.contains("c’è qualcosa da guardare prima"), "a double is counted once");
    assert_eq!(asked.body.matches("Doppia: la stessa confezione").count(), 4, "on the rows below and in the question");
}
