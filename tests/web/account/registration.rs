//! CREA UN ACCOUNT.

use std::time::Duration;

use diesel::prelude::*;
use millecloud::db::schema::{one_time_tokens, outbox, users};
use millecloud::jobs;
use millecloud::ports::mail::{MailError, Mailer};

use super::{comparable, link, mails, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;
use crate::support::browser::Browser;
use crate::support::page::Page;

const FORM: &str = "form[action='/millelight/registrazione']";
const CHOSEN: &str = "una frase scelta con cura";
const CODE: &str = "RSSMRA70A01H501S";
const CONFIRM: &str = "/millelight/conferma/";

async fn second_step(browser: &Browser) -> Page {
    let first = browser.get("/millelight/registrazione").await;
    first.assert_text("scegli la regione").assert_text("Veneto");
    let page = browser.get("/millelight/registrazione?regione=050").await;
    page.assert_status(200).assert_text("Regione: Veneto");
    page
}

async fn ask(browser: &Browser, email: &str, code: &str, password: &str) -> Page {
    let page = second_step(browser).await;
    let fields = [
        ("cognome", "Rossi"),
        ("nome", "Mario"),
        ("codice_fiscale", code),
        ("asl", "503"),
        ("email", email),
        ("password_nuova", password),
        ("password_ripetuta", password),
    ];
    page.submit(FORM, &fields).await
}

/// State, secret and last error of the one job.
async fn job(app: &TestApp) -> (String, Option<Vec<u8>>, String) {
    app.read(|conn| Ok(outbox::table.select((outbox::state, outbox::secret, outbox::last_error)).first(conn)?)).await
}

/// Asks for an account and tries its one job with a server that fails in this way, whoever takes it first: the commit
/// wakes the portal's own runner.
async fn ask_and_fail(app: &TestApp, failure: MailError) {
    let (mailer, mailbox) = Mailer::memory();
    app.mailbox.fail_with(Some(failure.clone()));
    mailbox.fail_with(Some(failure));
    ask(&app.anonymous(), "mario.rossi@example.it", CODE, CHOSEN).await;
    for _ in 0..500 {
        jobs::outbox::run_due(&app.site, &mailer).await.unwrap();
        if !job(app).await.2.is_empty() {
            app.mailbox.fail_with(None);
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the job was not tried");
}

async fn count_users(app: &TestApp) -> i64 {
    app.read(|conn| Ok(users::table.count().get_result(conn)?)).await
}

#[actix_web::test]
async fn from_the_form_to_the_first_login() {
    let app = TestApp::start().await;
    let browser = app.anonymous();
    ask(&browser, "Mario.Rossi@Example.it", CODE, CHOSEN).await.assert_status(200).assert_text("Controlla la posta");
    let sent = mails(&app).await;
    let mail = &sent[0];
    assert_eq!((sent.len(), mail.to.as_str()), (1, "mario.rossi@example.it"));
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(!part.contains("Rossi") && !part.contains(CODE), "nothing typed in the form: {part}");
    }
    try_login(&browser, "mario.rossi@example.it", CHOSEN).await.assert_text("Conferma prima");

    let path = link(&app, mail, CONFIRM);
    let page = browser.get(&path).await;
    page.assert_status(200).assert_text("Attiva l’account");
    let form = "form[action^='/millelight/conferma/']";
    page.submit(form, &[("password", "un'altra password")]).await.assert_status(422).assert_text("Non è la password");
    wait(&app, 2);
    page.submit(form, &[("password", CHOSEN)]).await.assert_status(200).assert_text("Account attivo");
    browser.get(&path).await.assert_status(410).assert_text("già stato usato");
    page.submit(form, &[("password", CHOSEN)]).await.assert_status(410);
    try_login(&browser, "MARIO.ROSSI@example.it", CHOSEN).await.assert_status(303);
    browser.get("/millelight/medico").await.assert_text("ROSSI Mario").assert_text(CODE);
}

#[actix_web::test]
async fn the_token_is_kept_hashed_and_its_clear_copy_goes_with_the_mail() {
    let app = TestApp::start().await;
    ask_and_fail(&app, MailError::Temporary("SMTP 451".to_owned())).await;
    let (state, secret, _) = job(&app).await;
    assert!(state == "waiting" && secret.is_some());
    let (mailer, _) = Mailer::memory();
    assert_eq!(jobs::outbox::run_due(&app.site, &mailer).await.unwrap(), 0, "not before its time");
    wait(&app, 61);
    let sent = mails(&app).await;
    assert_eq!(job(&app).await, ("done".to_owned(), None, String::new()));
    let token = link(&app, &sent[0], CONFIRM).rsplit('/').next().unwrap().to_owned();
    let hashes: Vec<String> =
        app.read(|conn| Ok(one_time_tokens::table.select(one_time_tokens::token_hash).load(conn)?)).await;
    assert!(hashes.len() == 1 && hashes[0] != token);
}

#[actix_web::test]
async fn an_existing_address_gets_the_same_page_and_another_mail() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    let known = ask(&browser, "borghetto@example.it", CODE, CHOSEN).await;
    let unknown = ask(&browser, "mario.rossi@example.it", CODE, CHOSEN).await;
    assert_eq!((known.status, known.path.as_str()), (unknown.status, unknown.path.as_str()));
    assert_eq!(comparable(&known, "borghetto@example.it"), comparable(&unknown, "mario.rossi@example.it"));
    let sent = mails(&app).await;
    assert_eq!(
        sent.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(),
        ["borghetto@example.it", "mario.rossi@example.it"]
    );
    assert!(sent[0].subject.contains("Hai già un account") && sent[0].text.contains("username è: borghetto"));
    assert_eq!(count_users(&app).await, 2);
    try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_claimed_fiscal_code_opens_nothing_and_its_owner_is_told() {
    let app = TestApp::start().await;
    let owner = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    ask(&browser, "altro@example.it", "BRGPLA59L23M048S", CHOSEN).await.assert_text("Controlla la posta");
    let sent = mails(&app).await;
    let told = sent.iter().find(|mail| mail.to == "borghetto@example.it").expect("the owner is told");
    assert!(told.text.contains("il tuo codice fiscale") && !told.text.contains("altro@example.it"));
    let asked = sent.iter().find(|mail| mail.to == "altro@example.it").unwrap();
    let page = browser.get(&link(&app, asked, CONFIRM)).await;
    page.submit("form", &[("password", CHOSEN)]).await.assert_text("Account attivo");
    try_login(&browser, "altro@example.it", CHOSEN).await.assert_status(303);
    let ids: Vec<i64> = app.read(|conn| Ok(users::table.order(users::id).select(users::id).load(conn)?)).await;
    assert!(ids.len() == 2 && ids[0] == owner, "another user, with an archive of its own");
    try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_newer_request_replaces_the_older_one_and_nobody_confirms_for_another() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    let (victim, stranger) = (app.anonymous(), app.anonymous());
    ask(&victim, "mario.rossi@example.it", CODE, CHOSEN).await;
    let first = link(&app, &mails(&app).await[0], CONFIRM);
    ask(&stranger, "mario.rossi@example.it", CODE, "la frase di un estraneo").await;
    let second = link(&app, &mails(&app).await[0], CONFIRM);
    assert_eq!(count_users(&app).await, 1);
    victim.get(&first).await.assert_status(410);
    let page = victim.get(&second).await;
    page.submit("form", &[("password", CHOSEN)]).await.assert_status(422);
    try_login(&stranger, "mario.rossi@example.it", "la frase di un estraneo").await.assert_status(429);
    wait(&app, 2);
    try_login(&stranger, "mario.rossi@example.it", "la frase di un estraneo").await.assert_text("Conferma prima");
}

#[actix_web::test]
async fn the_link_is_good_for_two_days() {
    let app = TestApp::start().await;
    let browser = app.anonymous();
    ask(&browser, "mario.rossi@example.it", CODE, CHOSEN).await;
    let path = link(&app, &mails(&app).await[0], CONFIRM);
    wait(&app, 48 * 3600 - 60);
    let page = browser.get(&path).await;
    page.assert_status(200);
    wait(&app, 61);
    browser.get(&path).await.assert_status(410);
    page.submit("form", &[("password", CHOSEN)]).await.assert_status(410);
    browser.get("/millelight/conferma/0000").await.assert_status(410);
    wait(&app, 31 * 24 * 3600);
    jobs::upkeep::run(&app.site).await.unwrap();
    assert_eq!(count_users(&app).await, 0, "registrations nobody confirmed are forgotten");
}

#[actix_web::test]
async fn three_requests_an_hour_from_one_address() {
    let app = TestApp::start().await;
    let browser = app.anonymous();
    for n in 0..3 {
        ask(&browser, &format!("medico{n}@example.it"), CODE, CHOSEN).await.assert_status(200);
    }
    let refused = ask(&browser, "medico3@example.it", CODE, CHOSEN).await;
    refused.assert_status(429).assert_text("Troppe richieste di account");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.attribute("#email", "value").as_deref(), Some("medico3@example.it"));
    wait(&app, 3600);
    ask(&browser, "medico3@example.it", CODE, CHOSEN).await.assert_status(200);
    assert_eq!(count_users(&app).await, 4);
}

#[actix_web::test]
async fn every_error_stands_beside_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let browser = app.anonymous();
    let page = second_step(&browser).await;
    let fields = [
        ("cognome", "Rossi\u{202e}"),
        ("nome", ""),
        ("codice_fiscale", "RSSMRA70A01H501X"),
        ("asl", "999"),
        ("email", "a@b.it, c@d.it"),
        ("password_nuova", "corta"),
        ("password_ripetuta", "corta"),
    ];
    let wrong = page.submit(FORM, &fields).await;
    wrong.assert_status(422).assert_text("Controlla i dati inseriti");
    assert_eq!(wrong.all(".field__err").len(), 6);
    wrong.assert_text("Scrivi il nome");
    for name in ["cognome", "codice_fiscale", "email"] {
        let typed = fields.iter().find(|(field, _)| *field == name).unwrap().1;
        assert_eq!(wrong.attribute(&format!("#{name}"), "value").as_deref(), Some(typed));
    }
    assert_eq!(wrong.attribute("#password_nuova", "value"), None);
    assert_eq!(count_users(&app).await, 0);
    // "Avanti" without a choice says so in our words, not in the browser's.
    let unsaid = browser.get("/millelight/registrazione?regione=").await;
    unsaid.assert_status(422).assert_text("Scegli una regione");
    assert!(unsaid.attribute("form[method='get']", "novalidate").is_some());
    browser.get("/millelight/registrazione?regione=999").await.assert_status(422).assert_text("Scegli una regione");
    let forged = page.submit(FORM, &[("regione", "999")]).await;
    forged.assert_status(422).assert_text("Scegli una regione");
}

