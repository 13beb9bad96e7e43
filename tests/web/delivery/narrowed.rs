//! The list narrowed: by patient, way, author and day; and what goes to somebody who has died is asked about first.

use super::*;

impl Counter {
    async fn dies(&self) {
        let patient = self.patient;
        self.app
            .write(move |conn| {
                Ok(diesel::update(patients::table.find(patient)).set(patients::status.eq("deceased")).execute(conn)?)
            })
            .await;
    }
}

#[actix_web::test]
async fn a_name_is_found_and_stands_in_no_address() {
    let c = counter().await;
    let list = c.browser.get(&paths::deliveries()).await;
    list.assert_text("SCCCLD63E30L483Q · 1972");
    let found = list.submit("main details form", &[("cerca", "sacc cla")]).await;
    found.assert_status(200).assert_text("SCCCLD63E30L483Q · 1972").assert_text("Tutte");
    assert!(found.path.contains("&c=") && !found.path.contains("sacc"), "{}", found.path);
    let none = list.submit("main details form", &[("cerca", "zzz")]).await;
    none.assert_text("Nessuna consegna così").assert_no_text("SCCCLD63E30L483Q");
    let by_code = list.submit("main details form", &[("cerca", "SCCCLD63E30")]).await;
    by_code.assert_text("SCCCLD63E30L483Q · 1972");
}

#[actix_web::test]
async fn way_and_days_narrow_and_what_is_wrong_is_said() {
    let c = counter().await;
    c.mail(&[c.id], &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    let list = c.browser.get("/millelight/consegne?vista=fatte").await;
    list.assert_text(ADDRESS);
    list.submit("main details form", &[("canale", "EMAIL")]).await.assert_text(ADDRESS);
    list.submit("main details form", &[("canale", "SMS")]).await.assert_text("Nessuna consegna così");
    list.submit("main details form", &[("al", "2001-01-01")]).await.assert_text("Nessuna consegna così");
    list.submit("main details form", &[("dal", "2001-01-01")]).await.assert_text(ADDRESS);
    let wrong = list.submit("main details form", &[("dal", "2026-02-02"), ("al", "2026-01-01")]).await;
    wrong.assert_status(422).assert_text("Questa data viene prima");
    let wrong = list.submit("main details form", &[("dal", "ieri"), ("cerca", "rossi")]).await;
    wrong.assert_status(422).assert_text("Scrivi una data");
    assert!(wrong.body.contains("value=\"rossi\""), "nothing typed is lost");
}

#[actix_web::test]
async fn the_record_leads_to_the_patients_own_papers() {
    let c = counter().await;
    let record = c.browser.get(&paths::record(c.patient)).await;
    let to = paths::deliveries_of(c.patient);
    assert_eq!(record.links("main a[href*='consegne']"), std::slice::from_ref(&to));
    let papers = c.browser.get(&to).await;
    papers.assert_status(200).assert_text("Tutte").assert_text("In attesa di stampa");
    c.browser.get(&paths::deliveries_of(987_654)).await.assert_status(404);
    let other = c.app.add_doctor("altro", "VRDLGU60A01L736M").await;
    c.app.enable_sac(other).await;
    c.app.login("altro").await.get(&to).await.assert_status(404);
}

#[actix_web::test]
async fn all_at_once_and_the_portal_from_the_row() {
    let c = counter().await;
    c.more(2).await;
    let ticked = c.browser.get("/millelight/consegne?tutte=1").await;
    assert_eq!(ticked.all("input[name=ricetta][checked]").len(), 3);
    let plain = c.browser.get("/millelight/consegne").await;
    assert!(plain.all("input[name=ricetta][checked]").is_empty());
    assert!(!plain.actions().contains(&paths::delivery_book()), "not enrolled");
    c.enrol().await;
    let list = c.browser.get("/millelight/consegne").await;
    list.submit(".todo form[action$=millebook]", &[]).await.assert_status(200).assert_text("Pubblicata");
}

/// Every way that is posted.
fn ways(id: i64) -> Vec<(String, Vec<(String, String)>)> {
    let fields = |n: usize| {
        vec![
            ("_chiave".to_owned(), format!("morto-{n}")),
            ("ricette".to_owned(), id.to_string()),
            ("cellulare".to_owned(), "347 5550199".to_owned()),
        ]
    };
    [
        paths::delivery_mail(),
        paths::delivery_later(),
        paths::delivery_book(),
        paths::delivery_print(),
        paths::delivery_sms(),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, path)| (path, fields(n)))
    .collect()
}

#[actix_web::test]
async fn what_goes_to_somebody_who_has_died_is_asked_about_first() {
    let c = counter().await;
    c.enrol().await;
    c.dies().await;
    c.browser.get("/millelight/consegne").await.assert_text("Deceduto");
    let before = c.deliveries(c.id).await;
    for (path, mut fields) in ways(c.id) {
        fields.push(c.token().await);
        let asked = c.browser.post(&path, &fields).await;
        assert_eq!(asked.status, 422, "{path}");
        asked.assert_text("Il paziente risulta deceduto").assert_text("Non è partito nulla");
        assert_eq!(c.deliveries(c.id).await, before, "{path} wrote something");
    }
    let number = c.browser.get(&paths::about(&paths::delivery_nre(), &[c.id])).await;
    number.assert_status(422).assert_text("Il paziente risulta deceduto").assert_no_text("Per legge basta il numero");
    number.submit_get("dialog form", &[]).await.assert_status(200).assert_text("Per legge basta il numero");
    assert!(c.app.mailbox.sent().is_empty() && c.app.texts.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn said_that_it_is_meant_it_goes_once() {
    let c = counter().await;
    c.dies().await;
    let dialog = c.browser.get(&paths::about(&paths::delivery_mail(), &[c.id])).await;
    let asked = dialog.submit("dialog form", &[]).await;
    asked.assert_status(422).assert_text("Consegna lo stesso");
    asked.submit("dialog form", &[]).await.assert_status(200).assert_text(ADDRESS);
    asked.submit("dialog form", &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    assert_eq!(c.app.mailbox.take().len(), 2, "an archive and its password");
    let print = c.browser.get(&paths::about(&paths::delivery_print(), &[c.id])).await;
    let asked = print.submit("main form", &[]).await;
    let paper = asked.assert_status(422).submit("dialog form", &[]).await;
    assert!(paper.body.starts_with("%PDF"));
}

#[actix_web::test]
async fn a_mail_names_the_surgery_and_a_number_to_call() {
    let c = counter().await;
    let page = c.browser.get(&paths::doctor()).await;
    let fields = [("nome_studio", "Ambulatorio <Ponte>"), ("telefono_studio", "0432 555 010")];
    page.submit("main form", &fields).await.assert_status(200).assert_text("salvati");
    c.mail(&[c.id], &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    for mail in c.app.mailbox.take() {
        assert!(mail.text.contains("Ambulatorio <Ponte>") && mail.text.contains("0432 555 010"), "{}", mail.text);
        assert!(mail.html.contains("Ambulatorio &#60;Ponte&#62;") && mail.html.contains("0432 555 010"));
    }
}
