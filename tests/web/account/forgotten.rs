//! «Password dimenticata»: one answer for everybody, one link, one use.

use diesel::prelude::*;
use millecloud::db::Db;
use millecloud::db::schema::{api_tokens, known_devices, one_time_tokens, outbox, sessions, users};
use millecloud::identity::second_factor;
use millecloud::jobs;
use millecloud::ports::mail::{MailError, Mailer};

use super::{comparable, deactivate, is_signed_in, link, mails, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;
use crate::support::page::Page;

const FORGOTTEN: &str = "/millelight/password-dimenticata";
const CHOOSE: &str = "/millelight/nuova-password/";
const FORM: &str = "form.stack";
const NEW: &str = "una frase nuova e lunga";

async fn ask(browser: &Browser, username: &str) -> Page {
    let page = browser.get("/millelight/accedi").await.follow(&format!("a[href='{FORGOTTEN}']")).await;
    page.assert_status(200).assert_text("Password dimenticata");
    page.submit(FORM, &[("username", username)]).await
}

/// Asks, and answers the path of the link that came.
async fn asked_link(app: &TestApp, username: &str) -> String {
    ask(&app.anonymous(), username).await.assert_status(200).assert_text("Controlla la posta");
    let sent = mails(app).await;
    assert_eq!(sent.len(), 1, "{:?}", sent.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
    link(app, &sent[0], CHOOSE)
}

async fn choose(page: &Page, password: &str) -> Page {
    page.submit(FORM, &[("password_nuova", password), ("password_ripetuta", password)]).await
}

async fn set_confirmed(app: &TestApp, user_id: i64, confirmed: bool) {
    let at = confirmed.then(|| app.site.clock.now());
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(user_id)).set(users::confirmed_at.eq(at)).execute(conn)?)
    })
    .await;
}

#[actix_web::test]
async fn from_the_login_page_to_a_new_password() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let elsewhere = app.login("borghetto").await;
    app.connect("borghetto").await;
    let path = asked_link(&app, " Borghetto ").await;

    // Opened by the scanner of a mail server first.
    app.anonymous().get(&path).await.assert_status(200);
    let browser = app.anonymous();
    let page = browser.get(&path).await;
    page.assert_status(200).assert_text("Scegli la nuova password").assert_text("Almeno 12 caratteri");
    assert!(page.header("referrer-policy").unwrap().contains("no-referrer"));
    assert_eq!(page.attribute("input[name=username]", "value").as_deref(), Some("borghetto"));
    for (password, problem) in
        [("corta", "almeno 12 caratteri"), ("borghetto-forever", "tuo nome"), (PASSWORD, "diversa da quella")]
    {
        choose(&page, password).await.assert_status(422).assert_text(problem);
    }
    let fields = [("password_nuova", NEW), ("password_ripetuta", "un'altra frase lunga")];
    page.submit(FORM, &fields).await.assert_status(422).assert_text("non coincidono");
    assert!(is_signed_in(&elsewhere).await, "nothing has changed yet");

    choose(&page, NEW).await.assert_status(200).assert_text("Password cambiata");
    assert!(!is_signed_in(&browser).await, "the link signs nobody in");
    assert!(!is_signed_in(&elsewhere).await);
    let left = app.read(move |conn| Ok(left_of(conn, id)?)).await;
    assert_eq!(left, (0, 0, 0), "sessions, programs, devices");
    choose(&page, "una terza frase lunga").await.assert_status(410);
    browser.get(&path).await.assert_status(410).assert_text("già stato usato");

    try_login(&browser, "borghetto", PASSWORD).await.assert_status(422);
    wait(&app, 2);
    try_login(&browser, "borghetto", NEW).await.assert_status(303);
    browser.get("/millelight/medico").await.assert_text("Nuova password scelta con «Password dimenticata»");
    browser.get("/millelight/accessi").await.assert_text("Nuova password scelta con «Password dimenticata»");
}

/// Sessions, connected programs and known devices of a user.
fn left_of(conn: &mut Db, id: i64) -> QueryResult<(i64, i64, i64)> {
    Ok((
        sessions::table.filter(sessions::user_id.eq(id)).count().get_result(conn)?,
        api_tokens::table.filter(api_tokens::user_id.eq(id)).count().get_result(conn)?,
        known_devices::table.filter(known_devices::user_id.eq(id)).count().get_result(conn)?,
    ))
}

#[actix_web::test]
async fn everybody_gets_the_same_answer_and_one_a_mail() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let shut = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    deactivate(&app, shut).await;
    let unconfirmed = app.add_doctor("verdi", "VRDGPP70A01H501K").await;
    set_confirmed(&app, unconfirmed, false).await;
    app.add_collaborator("segreti", &[]).await;
    let mut answers = Vec::new();
    for username in ["borghetto", "nessuno", "rossi", "verdi", "segreti", "con\u{202e}trollo"] {
        let answer = ask(&app.anonymous(), username).await;
        answers.push((answer.status, answer.path.clone(), comparable(&answer, username)));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let sent = mails(&app).await;
    let to: Vec<&str> = sent.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["borghetto@example.it"]);
    for part in [&sent[0].subject, &sent[0].text, &sent[0].html] {
        assert!(!part.contains("Paolo") && !part.to_lowercase().contains("borghetto"), "names nobody: {part}");
    }
    ask(&app.anonymous(), " ").await.assert_status(422).assert_text("Scrivi il tuo username");
}

