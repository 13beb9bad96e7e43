//! R13: what SAC has not accepted, or has annulled, goes nowhere, in any channel; others' prescriptions are not there.

use super::*;

/// Every address that delivers, and the name its button or link has.
fn channels(id: i64) -> Vec<(String, String)> {
    let ids = id.to_string();
    [
        paths::delivery_mail(),
        paths::delivery_later(),
        paths::delivery_book(),
        paths::delivery_print(),
        paths::delivery_sms(),
    ]
    .into_iter()
    .map(|path| (path, ids.clone()))
    .collect()
}

#[actix_web::test]
async fn no_channel_opens_in_a_wrong_state() {
    let c = counter().await;
    c.enrol().await;
    let token = c.token().await;
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        c.set_state(c.id, *state).await;
        let before = c.deliveries(c.id).await;
        for page in [paths::prescription(c.id), paths::prescription_outcome(c.id)] {
            let page = c.browser.get(&page).await;
            let links = page.links("a[href*='/consegne/']");
            assert!(links.is_empty(), "{state:?} offers {links:?}");
            let forms: Vec<String> = page.actions().into_iter().filter(|to| to.contains("/consegne/")).collect();
            assert!(forms.is_empty(), "{state:?} offers {forms:?}");
        }
        for view in ["stampa", "attenzione", "partenza", "fatte"] {
            let list = c.browser.get(&format!("{}?vista={view}", paths::deliveries())).await;
            let about = format!("a[href*='ricette={}']", c.id);
            assert!(list.links(&about).is_empty(), "{state:?} is offered in {view}");
            let ticks = list.all(&format!("input[name=ricetta][value='{}']", c.id));
            assert!(ticks.is_empty(), "{state:?} can be ticked in {view}");
        }
        for (n, (path, ids)) in channels(c.id).into_iter().enumerate() {
            let fields = [
                token.clone(),
                ("_chiave".to_owned(), format!("{state:?}-{n}")),
                ("ricette".to_owned(), ids),
                ("cellulare".to_owned(), "347 5550199".to_owned()),
            ];
            let answer = c.browser.post(&path, &fields).await;
            assert_eq!(answer.status, 409, "{path} in {state:?}: {}", answer.text());
        }
        for path in [paths::delivery_mail(), paths::delivery_print(), paths::delivery_nre()] {
            let answer = c.browser.get(&paths::about(&path, &[c.id])).await;
            assert_eq!(answer.status, 409, "{path} in {state:?}");
        }
        assert_eq!(c.deliveries(c.id).await, before, "{state:?} wrote something");
    }
    assert!(c.app.mailbox.sent().is_empty() && c.app.texts.lock().unwrap().is_empty());
}

/// What failed or was printed once does not come back by the buttons of the list either.
#[actix_web::test]
async fn a_failed_mail_is_not_sent_again_in_a_wrong_state() {
    let c = counter().await;
    let refused = millecloud::ports::mail::MailError::Permanent("550".to_owned());
    c.app.mailbox.fail_with(Some(refused));
    assert!(c.browser.get(&paths::patients()).await.all("#da-guardare").is_empty(), "nothing to see to yet");
    c.mail(&[c.id], &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Failed).await;
    let bar = c.browser.get(&paths::patients()).await;
    assert_eq!(bar.one("#da-guardare .tool__count"), "1", "beside the bell, wherever one is");
    assert!(bar.links("#da-guardare")[0].ends_with("?vista=attenzione"));
    c.app.mailbox.fail_with(None);
    let prescription = c.id;
    let delivery: i64 = c
        .app
        .read(move |conn| {
            let mails = deliveries::table.inner_join(delivery_items::table);
            let own = delivery_items::prescription_id.eq(prescription).and(deliveries::channel.eq(Channel::Mail));
            Ok(mails.filter(own).order(deliveries::id.desc()).select(deliveries::id).first(conn)?)
        })
        .await;
    let token = c.token().await;
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        c.set_state(c.id, *state).await;
        let list = c.browser.get("/millelight/consegne?vista=attenzione").await;
        list.assert_no_text("Riprova").assert_no_text("Cambia indirizzo");
        let fields = [token.clone(), ("_chiave".to_owned(), format!("{state:?}"))];
        let answer = c.browser.post(&paths::delivery_retry(delivery), &fields).await;
        assert_eq!(answer.status, 409, "{state:?}: {}", answer.text());
    }
    assert!(c.app.mailbox.sent().is_empty());
    c.set_state(c.id, State::Accepted).await;
    c.browser.get("/millelight/consegne?vista=attenzione").await.assert_text("Riprova");
}

#[actix_web::test]
async fn anothers_prescriptions_are_not_there() {
    let c = counter().await;
    let other = c.app.other_doctor().await;
    let page = other.get("/millelight/medico").await;
    let token = ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap());
    for (n, (path, ids)) in channels(c.id).into_iter().enumerate() {
        let fields = [
            token.clone(),
            ("_chiave".to_owned(), n.to_string()),
            ("ricette".to_owned(), ids),
            ("cellulare".to_owned(), "347 5550199".to_owned()),
        ];
        assert_eq!(other.post(&path, &fields).await.status, 404, "{path}");
    }
    for path in [paths::delivery_mail(), paths::delivery_print(), paths::delivery_nre(), paths::delivery_mailed()] {
        assert_eq!(other.get(&paths::about(&path, &[c.id])).await.status, 404, "{path}");
        assert_eq!(other.get(&paths::about(&path, &[999_909])).await.status, 404, "{path}");
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn a_collaborator_delivers_what_the_doctor_validated() {
    let c = counter().await;
    c.app.add_collaborator("segreti", &[c.doctor]).await;
    let browser = c.app.login("segreti").await;
    let list = browser.get("/millelight/consegne").await;
    let list = if list.path.starts_with("/millelight/consegne") {
        list
    } else {
        list.submit("main form", &[]).await;
        browser.get("/millelight/consegne").await
    };
    list.assert_text("In attesa di stampa").assert_text("INVIATA AL PROGETTO DEMAT VENETO");
    let dialog = browser.get(&paths::about(&paths::delivery_mail(), &[c.id])).await;
    dialog.submit("dialog form", &[]).await.assert_status(200);
    c.until(c.id, Channel::Mail, DeliveryState::Delivered).await;
    assert_eq!(browser.get(&paths::delivery_settings()).await.status, 403, "the protection is the doctor's choice");
}
