//! The main road: pick, complete, review, send; repeat and correct.

use diesel::prelude::*;
use millecloud::db::schema::{prescription_items, prescriptions, safety_answers, therapies};
use millecloud::web::paths;
use sac_simulator::{Door, Fault, FaultPlan};

use super::*;

#[actix_web::test]
async fn one_drug_from_the_formulary_to_the_code() {
    let s = surgery().await;
    s.add_allergy("Penicilline", "J01C").await;
    let data = s.pick(&[ZIMOX]).await;
    data.assert_status(200).assert_text("Dati prescrizione").assert_text("ZIMOX*12CPR 1G");
    data.assert_text("Allergia registrata: Penicilline.").assert_text("Al massimo 2 confezioni per ricetta");
    let filled = [("posologia", "personale"), ("testo_posologia", "1 compressa mattina e sera")];
    let review = data.submit(FORM, &filled).await;
    review.assert_text("RICETTA 1 · FARMACI").assert_text("NON ESENTE").assert_text("1 compressa mattina e sera");
    review.assert_text("QTA 1").assert_text("€ 4,90, di cui € 1,63 a carico dell’assistito");
    review.assert_text("Invia 1 ricetta").assert_text("Allergia registrata: Penicilline.");
    // An allergy stops it until the doctor says that it was seen, and why it is prescribed all the same.
    let refused = review.submit(FORM, &[("visita", "D")]).await;
    refused.assert_status(422).assert_text("c’è un’allergia da confermare").assert_text("non revisionate");
    assert_eq!(s.count_prescriptions().await, 0);
    let tick = refused.attribute("input[name^=visto-]", "name").unwrap();
    let seal = refused.attribute("input[name^=visto-]", "value").unwrap();
    let reason = tick.replace("visto-", "perche-");
    let unsaid = refused.submit(FORM, &[("visita", "D"), (&tick, &seal)]).await;
    unsaid.assert_status(422).assert_text("Scegli il motivo");
    assert_eq!(unsaid.attribute("input[name^=visto-]", "checked").as_deref(), Some(""), "the tick stays");
    assert_eq!(s.count_prescriptions().await, 0);
    let answered = [("visita", "D"), (tick.as_str(), seal.as_str()), (reason.as_str(), "tollerato")];
    let outcome = unsaid.submit(FORM, &answered).await;
    outcome.assert_status(200).assert_text("La prescrizione è stata processata");
    assert!(outcome.path.ends_with("/esito"), "{}", outcome.path);
    let kept: (String, String) = s
        .app
        .read(|conn| {
            Ok(safety_answers::table.select((safety_answers::subject, safety_answers::reason_code)).first(conn)?)
        })
        .await;
    assert_eq!(kept, ("Penicilline".to_owned(), "tollerato".to_owned()));
    let state: (String, String, String) = s
        .app
        .read(|conn| {
            let row = (prescriptions::state, prescriptions::visit_kind, prescriptions::auth_code);
            Ok(prescriptions::table.select(row).first(conn)?)
        })
        .await;
    assert_eq!((state.0.as_str(), state.1.as_str(), state.2.len()), ("ACCETTATA", "D", 30));
    assert_eq!(s.count_drafts().await, 0);
    s.browser.get(&paths::record(s.patient)).await.assert_text("ZIMOX*12CPR 1G");
    // The posology is the doctor's own from now on.
    s.pick(&[ZIMOX]).await.assert_text("1 compressa mattina e sera");
}

#[actix_web::test]
async fn two_drugs_one_at_a_time() {
    let s = surgery().await;
    let first = s.pick(&[ZIMOX, CRESTOR]).await;
    first.assert_text("Farmaco 1 di 2");
    let second = first.submit(FORM, &[]).await;
    second.assert_text("Farmaco 2 di 2").assert_text("CRESTOR*28CPR RIV 10MG").assert_text("esiste la nota 13");
    let review = second.submit(FORM, &[]).await;
    review.assert_text("Nota 13").assert_text("Invia 1 ricetta");
    assert_eq!(review.all(".rx__item").len(), 2);
    let formulary = s.browser.get(&paths::patient_formulary(s.patient)).await;
    formulary.assert_text("2 farmaci già nella ricetta");
    review.submit(FORM, &[]).await.assert_text("processata");
    assert_eq!(s.count_prescriptions().await, 1);
}

#[actix_web::test]
async fn the_exemption_is_computed_from_problem_and_drug() {
    let s = surgery().await;
    s.add_exemption("013", None).await;
    let diabetes = s.add_problem("250", "DIABETE MELLITO").await.to_string();
    let data = s.pick(&[METFORMIN]).await;
    data.assert_text("vale solo per la sua malattia");
    // The button only works it out: nothing is kept, what was typed stays.
    let typed = [("problema", diabetes.as_str()), ("pezzi", "3"), ("azione", "calcola")];
    let computed = data.submit(FORM, &typed).await;
    computed.assert_status(200).assert_text("comprende il problema DIABETE MELLITO");
    computed.assert_text("Al massimo 3 confezioni per ricetta");
    assert_eq!(computed.attribute("#pezzi", "value").as_deref(), Some("3"));
    let review = computed.submit(FORM, &[]).await;
    review.assert_text("comprende il problema DIABETE MELLITO (250)").assert_text("QTA 3");
    review.submit(FORM, &[]).await.assert_text("processata");
    let sent: (String, String) = s
        .app
        .read(|conn| {
            Ok(prescriptions::table
                .select((prescriptions::exemption_code, prescriptions::diagnosis_code))
                .first(conn)?)
        })
        .await;
    assert_eq!(sent, ("013".to_owned(), "250".to_owned()));
}

