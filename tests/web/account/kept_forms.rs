//! A form posted after its session had ended.

use super::{OWN_PAGE, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;

const TYPED: &str = "Via dell'Artigianato \"12\" <b>";
const OWN_FORM: &str = "main form";
const RESUME: &str = "form[action='/millelight/riprendi']";

/// A doctor who posted own data too late, back at the login page.
async fn too_late(app: &TestApp) -> Browser {
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    wait(app, 21 * 60);
    page.submit(OWN_FORM, &[("indirizzo_studio", TYPED)]).await.assert_status(401).assert_text("Sessione scaduta");
    doctor
}

#[actix_web::test]
async fn of_a_session_that_another_device_ended_is_not_promised_back() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    let other = app.login("borghetto").await;
    other.get("/millelight/accessi").await.submit("form.gap", &[("termina", "altre")]).await.assert_status(200);
    let lost = page.submit(OWN_FORM, &[("indirizzo_studio", TYPED)]).await;
    lost.assert_status(401).assert_text("quello che hai appena scritto in questa pagina no");
    lost.assert_no_text("torni alla pagina di prima");
}

#[actix_web::test]
async fn is_offered_back_after_login_and_sent_again() {
    let app = TestApp::start().await;
    let doctor = too_late(&app).await;
    let landed = try_login(&doctor, "borghetto", PASSWORD).await;
    assert_eq!(landed.header("location").as_deref(), Some("/millelight/riprendi"));
    let page = doctor.get("/millelight/riprendi").await;
    page.assert_status(200).assert_text("Dati del medico").assert_text("non ancora salvato");
    assert_eq!(page.attribute("input[name=indirizzo_studio]", "value").as_deref(), Some(TYPED));
    let (_, fields) = page.filled(RESUME, &[("_riprendi", "invia")]);
    let sent_on = page.submit_raw(RESUME, &[("_riprendi", "invia")]).await;
    sent_on.assert_status(307);
    let target = sent_on.header("location").unwrap();
    assert_eq!(target, OWN_PAGE);
    // What a browser does with a 307: the same fields to the new address.
    doctor.post(&target, &fields).await.assert_status(200).assert_text("I tuoi dati sono stati salvati");
    let saved = doctor.get(OWN_PAGE).await;
    assert_eq!(saved.attribute("#indirizzo_studio", "value").as_deref(), Some(TYPED));
    doctor.get_raw("/millelight/riprendi").await.assert_status(303);
}

#[actix_web::test]
async fn can_be_thrown_away() {
    let app = TestApp::start().await;
    let doctor = too_late(&app).await;
    try_login(&doctor, "borghetto", PASSWORD).await;
    let page = doctor.get("/millelight/riprendi").await;
    page.submit_raw(RESUME, &[("_riprendi", "scarta")]).await.assert_status(303);
    doctor.get(OWN_PAGE).await.assert_text("è stato scartato");
    let again = try_login(&app.anonymous(), "borghetto", PASSWORD).await;
    assert_eq!(again.header("location").as_deref(), Some("/millelight/pazienti"));
}

#[actix_web::test]
async fn is_offered_to_its_author_only() {
    let app = TestApp::start().await;
    let doctor = too_late(&app).await;
    app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    let other = app.login("rossi").await;
    other.get_raw("/millelight/riprendi").await.assert_status(303);
    try_login(&doctor, "borghetto", PASSWORD).await;
    doctor.get("/millelight/riprendi").await.assert_status(200);
}

#[actix_web::test]
async fn keeps_no_password_and_waits_half_a_day() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get("/millelight/password").await;
    wait(&app, 21 * 60);
    let fields = [("password_attuale", PASSWORD), ("password_nuova", "una frase nuova e lunga")];
    page.submit("form[action='/millelight/password']", &fields).await.assert_status(401);
    try_login(&doctor, "borghetto", PASSWORD).await;
    let kept = doctor.get("/millelight/riprendi").await;
    assert!(kept.all("input[name=password_nuova]").is_empty() && !kept.body.contains("una frase nuova"));
    wait(&app, 12 * 3600);
    let later = try_login(&app.anonymous(), "borghetto", PASSWORD).await;
    assert_eq!(later.header("location").as_deref(), Some("/millelight/pazienti"));
}
