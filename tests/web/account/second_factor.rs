//! The second factor of a doctor: turned on, asked at login and again before protected acts, good once, throttled.

use chrono::TimeDelta;
use millecloud::identity::second_factor::{self, Standing};

use super::try_login;
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;
use crate::support::page::Page;

const FACTOR: &str = "/millelight/secondo-fattore";
const FORM: &str = "main form";

struct World {
    app: TestApp,
    doctor: Browser,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

impl World {
    /// A doctor with the second factor on.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let doctor = app.doctor().await;
        let off = doctor.get(FACTOR).await;
        let pending = off.submit(FORM, &[("azione", "inizia")]).await;
        assert_eq!(pending.all("svg.qr").len(), 1);
        let secret = secret(&app).await;
        // The key: four signs at a time to be read, in one piece to be copied, and for the app on this very telephone.
        let key = second_factor::as_text(&secret);
        let fours: Vec<&str> = key.as_bytes().chunks(4).map(|four| std::str::from_utf8(four).unwrap()).collect();
        assert_eq!((pending.all("#chiave span"), pending.one("#chiave")), (own(&fours), fours.join(" ")));
        assert!(!pending.body.contains(&format!("{} </span>", fours[0])), "copied without spaces");
        assert_eq!(pending.all("button[data-copy=chiave]").len(), 1);
        let link = pending.attribute("a[href^='otpauth:']", "href").unwrap();
        assert_eq!(link, format!("otpauth://totp/Millecloud:borghetto?secret={key}&issuer=Millecloud"));
        // It is not asked before its first code.
        try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
        let wrong = pending.submit(FORM, &[("azione", "conferma"), ("codice", "12345")]).await;
        wrong.assert_status(422).assert_text("Il codice non è corretto");
        let code = second_factor::code_at(&secret, app.site.clock.now());
        let on = pending.submit(FORM, &[("azione", "conferma"), ("codice", &code)]).await;
        on.assert_status(200).assert_text("I codici si vedono solo ora");
        let recovery = on.all("ol .code");
        assert_eq!(recovery.len(), 10);
        doctor.get(FACTOR).await.assert_text("Ti restano 10 codici").assert_no_text(&recovery[0]);
        app.site.clock.advance(TimeDelta::seconds(90));
        Self { app, doctor, secret, recovery }
    }

    fn code(&self) -> String {
        second_factor::code_at(&self.secret, self.app.site.clock.now())
    }

