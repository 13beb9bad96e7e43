//! What the patient sees.

use promemoria::code39;

use super::*;

#[actix_web::test]
async fn only_what_is_published_is_there() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    patient.get(&paths::millebook()).await.assert_text("Nessuna ricetta da ritirare");
    let kept = s.accepted().await;
    let id = s.published().await;
    let list = patient.get(&paths::millebook()).await;
    list.assert_text("Hai una ricetta da ritirare").assert_text("ZIMOX*12CPR 1G").assert_text("Da ritirare");
    assert_eq!(list.all(".mbcard").len(), 1);
    patient.get(&paths::millebook_prescription(kept)).await.assert_status(404);
    patient.get(&paths::millebook_reminder(kept)).await.assert_status(404);
    let page = list.follow(".mbcard a.btn").await;
    page.assert_status(200).assert_text("Mostra in farmacia").assert_no_text("INFLUENZA");
    let nre: Option<String> =
        s.app.read(move |conn| Ok(prescriptions::table.find(id).select(prescriptions::nre).first(conn)?)).await;
    let nre = nre.unwrap();
    let printed: Vec<String> = page.all(".scan b").iter().map(|text| text.replace(' ', "")).collect();
    assert_eq!(printed, [&nre[..5], &nre[5..], CODE]);
    let widths: Vec<u16> = printed.iter().map(|text| code39::encode(text).unwrap().width).collect();
    let drawn = page.attribute(".scan svg", "viewbox").or_else(|| page.attribute(".scan svg", "viewBox")).unwrap();
    assert_eq!(drawn, format!("0 0 {} 40", widths[0] + 20), "with the white that readers want");
    let code: String = page.one(".kv .code").split(' ').collect();
    assert_eq!(code.len(), 30);
}

#[actix_web::test]
async fn the_paper_is_the_promemoria() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    let pdf = patient.get(&paths::millebook_reminder(id)).await;
    assert_eq!((pdf.status, pdf.header("content-type").as_deref()), (200, Some("application/pdf")));
    assert!(pdf.body.starts_with("%PDF") && pdf.header("cache-control").as_deref() == Some("no-store"));
    assert_eq!(pdf.header("content-disposition").as_deref(), Some("attachment; filename=\"promemoria.pdf\""));
}

#[actix_web::test]
async fn the_patient_sees_who_looked() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    s.doctor.get(&paths::prescription(id)).await.assert_status(200);
    s.doctor.get(&paths::prescription(id)).await.assert_status(200);
    patient.get(&paths::millebook_reminder(id)).await;
    let page = patient.get(&paths::millebook_prescription(id)).await;
    let looks = page.all("section:has(#t-visto) li").join("; ");
    assert!(looks.contains("Tu hai aperto la ricetta"), "{looks}");
    assert!(looks.contains("Tu hai scaricato il promemoria"), "{looks}");
    assert!(looks.contains("Dr. Paolo BORGHETTO ha aperto la ricetta") && looks.contains("2 volte"), "{looks}");
    // What is not there is not looked at.
    let before = s.app.content(&[]).await["accesses"].lines().count();
    s.doctor.get(&paths::prescription(999_999)).await.assert_status(404);
    patient.get(&paths::millebook_prescription(999_999)).await.assert_status(404);
    assert_eq!(s.app.content(&[]).await["accesses"].lines().count(), before);
}

#[actix_web::test]
async fn annulled_says_so_at_once_and_shows_no_code() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    s.set_state(id, State::Annulling).await;
    patient.get(&paths::millebook()).await.assert_text("In annullamento: non usarla");
    let page = patient.get(&paths::millebook_prescription(id)).await;
    page.assert_text("Il medico la sta annullando: non usarla");
    assert!(page.all(".scan").is_empty());
    s.set_state(id, State::Accepted).await;
    let form = s.doctor.get(&paths::prescription_annul(id)).await;
    form.submit("dialog form", &[("motivo", "doppia"), ("testo", "")]).await;
    s.app.until_settled().await;
    let list = patient.get(&paths::millebook()).await;
    list.assert_text("Annullata dal medico: non usarla").assert_no_text("Mostra in farmacia");
    let page = patient.get(&paths::millebook_prescription(id)).await;
    page.assert_status(200).assert_text("Annullata dal medico: non usarla").assert_no_text("Scarica promemoria");
    assert!(page.all(".scan").is_empty() && page.all(".kv .code").is_empty());
    patient.get(&paths::millebook_reminder(id)).await.assert_status(409).assert_text("annullata dal medico");
}

/// R13, for the patient's own channel.
#[actix_web::test]
async fn in_a_wrong_state_there_is_nothing_to_show_at_the_counter() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        s.set_state(id, *state).await;
        patient.get(&paths::millebook()).await.assert_no_text("Mostra in farmacia");
        let page = patient.get(&paths::millebook_prescription(id)).await;
        assert!(page.all(".scan").is_empty() && page.all(".kv .code").is_empty(), "{state:?}: {}", page.text());
        let paper = patient.get(&paths::millebook_reminder(id)).await;
        assert!([404, 409].contains(&paper.status), "{state:?}: {}", paper.status);
    }
    s.set_state(id, State::Accepted).await;
    patient.get(&paths::millebook_reminder(id)).await.assert_status(200);
}

#[actix_web::test]
async fn after_thirty_days_it_has_expired() {
    let s = surgery().await;
    s.enrolled().await;
    let id = s.published().await;
    pass(&s.app, TimeDelta::days(28));
    let (_, list) = sign_in(&s.app, CODE, CHOSEN).await;
    list.assert_text("Scade tra 2 giorni");
    pass(&s.app, TimeDelta::days(3));
    let (patient, list) = sign_in(&s.app, CODE, CHOSEN).await;
    list.assert_text("Scaduta").assert_no_text("Mostra in farmacia");
    let page = patient.get(&paths::millebook_prescription(id)).await;
    page.assert_text("chiedi una nuova ricetta");
    assert!(page.all(".scan").is_empty());
    patient.get(&paths::millebook_reminder(id)).await.assert_status(409).assert_text("scaduta");
}

/// R55: nothing tells that something is hidden.
#[actix_web::test]
async fn hidden_and_not_hidden_look_the_same() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    let plain = patient.get(&paths::millebook()).await.one("main");
    let page = patient.get(&paths::millebook_prescription(id)).await.one("main .page__head");
    s.app
        .write(move |conn| {
            Ok(diesel::update(prescriptions::table.find(id)).set(prescriptions::hide_data.eq(true)).execute(conn)?)
        })
        .await;
    assert_eq!(patient.get(&paths::millebook()).await.one("main"), plain);
    let hidden = patient.get(&paths::millebook_prescription(id)).await;
    assert_eq!(hidden.one("main .page__head"), page);
    hidden.assert_no_text("oscura").assert_no_text("Oscura");
}

#[actix_web::test]
async fn a_patient_written_under_another_code_is_somebody_else() {
    let s = surgery().await;
    let patient = s.enrolled().await;
    let id = s.published().await;
    let row = s.patient;
    s.app
        .write(move |conn| {
            let row = diesel::update(patients::table.find(row));
            Ok(row.set(patients::fiscal_code.eq("RSSMRA70A01H501S")).execute(conn)?)
        })
        .await;
    patient.get(&paths::millebook()).await.assert_text("Nessuna ricetta");
    patient.get(&paths::millebook_prescription(id)).await.assert_status(404);
}
