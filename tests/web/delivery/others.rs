//! Print, portal, the number alone, annulment.

use super::*;

#[actix_web::test]
async fn printed_once_or_many_times_it_is_the_same_and_counted() {
    let c = counter().await;
    let list = c.browser.get("/millelight/consegne").await;
    list.assert_text("In attesa di stampa").assert_text("INVIATA AL PROGETTO DEMAT VENETO");
    list.assert_text("ZIMOX*12CPR 1G QTA: 1");
    let page = c.browser.get(&paths::about(&paths::delivery_print(), &[c.id])).await;
    page.assert_text("In attesa di stampa - INVIATA AL PROGETTO DEMAT VENETO");
    let first = page.submit("main form", &[]).await;
    assert_eq!(first.header("content-type").as_deref(), Some("application/pdf"));
    assert!(first.body.starts_with("%PDF"));
    // The same form again gives the same file and counts nothing.
    let again = page.submit("main form", &[]).await;
    assert!(again.body == first.body);
    assert_eq!(c.channel(c.id, Channel::Print).await.unwrap().4, 1);
    let page = c.browser.get(&paths::about(&paths::delivery_print(), &[c.id])).await;
    let reprint = page.assert_text("Già stampata una volta").submit("main form", &[]).await;
    assert!(reprint.body == first.body, "a reprint is the same to the byte");
    let print = c.channel(c.id, Channel::Print).await.unwrap();
    assert_eq!((print.1, print.4), (DeliveryState::Delivered, 2));
    c.browser.get("/millelight/consegne?vista=fatte").await.assert_text("stampata 2 volte");
}

#[actix_web::test]
async fn many_on_few_sheets() {
    let c = counter().await;
    let mut ids = c.more(2).await;
    ids.push(c.id);
    let list = c.browser.get("/millelight/consegne").await;
    assert_eq!(list.all("input[name=ricetta]").len(), 3);
    let token = c.token().await;
    let mut fields = vec![token, ("_chiave".to_owned(), "k".to_owned())];
    fields.extend(ids.iter().map(|id| ("ricetta".to_owned(), id.to_string())));
    let file = c.browser.post(&paths::delivery_print(), &fields).await;
    file.assert_status(200);
    assert!(file.body.starts_with("%PDF"));
    for id in ids {
        assert_eq!(c.channel(id, Channel::Print).await.unwrap().4, 1);
    }
}

#[actix_web::test]
async fn confirmed_for_print_it_waits_at_the_surgery() {
    let c = counter().await;
    let outcome = c.browser.get(&paths::prescription_outcome(c.id)).await;
    let landed = outcome.submit("dialog form[action$=stampa-dopo]", &[]).await;
    assert_eq!(landed.path, paths::record(c.patient));
    landed.assert_text("Ricetta confermata").assert_text("In attesa di stampa - INVIATA AL PROGETTO DEMAT VENETO");
    assert_eq!(c.channel(c.id, Channel::Print).await.unwrap().1, DeliveryState::Requested);
}

#[actix_web::test]
async fn the_portal_is_for_who_is_enrolled() {
    let c = counter().await;
    let outcome = c.browser.get(&paths::prescription_outcome(c.id)).await;
    outcome.assert_text("Il paziente non è arruolato");
    let enrol = paths::patient_millebook(c.patient);
    assert_eq!(outcome.links(&format!("dialog a[href='{enrol}']")).len(), 1, "the reason and what to do");
    for page in [paths::prescription(c.id), paths::about(&paths::delivery_print(), &[c.id])] {
        let page = c.browser.get(&page).await;
        page.assert_text("Millebook: il paziente non è arruolato. Arruola il paziente");
    }
    assert!(!outcome.actions().iter().any(|to| *to == paths::delivery_book()), "disabled, not a button");
    let fields = [c.token().await, ("_chiave".into(), "k".into()), ("ricette".into(), c.id.to_string())];
    c.browser.post(&paths::delivery_book(), &fields).await.assert_status(409).assert_text("non è arruolato");
    c.enrol().await;
    let outcome = c.browser.get(&paths::prescription_outcome(c.id)).await;
    outcome.assert_text("Il paziente la vedrà quando avrà attivato l’accesso");
    let landed = outcome.submit("dialog form[action$=millebook]", &[]).await;
    landed.assert_status(200).assert_text("Pubblicata: il paziente la vedrà quando avrà attivato l’accesso");
    assert_eq!(landed.links(&format!("main a[href='{enrol}']")), [enrol], "to the code of activation");
    assert_eq!(c.channel(c.id, Channel::Millebook).await.unwrap().1, DeliveryState::Delivered);
    let page = c.browser.get(&paths::prescription(c.id)).await;
    page.assert_text("Su Millebook").assert_text("quando avrà attivato l’accesso");
}