    /// The page that asks the code, after the right password.
    async fn first_step(&self, browser: &Browser) -> Page {
        let page = browser.get("/millelight/accedi").await;
        let asked = page.submit("form", &[("username", "borghetto"), ("password", PASSWORD)]).await;
        asked.assert_status(200).assert_text("Codice di verifica");
        asked
    }
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

async fn secret(app: &TestApp) -> Vec<u8> {
    let sealer = app.site.sealer.clone();
    let standing = app.read(move |conn| Ok(second_factor::find(conn, &sealer, 1)?)).await;
    let Standing::Pending(secret) = standing else { panic!("no secret waits") };
    secret
}

#[actix_web::test]
async fn the_code_is_asked_and_good_once() {
    let world = World::new().await;
    let browser = world.app.anonymous();
    let asked = world.first_step(&browser).await;
    assert!(browser.cookie("millecloud").is_none(), "no session between the steps");
    browser.get_raw("/millelight/pazienti").await.assert_status(303);
    let code = world.code();
    let landed = asked.submit("form", &[("codice", &code)]).await;
    assert_eq!(landed.path, "/millelight/pazienti");
    // The same code again, from another browser.
    let other = world.app.anonymous();
    let asked = world.first_step(&other).await;
    asked.submit("form", &[("codice", &code)]).await.assert_status(422).assert_text("già stato usato");
    world.app.site.clock.advance(TimeDelta::seconds(30));
    asked.submit("form", &[("codice", &world.code())]).await.assert_status(200);
    // At the portal too.
    world.app.site.clock.advance(TimeDelta::seconds(30));
    let third = world.app.anonymous();
    let page = third.get("/millecloud/accedi").await;
    let asked = page.submit("form", &[("username", "borghetto"), ("password", PASSWORD)]).await;
    let landed = asked.submit("form", &[("codice", &world.code())]).await;
    assert_eq!(landed.path, "/millecloud/collaboratori");
}

#[actix_web::test]
async fn ten_codes_sent_at_once_are_one_guess() {
    let world = World::new().await;
    world.app.site.clock.stop();
    let mut asked = Vec::new();
    for _ in 0..10 {
        asked.push(world.first_step(&world.app.anonymous()).await);
    }
    let guesses = asked.iter().map(|page| async move { page.submit("form", &[("codice", "000000")]).await.status });
    let mut answers = futures_util::future::join_all(guesses).await;
    answers.sort_unstable();
    assert_eq!((answers[0], &answers[1..]), (422, &[429; 9][..]));
}

#[actix_web::test]
async fn six_wrong_codes_are_slowed_down_and_the_right_password_does_not_forgive_them() {
    let world = World::new().await;
    world.app.site.clock.stop();
    let browser = world.app.anonymous();
    let mut answers = Vec::new();
    for _ in 0..6 {
        let asked = world.first_step(&browser).await;
        answers.push(asked.submit("form", &[("codice", "000000")]).await.status);
        world.app.site.clock.advance(TimeDelta::seconds(1));
    }
    assert!(answers.contains(&429), "{answers:?}");
    world.app.site.clock.advance(TimeDelta::seconds(10));
    let asked = world.first_step(&browser).await;
    asked.submit("form", &[("codice", &world.code())]).await.assert_status(200);
}

#[actix_web::test]
async fn the_note_of_the_first_step_is_sealed_and_short_lived() {
    let world = World::new().await;
    let browser = world.app.anonymous();
    let asked = world.first_step(&browser).await;
    let note = asked.attribute("input[name=passo]", "value").unwrap();
    for forged in [String::new(), "1.AAAA".to_owned(), note.replacen("1.", "2.", 1), format!("{note}A")] {
        let page = asked.submit_raw("form", &[("passo", &forged), ("codice", &world.code())]).await;
        assert_eq!(page.header("location").as_deref(), Some("/millelight/accedi"), "{forged}");
    }
    world.app.site.clock.advance(TimeDelta::minutes(5) + TimeDelta::seconds(1));
    let late = asked.submit_raw("form", &[("codice", &world.code())]).await;
    assert_eq!(late.header("location").as_deref(), Some("/millelight/accedi"));
}

#[actix_web::test]
async fn a_recovery_code_opens_once_and_is_told() {
    let world = World::new().await;
    let browser = world.app.anonymous();
    let landed = world.first_step(&browser).await.submit("form", &[("codice", &world.recovery[3])]).await;
    assert_eq!(landed.path, "/millelight/pazienti");
    let other = world.app.anonymous();
    let asked = world.first_step(&other).await;
    asked.submit("form", &[("codice", &world.recovery[3])]).await.assert_status(422);
    browser.get("/millelight/accessi").await.assert_text("Accesso con un codice di recupero");
    browser.get(FACTOR).await.assert_text("Ti restano 9 codici");
}

#[actix_web::test]
async fn protected_acts_ask_it_again() {
    let world = World::new().await;
    world.app.site.clock.advance(TimeDelta::minutes(11));
    for path in ["/millelight/credenziali-sar", "/millecloud/collaboratori/aggiungi", FACTOR] {
        let asked = world.doctor.get(path).await;
        assert_eq!(asked.path.split('?').next(), Some("/millelight/conferma-password"), "{path}");
    }
    let asked = world.doctor.get("/millecloud/collaboratori/aggiungi").await;
    let refused = asked.submit(FORM, &[("password", PASSWORD), ("codice", "")]).await;
    refused.assert_status(422).assert_text("Il codice non è corretto");
    world.app.site.clock.advance(TimeDelta::seconds(2));
    let passed = refused.submit(FORM, &[("password", PASSWORD), ("codice", &world.code())]).await;
    assert_eq!(passed.path, "/millecloud/collaboratori/aggiungi");
}

#[actix_web::test]
async fn it_can_be_renewed_and_turned_off() {
    let world = World::new().await;
    let page = world.doctor.get(FACTOR).await;
    let renewed = page.submit(FORM, &[("azione", "codici")]).await;
    assert_ne!(renewed.all("ol .code"), world.recovery);
    let off = page.submit(FORM, &[("azione", "disattiva")]).await;
    off.assert_text("Il secondo fattore è disattivato").assert_text("Attiva il secondo fattore");
    try_login(&world.app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
    world.doctor.get("/millelight/accessi").await.assert_text("Secondo fattore disattivato");
    // A set-up that is given up, or the same button once more, is no event.
    let pending = off.submit(FORM, &[("azione", "inizia")]).await;
    for given_up in [&pending, &page] {
        let again = given_up.submit(FORM, &[("azione", "disattiva")]).await;
        again.assert_text("Attiva il secondo fattore").assert_no_text("è disattivato");
    }
    let told = world.doctor.get("/millelight/accessi").await.all("ul.rows strong");
    assert_eq!(told.iter().filter(|words| *words == "Secondo fattore disattivato").count(), 1);
    page.submit(FORM, &[("azione", "altro")]).await.assert_status(400);
    // It is the doctor's: a collaborator has none.
    world.app.add_collaborator("segreti", &[1]).await;
    world.app.login("segreti").await.get_raw(FACTOR).await.assert_status(403);
}
