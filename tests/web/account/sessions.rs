//! Sessions end: by their owner, by a change, by time.

use super::{OWN_PAGE, deactivate, is_signed_in, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;

const COOKIE: &str = "millecloud";

/// A browser holding a copy of another's session cookie.
fn thief(app: &TestApp, victim: &Browser) -> Browser {
    let browser = app.anonymous();
    browser.set_cookie(COOKIE, &victim.cookie(COOKIE).unwrap());
    browser
}

#[actix_web::test]
async fn a_copied_cookie_is_dead_after_logout() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let copy = thief(&app, &doctor);
    assert!(is_signed_in(&copy).await);
    doctor.get(OWN_PAGE).await.submit("form[action='/millelight/esci']", &[]).await;
    assert!(!is_signed_in(&copy).await);
}

#[actix_web::test]
async fn a_suspended_user_is_out_at_the_next_request() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let doctor = app.login("borghetto").await;
    assert!(is_signed_in(&doctor).await);
    deactivate(&app, id).await;
    assert!(!is_signed_in(&doctor).await);
}

#[actix_web::test]
async fn a_password_change_ends_every_other_session_and_the_old_cookie() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let elsewhere = app.login("borghetto").await;
    let copy = thief(&app, &doctor);
    let device = doctor.cookie("dispositivo");
    let page = doctor.get("/millelight/password").await;
    let new = "una frase nuova e lunga";
    let fields = [("password_attuale", PASSWORD), ("password_nuova", new), ("password_ripetuta", new)];
    page.submit("form[action='/millelight/password']", &fields).await.assert_text("La password è stata cambiata");
    assert!(is_signed_in(&doctor).await);
    assert!(!is_signed_in(&elsewhere).await);
    assert!(!is_signed_in(&copy).await);
    assert_ne!(doctor.cookie("dispositivo"), device, "known devices are forgotten, this one is known anew");
}

#[actix_web::test]
async fn the_password_asked_again_changes_the_cookie() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let copy = thief(&app, &doctor);
    let page = doctor.get("/millelight/conferma-password?next=/millelight/medico").await;
    let form = "form[action='/millelight/conferma-password']";
    page.submit(form, &[("password", "sbagliata")]).await.assert_status(422).assert_text("La password non è corretta");
    wait(&app, 2);
    let done = page.submit_raw(form, &[("password", PASSWORD)]).await;
    done.assert_status(303);
    assert_eq!(done.header("location").as_deref(), Some(OWN_PAGE));
    assert!(is_signed_in(&doctor).await);
    assert!(!is_signed_in(&copy).await);
}

#[actix_web::test]
async fn twenty_idle_minutes_end_a_session() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    wait(&app, 20 * 60 - 5);
    assert!(is_signed_in(&doctor).await, "five seconds before the limit");
    wait(&app, 20 * 60 + 1);
    assert!(!is_signed_in(&doctor).await, "a second after the limit");
    doctor.get(OWN_PAGE).await.assert_status(200).assert_text("Sessione scaduta").assert_text("Login");
}

#[actix_web::test]
async fn what_a_page_asks_by_itself_does_not_keep_a_session_alive() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    wait(&app, 19 * 60);
    doctor.get_with(OWN_PAGE, &[("x-in-sottofondo", "1")]).await.assert_status(200);
    wait(&app, 61);
    assert!(!is_signed_in(&doctor).await);
}

#[actix_web::test]
async fn ten_hours_end_a_session_however_busy() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    for _ in 0..39 {
        wait(&app, 15 * 60);
        assert!(is_signed_in(&doctor).await);
    }
    wait(&app, 15 * 60 - 10);
    assert!(is_signed_in(&doctor).await, "shortly before ten hours");
    wait(&app, 11);
    assert!(!is_signed_in(&doctor).await, "a second after ten hours");
}

#[actix_web::test]
async fn a_logout_that_comes_too_late_leads_to_the_login() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    wait(&app, 21 * 60);
    page.submit("form[action='/millelight/esci']", &[]).await.assert_status(200).assert_text("Login");
}

#[actix_web::test]
async fn cookies_are_out_of_reach_of_scripts() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    let page = browser.get("/millelight/accedi").await;
    let landed = page.submit_raw("form", &[("username", "borghetto"), ("password", PASSWORD)]).await;
    let mut seen = 0;
    for answer in [&page, &landed] {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=") && cookie.contains("Path=/"),
                "{cookie}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 3, "the visitor's, the session's, the device's");
}
