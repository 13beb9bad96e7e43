//! Annulling: a reason, once, and why it was refused.

use super::*;

#[actix_web::test]
async fn annulled_with_a_reason() {
    let d = desk().await;
    let id = d.accepted().await;
    let form = d.outcome(id).await.browser.get(&paths::prescription_annul(id)).await;
    form.assert_text("Annullare la prescrizione?").assert_text("ZIMOX*12CPR 1G");
    let wrong = form.submit("dialog form", &[("motivo", "altro"), ("testo", " ")]).await;
    wrong.assert_status(422).assert_text("Scrivi il motivo in poche parole");
    let wrong = form.submit("dialog form", &[("motivo", ""), ("testo", "è partito")]).await;
    wrong.assert_status(422).assert_text("Scegli il motivo dell’annullamento").assert_text("è partito");
    assert!(wrong.attribute("dialog form", "novalidate").is_some(), "the browser's own words would come first");
    assert_eq!(d.state(id).await, State::Accepted);
    let done = wrong.submit("dialog form", &[("motivo", "doppia"), ("testo", "")]).await;
    done.assert_status(200).assert_text("La ricetta è annullata.").assert_text("Prescritta due volte");
    done.assert_no_text("Conferma per la stampa");
    assert_eq!(d.state(id).await, State::Annulled);
    // Nothing more to annul.
    d.browser.get(&paths::prescription_annul(id)).await.assert_text("ora è «Annullata»");
    assert_eq!(d.browser.get("/millelight/ricette?filtro=cancellate").await.all(".todo > li").len(), 1);
}

#[actix_web::test]
async fn a_double_click_and_two_devices_annul_once() {
    let d = desk().await;
    let id = d.accepted().await;
    let (first, second) = (d.browser.clone(), d.app.login("borghetto").await);
    let page = first.get(&paths::prescription_annul(id)).await;
    let elsewhere = second.get(&paths::prescription_annul(id)).await;
    let filled = [("motivo", "terapia")];
    let (a, b, c) = tokio::join!(
        page.submit("dialog form", &filled),
        page.submit("dialog form", &filled),
        elsewhere.submit("dialog form", &filled),
    );
    // Who comes second may look before the first has SAC's answer.
    for answer in [&a, &b, &c] {
        answer.assert_status(200);
        let said = answer.text();
        assert!(said.contains("Annullata") || said.contains("Annullamento in corso"), "{said}");
    }
    d.browser.get(&paths::prescription(id)).await.assert_text("Annullata");
    assert_eq!(d.passages(id, State::Annulling).await, 1);
    assert_eq!(d.app.simulator.engine.snapshot().calls[&Door::Annul], 1);
    // The same form with another reason is not the same form.
    let altered = page.submit("dialog form", &[("motivo", "doppia")]).await;
    altered.assert_status(409);
}

#[actix_web::test]
async fn refused_because_the_pharmacy_has_it() {
    let d = desk().await;
    let id = d.accepted().await;
    let nre: Option<String> =
        d.app.read(move |conn| Ok(prescriptions::table.find(id).select(prescriptions::nre).first(conn)?)).await;
    d.app.simulator.engine.set_state(&nre.unwrap(), 5).unwrap();
    let page = d.browser.get(&paths::prescription_annul(id)).await;
    page.submit("dialog form", &[("motivo", "terapia")]).await.assert_status(200);
    d.until(id, State::Accepted).await;
    let page = d.outcome(id).await;
    page.assert_text("Il SAC non ha annullato la ricetta.").assert_text("La ricetta resta valida.");
    page.assert_text("presa in carico da chi la eroga");
}

#[actix_web::test]
async fn an_old_page_annuls_nothing() {
    let d = desk().await;
    let id = d.accepted().await;
    let page = d.browser.get(&paths::prescription_annul(id)).await;
    let (action, mut fields) = page.filled("dialog form", &[("motivo", "terapia")]);
    fields.iter_mut().filter(|(name, _)| name == "revisione").for_each(|(_, value)| *value = "1".to_owned());
    let answer = d.browser.post(&action, &fields).await;
    answer.assert_text("Questa ricetta è già cambiata: ora è «Inviata».");
    assert_eq!((d.state(id).await, d.passages(id, State::Annulling).await), (State::Accepted, 0));
}
