//! The address by which a collaborator or a patient replaces a forgotten password.

use diesel::prelude::*;
use millecloud::db::schema::users;

use super::{link, mails, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;
use crate::support::page::Page;

const ADDRESS: &str = "/millelight/indirizzo-email";
const PROVE: &str = "/millelight/indirizzo-email/";
const FORM: &str = "form.stack";
const NEW: &str = "una frase nuova e lunga";
const OWN: &str = "maria.segreti@example.it";

/// Types an address; returns the path of the link that came to it.
async fn propose(app: &TestApp, browser: &Browser, email: &str) -> String {
    let page = browser.get("/millelight/accessi").await.follow(&format!("a[href='{ADDRESS}']")).await;
    page.submit(FORM, &[("email", email)]).await.assert_status(200).assert_text("Ti abbiamo mandato un messaggio");
    let sent = mails(app).await;
    assert_eq!(sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [email]);
    link(app, &sent[0], PROVE)
}

async fn forgotten(app: &TestApp, username: &str) -> Page {
    let page = app.anonymous().get("/millecloud/password-dimenticata").await;
    page.submit(FORM, &[("username", username)]).await
}

async fn address_of(app: &TestApp, id: i64) -> String {
    app.read(move |conn| Ok(users::table.find(id).select(users::email).first(conn)?)).await
}

#[actix_web::test]
async fn a_collaborator_proves_an_address_and_uses_it() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let maria = app.add_collaborator("segreti", &[doctor]).await;
    app.add_collaborator("altra", &[doctor]).await;
    forgotten(&app, "segreti").await.assert_status(200);
    assert!(mails(&app).await.is_empty(), "nowhere to send it");

    let browser = app.login("segreti").await;
    let page = browser.get(ADDRESS).await;
    page.assert_text("Non c’è ancora un indirizzo confermato");
    page.submit(FORM, &[("email", "segreti")]).await.assert_status(422);
    let path = propose(&app, &browser, OWN).await;
    assert_eq!(address_of(&app, maria).await, "", "not before it is proven");
    // Whoever reads that mail without being her, signed in or not, confirms nothing.
    let nobody = app.anonymous().get_raw(&path).await;
    assert!(nobody.header("location").unwrap().starts_with("/millelight/accedi?next="));
    let another = app.login("altra").await.get(&path).await;
    another.assert_text("Il collegamento non vale").assert_no_text(OWN);
    let page = browser.get(&path).await;
    page.assert_status(200).assert_text(OWN);
    assert_eq!(address_of(&app, maria).await, "", "opening the link changes nothing");
    page.submit("main form", &[]).await.assert_text("L’indirizzo è confermato").assert_text("confermato per");
    assert_eq!(address_of(&app, maria).await, OWN);
    browser.get(&path).await.assert_text("Il collegamento non vale");

    forgotten(&app, "segreti").await.assert_status(200);
    let sent = mails(&app).await;
    assert_eq!(sent[0].to, OWN);
    let page = app.anonymous().get(&link(&app, &sent[0], "/millelight/nuova-password/")).await;
    page.submit(FORM, &[("password_nuova", NEW), ("password_ripetuta", NEW)]).await.assert_text("Password cambiata");
    wait(&app, 2);
    try_login(&app.anonymous(), "segreti", NEW).await.assert_status(303);
    assert_eq!(address_of(&app, maria).await, OWN, "the address outlives the password it replaced");
}

#[actix_web::test]
async fn the_address_goes_when_somebody_else_gives_the_password() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let maria = app.add_collaborator("segreti", &[doctor]).await;
    let browser = app.login("segreti").await;
    let path = propose(&app, &browser, OWN).await;
    browser.get(&path).await.submit("main form", &[]).await;
    // A second address waits to be proven, and a link to a new password is in the first one's mailbox.
    let waiting = propose(&app, &browser, "altrove@example.it").await;
    forgotten(&app, "segreti").await;
    let reset = link(&app, &mails(&app).await[0], "/millelight/nuova-password/");
    let paolo = app.login("borghetto").await;
    let page = paolo.get("/millecloud/collaboratori/1/password").await;
    page.submit("form[action$='/password']", &[]).await.assert_status(200);
    assert_eq!(address_of(&app, maria).await, "");
    app.anonymous().get(&reset).await.assert_status(410);
    forgotten(&app, "segreti").await.assert_status(200);
    assert!(mails(&app).await.is_empty());
    app.write(move |conn| {
        let own = (users::password_state.eq("definitive"), users::active.eq(true));
        Ok(diesel::update(users::table.find(maria)).set(own).execute(conn)?)
    })
    .await;
    app.write(move |conn| {
        let hash = users::table.filter(users::username.eq("borghetto")).select(users::password_hash);
        let hash: String = hash.first(conn)?;
        Ok(diesel::update(users::table.find(maria)).set(users::password_hash.eq(hash)).execute(conn)?)
    })
    .await;
    app.login("segreti").await.get(&waiting).await.assert_text("Il collegamento non vale");
}

#[actix_web::test]
async fn the_password_is_asked_first_and_mails_are_bounded() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.add_collaborator("segreti", &[doctor]).await;
    let browser = app.login("segreti").await;
    let page = browser.get(ADDRESS).await;
    wait(&app, 11 * 60);
    let asked = page.submit_raw(FORM, &[("email", OWN)]).await;
    assert!(
        asked.header("location").unwrap().starts_with("/millelight/conferma-password"),
        "{asked:?}",
        asked = asked.headers
    );
    let asked = browser.get(ADDRESS).await;
    asked.assert_text("password");
    assert!(asked.path.starts_with("/millelight/conferma-password"), "{}", asked.path);
    let page = asked.submit("main form", &[("password", PASSWORD)]).await;
    assert_eq!(page.path, ADDRESS);
    for _ in 0..5 {
        page.submit(FORM, &[("email", OWN)]).await.assert_status(200);
    }
    let refused = page.submit(FORM, &[("email", OWN)]).await;
    refused.assert_status(429).assert_text("Troppe richieste");
}

#[actix_web::test]
async fn a_doctors_address_is_kept_by_the_operator() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get(ADDRESS).await;
    page.assert_text("borghetto@example.it").assert_text("chi gestisce il servizio");
    let token = page.attribute("input[name=_csrf]", "value").unwrap();
    let fields = [("_csrf".to_owned(), token), ("email".to_owned(), OWN.to_owned())];
    let refused = doctor.post_raw(ADDRESS, &fields, &[("sec-fetch-site", "same-origin")]).await;
    refused.assert_status(403);
}