#[actix_web::test]
async fn what_was_sent_in_part_is_not_shown_as_refused() {
    let s = surgery().await;
    let fault = Fault::Refuse { code: "1037".into() };
    s.app.simulator.engine.plan_fault(FaultPlan::once(Door::Send, fault));
    s.prescribe(ZIMOX, &[("pezzi", "5")]).await.submit(FORM, &[]).await.assert_status(200);
    s.app.until_settled().await;
    let record = s.browser.get(&paths::record(s.patient)).await;
    record.assert_text("ZIMOX*12CPR 1G - N° 5").assert_text("2 ricette inviate su 3").assert_no_text("Errore SAC");
    // What is corrected stands beside it: the packs that were sent stay written.
    let (refused, pieces): (i64, i64) = s
        .app
        .read(|conn| {
            let rows = prescriptions::table.inner_join(prescription_items::table);
            let row = (prescriptions::id, prescription_items::pieces);
            Ok(rows.filter(prescriptions::state.eq("SCARTATA")).select(row).first(conn)?)
        })
        .await;
    let page = s.browser.get(&paths::prescription(refused)).await;
    let again = page.submit(&format!("form[action='{}']", paths::prescription_correct(refused)), &[]).await;
    again.submit(FORM, &[]).await.assert_text("processata");
    let record = s.browser.get(&paths::record(s.patient)).await;
    record
        .assert_text("ZIMOX*12CPR 1G - N° 5")
        .assert_text(&format!("ZIMOX*12CPR 1G - N° {pieces}"))
        .assert_text("Inviata");
}

#[actix_web::test]
async fn several_prescriptions_are_split_and_explained() {
    let s = surgery().await;
    let review = s.prescribe(ZIMOX, &[("pezzi", "5")]).await;
    review
        .assert_text("Tre ricette")
        .assert_text("Al massimo 2 confezioni per ricetta.")
        .assert_text("Invia 3 ricette");
    let list = review.submit(FORM, &[]).await;
    list.assert_status(200);
    let packs: Vec<i64> = s
        .app
        .read(|conn| {
            let rows = prescription_items::table.order(prescription_items::id);
            Ok(rows.select(prescription_items::pieces).load(conn)?)
        })
        .await;
    assert_eq!(packs, [2, 2, 1]);
    let accepted: i64 = s
        .app
        .read(|conn| Ok(prescriptions::table.filter(prescriptions::state.eq("ACCETTATA")).count().get_result(conn)?))
        .await;
    assert_eq!(accepted, 3);
}

#[actix_web::test]
async fn a_draft_outlives_the_browser_and_the_session() {
    let s = surgery().await;
    let review = s.prescribe(ZIMOX, &[("pezzi", "2"), ("continuativo", "true")]).await;
    let (_, fields) = review.filled(FORM, &[("visita", "D"), ("oscura", "true")]);
    let record = s.browser.post(&paths::draft(s.patient), &fields).await;
    record.assert_text("La bozza è salva.");
    let elsewhere = s.app.login("borghetto").await;
    let again = elsewhere.get(&paths::draft(s.patient)).await;
    again.assert_text("QTA 2").assert_text("Continuativo");
    assert!(again.attribute("input[name=visita][value=D]", "checked").is_some());
    assert!(again.attribute("input[name=oscura]", "checked").is_some());
    // Modify, then take out.
    let edit = again.follow(".rx__item a").await;
    assert_eq!(edit.attribute("#pezzi", "value").as_deref(), Some("2"));
    edit.submit(FORM, &[("pezzi", "1")]).await.assert_text("QTA 1");
    again.submit("form[id^=togli]", &[]).await.assert_text("Nessun farmaco nella ricetta");
    assert_eq!(s.count_drafts().await, 0);
}

#[actix_web::test]
async fn ticked_therapies_go_straight_to_the_review() {
    let s = surgery().await;
    s.prescribe(ZIMOX, &[("pezzi", "2"), ("posologia", "personale"), ("testo_posologia", "1 la sera")]).await;
    s.review().await.submit(FORM, &[]).await.assert_text("processata");
    let therapy: i64 = s.app.read(|conn| Ok(therapies::table.select(therapies::id).first(conn)?)).await;
    let record = s.browser.get(&paths::record(s.patient)).await;
    let review = record.submit("form.ther", &[("ripeti", &therapy.to_string())]).await;
    review.assert_text("Riepilogo prescrizione").assert_text("1 la sera").assert_text("QTA 2").assert_text("Invia 1");
    review.submit(FORM, &[]).await.assert_text("processata");
    assert_eq!(s.count_prescriptions().await, 2);
}

#[actix_web::test]
async fn a_refused_prescription_is_corrected_and_sent_again() {
    let s = surgery().await;
    s.prescribe(ZIMOX, &[]).await.submit(FORM, &[]).await;
    let id: i64 = s
        .app
        .write(|conn| {
            diesel::update(prescriptions::table)
                .set((prescriptions::state.eq("SCARTATA"), prescriptions::auth_code.eq("")))
                .execute(conn)?;
            Ok(prescriptions::table.select(prescriptions::id).first(conn)?)
        })
        .await;
    let sheet = s.browser.get(&paths::prescription(id)).await;
    let form = format!("form[action=\"{}\"]", paths::prescription_correct(id));
    let review = sheet.submit(&form, &[]).await;
    review.assert_text("Riepilogo prescrizione").assert_text("ZIMOX*12CPR 1G");
    review.submit(FORM, &[]).await.assert_text("processata");
    let copied: Vec<Option<i64>> = s
        .app
        .read(|conn| Ok(prescriptions::table.order(prescriptions::id).select(prescriptions::copied_from).load(conn)?))
        .await;
    assert_eq!(copied, [None, Some(id)]);
    // The page it came from is old now.
    sheet.submit(&form, &[]).await.assert_status(409);
}