#[actix_web::test]
async fn who_has_entered_finds_it_at_once() {
    let c = counter().await;
    c.enrol().await;
    let (patient, now) = (c.patient, c.app.site.clock.now());
    c.app
        .write(move |conn| {
            Ok(diesel::update(millebook_enrolments::table.find(patient))
                .set(millebook_enrolments::activated_at.eq(now))
                .execute(conn)?)
        })
        .await;
    let outcome = c.browser.get(&paths::prescription_outcome(c.id)).await;
    let landed = outcome.assert_text("Il paziente è arruolato").submit("dialog form[action$=millebook]", &[]).await;
    landed.assert_text("Pubblicata su Millebook").assert_no_text("attivato l’accesso");
    c.browser.get(&paths::prescription(c.id)).await.assert_text("Su Millebook").assert_no_text("attivato l’accesso");
}

#[actix_web::test]
async fn the_number_alone() {
    let c = counter().await;
    let id = c.id;
    let nre: Option<String> =
        c.app.read(move |conn| Ok(prescriptions::table.find(id).select(prescriptions::nre).first(conn)?)).await;
    let nre = nre.unwrap();
    let page = c.browser.get(&paths::about(&paths::delivery_nre(), &[c.id])).await;
    page.assert_text("Detta o copia NRE").assert_text(&nre).assert_text("SCCCLD63E30L483Q");
    assert_eq!(page.all(".nre span").join(""), nre);
    page.submit("dialog form", &[("cellulare", "0432 123")])
        .await
        .assert_status(422)
        .assert_text("numero di cellulare");
    page.submit("dialog form", &[]).await.assert_status(200).assert_text("SMS in partenza");
    c.until(c.id, Channel::Sms, DeliveryState::Delivered).await;
    let texts = c.app.texts.lock().unwrap().clone();
    assert_eq!(texts.len(), 1);
    assert_eq!((texts[0].to.as_str(), texts[0].text.as_str()), ("+393475550199", nre.as_str()));
}

async fn annul(c: &Counter) -> crate::support::page::Page {
    let form = c.browser.get(&paths::prescription_annul(c.id)).await;
    form.submit("dialog form", &[("motivo", "terapia")]).await
}

#[actix_web::test]
async fn annulled_before_it_went_it_does_not_go() {
    let c = counter().await;
    c.app.mailbox.fail_with(Some(millecloud::ports::mail::MailError::Temporary("SMTP 451".to_owned())));
    c.mail(&[c.id], &[]).await.assert_status(200);
    annul(&c).await.assert_text("La ricetta è annullata.").assert_text("Non era stata consegnata a nessuno");
    let mail = c.channel(c.id, Channel::Mail).await.unwrap();
    assert_eq!((mail.1, mail.2), (DeliveryState::Revoked, DeliveryReason::Annulled));
    c.app.mailbox.fail_with(None);
    c.hurry().await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(c.app.mailbox.sent().is_empty());
}

#[actix_web::test]
async fn annulled_after_it_went_the_doctor_reads_whom_to_warn() {
    let c = counter().await;
    c.mail(&[c.id], &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    let form = c.browser.get(&paths::prescription_annul(c.id)).await;
    form.assert_text("Poi avvisa il paziente").assert_text(ADDRESS);
    let done = annul(&c).await;
    done.assert_text("Avvisa il paziente").assert_text("347 5550199").assert_text(ADDRESS);
    let list = c.browser.get("/millelight/consegne?vista=attenzione").await;
    list.assert_text("Annullata dopo la consegna").assert_no_text("Riprova");
    list.submit("form[action$=vista]", &[]).await.assert_text("Nessuna consegna qui");
}
