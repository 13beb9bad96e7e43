//! The doctor's side.

use super::*;

#[actix_web::test]
async fn nobody_is_enrolled_without_a_consent() {
    let s = surgery().await;
    let page = s.doctor.get(&paths::patient_millebook(s.patient)).await;
    page.assert_status(200).assert_text("Non arruolato");
    let refused = page.submit("main form[action$=millebook]", &[("consegna", "carta")]).await;
    refused.assert_status(422).assert_text("Senza il consenso del paziente non si può arruolare");
    let refused = page.submit("main form[action$=millebook]", &[("consenso", "true"), ("consegna", "email")]).await;
    refused.assert_status(422).assert_text("In anagrafica non c’è un indirizzo e-mail");
    let refused = page.submit("main form[action$=millebook]", &[("consenso", "true"), ("consegna", "piccione")]).await;
    refused.assert_status(422).assert_text("Scegli come dare il codice");
    s.doctor.get(&paths::patient_millebook(s.patient)).await.assert_text("Non arruolato").assert_no_text("STORIA");
}

#[actix_web::test]
async fn the_sheet_is_shown_once_and_the_code_is_kept_nowhere() {
    let s = surgery().await;
    let page = s.doctor.get(&paths::patient_millebook(s.patient)).await;
    let fields = [("consenso", "true"), ("consegna", "carta")];
    let sheet = page.submit("main form[action$=millebook]", &fields).await;
    let code = sheet.assert_status(200).assert_text("Claudio SACCAVINI").one(".nre");
    assert_eq!(sheet.header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(code.len(), 11, "{code}");
    let again = page.submit("main form[action$=millebook]", &fields).await;
    again.assert_text("si mostra una volta sola").assert_no_text(&code).assert_text("Da attivare");
    again.assert_text("Consenso registrato").assert_text("Codice stampato").assert_text("Dr. Paolo BORGHETTO");
    let plain = code.replace('-', "");
    for (table, rows) in s.app.content(&[]).await {
        assert!(!rows.contains(&plain) && !rows.contains(&code), "{table} holds the code");
    }
}

#[actix_web::test]
async fn a_mail_holds_the_code_and_nothing_of_the_patient() {
    let s = surgery().await;
    let patient = s.patient;
    s.app
        .write(move |conn| {
            let row = diesel::update(patients::table.find(patient));
            Ok(row.set(patients::email.eq("claudio@example.it")).execute(conn)?)
        })
        .await;
    let page = s.doctor.get(&paths::patient_millebook(s.patient)).await;
    let done = page.submit("main form[action$=millebook]", &[("consenso", "true"), ("consegna", "email")]).await;
    done.assert_text("Il codice è in partenza per e-mail").assert_text("Codice mandato a claudio@example.it");
    let mut mails = Vec::new();
    for _ in 0..200 {
        mails = s.app.mailbox.sent();
        if !mails.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mail = mails.first().expect("no mail");
    assert_eq!(mail.to, "claudio@example.it");
    for text in [&mail.text, &mail.html, &mail.subject] {
        for word in ["SACCAVINI", "Claudio", CODE, "BORGHETTO", "ZIMOX", "ricett"] {
            assert!(!text.contains(word), "the mail says {word}");
        }
    }
    assert!(mail.text.contains("/millebook/attiva") && mail.html.contains("/millebook/attiva"));
    let code = mail.text.lines().find(|line| line.len() == 11 && line.contains('-')).unwrap().to_owned();
    s.activated(&code).await;
    s.doctor.get(&paths::patient_millebook(s.patient)).await.assert_text("Attivo").assert_text("il paziente");
}

#[actix_web::test]
async fn consent_taken_back_hides_everything_at_once() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    patient.get(&paths::millebook_prescription(id)).await.assert_status(200).assert_text("Mostra in farmacia");
    let ask = s.doctor.get(&paths::patient_millebook_withdraw(s.patient)).await;
    let done = ask.submit("dialog form", &[]).await;
    done.assert_status(200).assert_text("Consenso revocato").assert_text("Arruola il paziente");
    for address in [paths::millebook(), paths::millebook_prescription(id), paths::millebook_reminder(id)] {
        let out = patient.get_raw(&address).await;
        assert_eq!(out.status, 303, "{address}");
        assert!(out.header("location").unwrap().starts_with("/millebook/accedi"), "{address}");
    }
    sign_in(&s.app, CODE, CHOSEN).await.1.assert_status(422).assert_text("Username o password non corretti");
    // Asked twice it is the same, and there is nothing left to ask.
    ask.submit("dialog form", &[]).await.assert_text("Il consenso era già revocato");
    s.doctor.get(&paths::patient_millebook_withdraw(s.patient)).await.assert_no_text("Revocare il consenso?");
    // A new consent and a new code: the former password opens nothing by itself.
    let code = s.code().await;
    pass(&s.app, TimeDelta::seconds(3));
    sign_in(&s.app, CODE, CHOSEN).await.1.assert_status(422);
    s.activated(&code).await.get(&paths::millebook_prescription(id)).await.assert_status(200);
}

#[actix_web::test]
async fn a_withdrawal_at_one_doctor_leaves_the_other() {
    let s = surgery().await;
    let (rossi, rossi_id, rossi_patient, hers) = s.second_archive().await;
    s.enrolled().await;
    let mine = s.published().await;
    let code = code_of(&rossi, rossi_patient).await;
    publish_for(&s.app, rossi_id, hers).await;
    let born = born(&s.app, rossi_patient).await;
    let patient = s.app.anonymous();
    let joined = claim(&patient, &code, CODE, &born).await;
    joined.assert_text("hai già un account Millebook");
    joined.submit("form:has([name=passo][value=attuale])", &[("password_attuale", CHOSEN)]).await.assert_status(200);
    patient.get(&paths::millebook_prescription(hers)).await.assert_status(200);
    let ask = s.doctor.get(&paths::patient_millebook_withdraw(s.patient)).await;
    ask.submit("dialog form", &[]).await.assert_status(200);
    let (patient, list) = sign_in(&s.app, CODE, CHOSEN).await;
    list.assert_status(200);
    assert_eq!(list.all(".mbcard").len(), 1);
    patient.get(&paths::millebook_prescription(mine)).await.assert_status(404);
    patient.get(&paths::millebook_reminder(mine)).await.assert_status(404);
    patient.get(&paths::millebook_prescription(hers)).await.assert_status(200);
}

#[actix_web::test]
async fn a_collaborator_enrols_for_the_doctor() {
    let s = surgery().await;
    s.app.add_collaborator("segreti", &[s.id]).await;
    let maria = s.app.login("segreti").await;
    maria.get("/millelight/medici").await.assert_status(200);
    let code = code_of(&maria, s.patient).await;
    s.activated(&code).await;
    s.doctor.get(&paths::patient_millebook(s.patient)).await.assert_text("Maria SEGRETI");
}