#[actix_web::test]
async fn the_second_factor_is_asked_as_ever() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let secret = app.turn_on_second_factor(id).await;
    let path = asked_link(&app, "borghetto").await;
    let page = app.anonymous().get(&path).await;
    choose(&page, NEW).await.assert_status(200);
    let browser = app.anonymous();
    let asked = try_login(&browser, "borghetto", NEW).await;
    asked.assert_status(200).assert_text("Codice di verifica");
    assert!(!is_signed_in(&browser).await);
    wait(&app, 90);
    let asked = try_login(&browser, "borghetto", NEW).await;
    let code = second_factor::code_at(&secret, app.site.clock.now());
    asked.submit(FORM, &[("codice", &code)]).await.assert_status(200);
    assert!(is_signed_in(&browser).await);
}

#[actix_web::test]
async fn the_latest_link_is_the_only_one_and_lives_half_an_hour() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let first = asked_link(&app, "borghetto").await;
    let second = asked_link(&app, "borghetto").await;
    let browser = app.anonymous();
    browser.get(&first).await.assert_status(410);
    let hashes: Vec<String> =
        app.read(|conn| Ok(one_time_tokens::table.select(one_time_tokens::token_hash).load(conn)?)).await;
    assert!(hashes.len() == 1 && !second.ends_with(&hashes[0]), "kept hashed, once");
    let secrets: Vec<Option<Vec<u8>>> = app.read(|conn| Ok(outbox::table.select(outbox::secret).load(conn)?)).await;
    assert!(secrets.iter().all(Option::is_none), "the clear copy has gone with the mail");
    wait(&app, 30 * 60 - 1);
    let page = browser.get(&second).await;
    page.assert_status(200);
    wait(&app, 1);
    choose(&page, NEW).await.assert_status(410);
    browser.get(&second).await.assert_status(410);

    // Shut, or with another address, meanwhile; and a password changed by its owner.
    let third = asked_link(&app, "borghetto").await;
    browser.get(&third).await.assert_status(200);
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(id)).set(users::email.eq("altro@example.it")).execute(conn)?)
    })
    .await;
    browser.get(&third).await.assert_status(410);
    wait(&app, 3600);
    let fourth = asked_link(&app, "borghetto").await;
    let doctor = app.login("borghetto").await;
    let form = doctor.get("/millelight/password").await;
    let fields = [("password_attuale", PASSWORD), ("password_nuova", NEW), ("password_ripetuta", NEW)];
    form.submit("form[action='/millelight/password']", &fields).await.assert_status(200);
    browser.get(&fourth).await.assert_status(410);
    let fifth = asked_link(&app, "borghetto").await;
    deactivate(&app, id).await;
    browser.get(&fifth).await.assert_status(410);
    browser.get("/millelight/nuova-password/inventato").await.assert_status(410);
}

#[actix_web::test]
async fn a_link_that_has_died_is_not_mailed() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.mailbox.fail_with(Some(MailError::Temporary("SMTP 451".to_owned())));
    ask(&app.anonymous(), "borghetto").await.assert_status(200);
    let (mailer, mailbox) = Mailer::memory();
    mailbox.fail_with(Some(MailError::Temporary("SMTP 451".to_owned())));
    for turn in 0.. {
        jobs::outbox::run_due(&app.site, &mailer).await.unwrap();
        let error: String = app.read(|conn| Ok(outbox::table.select(outbox::last_error).first(conn)?)).await;
        if !error.is_empty() {
            break;
        }
        assert!(turn < 500, "the job was not tried");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    app.mailbox.fail_with(None);
    wait(&app, 31 * 60);
    assert!(mails(&app).await.is_empty(), "the job is done without a mail");
}

#[actix_web::test]
async fn requests_are_bounded_and_a_known_device_has_its_own_count() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let known = app.login("borghetto").await;
    for username in ["borghetto", "nessuno"] {
        for _ in 0..3 {
            ask(&app.anonymous(), username).await.assert_status(200);
        }
        let refused = ask(&app.anonymous(), username).await;
        refused.assert_status(429).assert_text("Troppe richieste");
        assert!(refused.header("retry-after").is_some());
    }
    mails(&app).await;
    // Signed out, on the telephone that has signed in before: a stranger's requests do not shut the owner out.
    let device = app.anonymous();
    device.set_cookie("dispositivo", &known.cookie("dispositivo").unwrap());
    ask(&device, "borghetto").await.assert_status(200);
    assert_eq!(mails(&app).await.len(), 1);
    // One network may not go through all the names there are.
    for n in 0..14 {
        ask(&app.anonymous(), &format!("nome{n}")).await.assert_status(200);
    }
    ask(&app.anonymous(), "ancora-uno").await.assert_status(429);
    wait(&app, 3600);
    ask(&app.anonymous(), "borghetto").await.assert_status(200);
    // The login's own count is another one.
    assert!(is_signed_in(&app.login("borghetto").await).await);
    let _ = id;
}