#[actix_web::test]
async fn a_mail_the_server_refuses_for_good_is_given_up() {
    let app = TestApp::start().await;
    ask_and_fail(&app, MailError::Permanent("SMTP 550".to_owned())).await;
    assert_eq!(job(&app).await, ("given_up".to_owned(), None, "SMTP 550".to_owned()));
}

#[actix_web::test]
async fn until_verified_a_doctor_reaches_nobody_and_nothing_of_the_states() {
    use millecloud::account::service::operate;
    use millecloud::db::schema::doctors;
    use millecloud::web::paths;

    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.write(move |conn| {
        let none = doctors::verified_at.eq(None::<chrono::NaiveDateTime>);
        Ok(diesel::update(doctors::table.find(id)).set(none).execute(conn)?)
    })
    .await;
    app.fill_archive(id, "SCCCLD63E30L483Q").await;
    let doctor = app.login("borghetto").await;
    let page = doctor.get("/millelight/pazienti").await;
    page.assert_status(200);
    let token = [("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())];
    let same = &[("sec-fetch-site", "same-origin")];
    let mut shut = 0;
    for pattern in paths::BEYOND {
        let address = pattern.replace("{id}", "1").replace("{association}", "1").replace("{delivery}", "1");
        for answer in [doctor.get_raw(&address).await, doctor.post_raw(&address, &token, same).await] {
            if matches!(answer.status, 404 | 405) {
                continue;
            }
            shut += 1;
            assert_eq!(answer.header("location").as_deref(), Some("/millelight/verifica"), "{address}");
        }
    }
    assert!(shut >= paths::BEYOND.len(), "{shut} doors");
    doctor.get("/millelight/verifica").await.assert_text("Il tuo account è da verificare").assert_text("borghetto");
    let now = app.site.clock.now();
    operate::act(&mut app.site.db.connection().unwrap(), "borghetto", operate::Act::Verify, now).unwrap();
    doctor.get("/millecloud/collaboratori").await.assert_text("Collaboratori associati");
    doctor.get_raw("/millelight/verifica").await.assert_status(303);
}
