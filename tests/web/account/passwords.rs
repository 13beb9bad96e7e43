//! Changing the password, by choice or at the first login.

use diesel::prelude::*;
use millecloud::db::schema::users;
use millecloud::identity::password::Passwords;

use super::{OWN_PAGE, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;

const FORM: &str = "form[action='/millelight/password']";
const NEW: &str = "una frase nuova e lunga";

async fn make_temporary(app: &TestApp, user_id: i64) {
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(user_id)).set(users::password_state.eq("temporary")).execute(conn)?)
    })
    .await;
}

#[actix_web::test]
async fn a_temporary_password_opens_only_the_change_form() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    make_temporary(&app, id).await;
    let browser = app.anonymous();
    let landed = try_login(&browser, "borghetto", PASSWORD).await;
    assert_eq!(landed.header("location").as_deref(), Some("/millelight/password"));
    for path in [OWN_PAGE, "/millelight/conferma-password", "/millelight/riprendi", "/millelight/accedi"] {
        let page = browser.get_raw(path).await;
        page.assert_status(303);
        assert_eq!(page.header("location").as_deref(), Some("/millelight/password"), "{path}");
    }
    let page = browser.get("/millelight/password").await;
    page.assert_text("Scegli la password definitiva").assert_text("Almeno 12 caratteri");
    assert!(page.all("input[name=password_attuale]").is_empty());
    let same = page.submit(FORM, &[("password_nuova", PASSWORD), ("password_ripetuta", PASSWORD)]).await;
    same.assert_status(422).assert_text("diversa da quella che hai adesso");
    let done = page.submit_raw(FORM, &[("password_nuova", NEW), ("password_ripetuta", NEW)]).await;
    assert_eq!(done.header("location").as_deref(), Some("/millelight/pazienti"));
    browser.get(OWN_PAGE).await.assert_status(200);
    let other = app.anonymous();
    try_login(&other, "borghetto", PASSWORD).await.assert_status(422);
    wait(&app, 2);
    try_login(&other, "borghetto", NEW).await.assert_status(303);
}

#[actix_web::test]
async fn the_rules_are_told_before_and_the_broken_one_after() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get("/millelight/password").await;
    page.assert_text("Almeno 12 caratteri").assert_text("gestore di password");
    for (new, again, problem) in [
        ("corta", "corta", "almeno 12 caratteri"),
        ("borghetto-forever", "borghetto-forever", "Non deve contenere il tuo nome"),
        ("password1234!", "password1234!", "troppo comune"),
        (NEW, "un'altra frase lunga", "non coincidono"),
        (PASSWORD, PASSWORD, "diversa da quella che hai adesso"),
    ] {
        let fields = [("password_attuale", PASSWORD), ("password_nuova", new), ("password_ripetuta", again)];
        let refused = page.submit(FORM, &fields).await;
        refused.assert_status(422).assert_text(problem);
        assert!(!refused.body.contains(new) && !refused.body.contains(PASSWORD), "no password comes back");
        assert!(refused.one("title").starts_with("Errore: "));
    }
    let fields = [("password_attuale", ""), ("password_nuova", NEW), ("password_ripetuta", NEW)];
    page.submit(FORM, &fields).await.assert_status(422).assert_text("Scrivi la password che usi adesso");
}

#[actix_web::test]
async fn the_present_password_cannot_be_guessed_at_an_open_session() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    let doctor = app.doctor().await;
    let page = doctor.get("/millelight/password").await;
    let fields = [("password_attuale", "sbagliata"), ("password_nuova", NEW), ("password_ripetuta", NEW)];
    page.submit(FORM, &fields).await.assert_status(422).assert_text("La password attuale non è corretta");
    page.submit(FORM, &fields).await.assert_status(429).assert_text("Troppi tentativi");
    wait(&app, 2);
    let fields = [("password_attuale", PASSWORD), ("password_nuova", NEW), ("password_ripetuta", NEW)];
    page.submit_raw(FORM, &fields).await.assert_status(303);
}

#[actix_web::test]
async fn a_hash_of_an_old_cost_is_replaced_at_login() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let mut site = app.site.clone();
    site.passwords = Passwords::new(&site.keys, 5).unwrap();
    let attempt = millecloud::account::service::sign_in::Attempt {
        username: " Borghetto ".to_owned(),
        password: PASSWORD.to_owned(),
        address: Some("127.0.0.1".to_owned()),
        door: millecloud::identity::throttle::Door::Surgery,
        device: None,
        browser: String::new(),
        roles: millecloud::account::service::sign_in::STAFF,
    };
    let outcome = millecloud::account::service::sign_in::sign_in(&site, attempt).await.unwrap();
    assert!(matches!(outcome, millecloud::account::service::sign_in::Outcome::Entered(_)));
    let hash: String = app.read(move |conn| Ok(users::table.find(id).select(users::password_hash).first(conn)?)).await;
    assert!(hash.contains("$05$"), "{hash}");
    try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_doctor_corrects_own_data_and_sees_the_login_before() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    page.assert_text("Questo è il primo");
    let form = "main form";
    let long = "x".repeat(201);
    let refused = page.submit(form, &[("indirizzo_studio", &long), ("telefono_studio", "049 000\u{202e}")]).await;
    refused.assert_status(422);
    assert_eq!(refused.all(".field__err").len(), 2);
    assert_eq!(refused.attribute("#indirizzo_studio", "value").unwrap(), long);
    let saved = page.submit(form, &[("indirizzo_studio", " Via Roma  1 "), ("codice_regionale", "012345")]).await;
    saved.assert_status(200).assert_text("I tuoi dati sono stati salvati");
    assert_eq!(saved.attribute("#indirizzo_studio", "value").as_deref(), Some("Via Roma 1"));
    assert_eq!(saved.attribute("#codice_regionale", "value").as_deref(), Some("012345"));
    let again = app.login("borghetto").await;
    again.get(OWN_PAGE).await.assert_no_text("Questo è il primo");
}
