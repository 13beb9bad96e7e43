//! Signing in.

use diesel::prelude::*;
use millecloud::db::schema::users;

use super::{OWN_PAGE, comparable, deactivate, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;

#[actix_web::test]
async fn a_doctor_logs_in_and_out() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    page.assert_status(200).assert_text("BORGHETTO Paolo").assert_text("Veneto (050)");
    let out = page.submit_raw("form[action='/millelight/esci']", &[]).await;
    out.assert_status(303);
    assert_eq!(out.header("location").as_deref(), Some("/millelight/accedi"));
    assert_eq!(out.header("clear-site-data").as_deref(), Some("\"cache\", \"storage\""));
    assert_eq!(doctor.cookie("millecloud"), None);
    doctor.get_raw(OWN_PAGE).await.assert_status(303);
}

#[actix_web::test]
async fn the_login_page_says_the_version_and_leads_to_help_and_registration() {
    let app = TestApp::start().await;
    let page = app.anonymous().get("/millelight/accedi").await;
    page.assert_text(&format!("Millelight - versione {}", env!("CARGO_PKG_VERSION")));
    assert!(page.all("button").iter().any(|text| text.contains("ACCEDI")));
    page.follow("a[href='/millelight/info']")
        .await
        .assert_status(200)
        .assert_text("8.30-19.30")
        .assert_text("9.00-13.00");
    page.follow("a[href='/millelight/registrazione']").await.assert_status(200).assert_text("Crea un account");
    app.anonymous().get("/").await.assert_status(200).assert_text("Millelight");
}

#[actix_web::test]
async fn unknown_wrong_and_inactive_users_get_the_same_answer() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let inactive = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    deactivate(&app, inactive).await;
    let browser = app.anonymous();
    let mut answers = Vec::new();
    for (username, password) in
        [("nessuno-qui", PASSWORD), ("borghetto", "sbagliata"), ("rossi", PASSWORD), ("a\0b", "indovino")]
    {
        let page = try_login(&browser, username, password).await;
        page.assert_status(422).assert_text("Username o password non corretti");
        assert!(!page.body.contains(password), "the password never comes back");
        answers.push(comparable(&page, username));
        wait(&app, 2);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[1], answers[2]);
}

#[actix_web::test]
async fn what_is_missing_is_said_beside_its_field() {
    let app = TestApp::start().await;
    let page = try_login(&app.anonymous(), "", "").await;
    page.assert_status(422);
    assert_eq!(page.all(".field__err").len(), 2);
}

#[actix_web::test]
async fn an_unconfirmed_doctor_is_told_only_with_the_right_password() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(id))
            .set(users::confirmed_at.eq(None::<chrono::NaiveDateTime>))
            .execute(conn)?)
    })
    .await;
    let browser = app.anonymous();
    try_login(&browser, "borghetto", "sbagliata").await.assert_status(422).assert_no_text("Conferma prima");
    wait(&app, 2);
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(422).assert_text("Conferma prima il tuo indirizzo");
    assert_eq!(browser.cookie("millecloud"), None);
}

#[actix_web::test]
async fn failures_slow_strangers_down_but_not_the_doctor_s_own_device() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    let doctor = app.doctor().await;
    let page = doctor.get(OWN_PAGE).await;
    page.submit("form[action='/millelight/esci']", &[]).await;
    assert!(doctor.cookie("dispositivo").is_some(), "the device stays known after logout");

    let stranger = app.anonymous();
    for _ in 0..3 {
        try_login(&stranger, "borghetto", "sbagliata").await.assert_status(422);
        wait(&app, 2);
    }
    // After the third failure the wait is three seconds, two of which have gone.
    let refused = try_login(&stranger, "borghetto", PASSWORD).await;
    refused.assert_status(429).assert_text("Troppi tentativi non riusciti: aspetta");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    try_login(&doctor, "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_wait_ends_and_a_right_password_forgets_the_failures() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    for _ in 0..3 {
        try_login(&browser, "borghetto", "sbagliata").await.assert_status(422);
        wait(&app, 3);
    }
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(303);
    let other = app.anonymous();
    try_login(&other, "borghetto", "sbagliata").await.assert_status(422);
    wait(&app, 1);
    try_login(&other, "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_username_that_does_not_exist_is_slowed_down_alike() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    let browser = app.anonymous();
    try_login(&browser, "nessuno", "x").await.assert_status(422);
    try_login(&browser, "nessuno", "x").await.assert_status(429);
}

#[actix_web::test]
async fn one_address_trying_many_names_is_slowed_down_then_shut_out_for_a_day() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    for n in 0..10 {
        try_login(&browser, &format!("nome{n}"), "x").await.assert_status(422);
    }
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(429);
    for n in 10..15 {
        wait(&app, 61);
        try_login(&browser, &format!("nome{n}"), "x").await.assert_status(422);
    }
    wait(&app, 3600);
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(429).assert_text("riprova dopo le");
    wait(&app, 23 * 3600 + 60);
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn many_failures_before_a_login_are_told() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    for _ in 0..5 {
        try_login(&browser, "borghetto", "sbagliata").await;
        wait(&app, 4);
    }
    try_login(&browser, "borghetto", PASSWORD).await.assert_status(303);
    browser.get(OWN_PAGE).await.assert_text("dopo almeno cinque password sbagliate");
    browser.get(OWN_PAGE).await.assert_no_text("dopo almeno cinque password sbagliate");
}

#[actix_web::test]
async fn login_leads_on_to_own_pages_only() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    for (next, landing) in [
        (OWN_PAGE, OWN_PAGE),
        ("/millelight/pazienti/12?problema=4", "/millelight/pazienti/12?problema=4"),
        ("//e", "/millelight/pazienti"),
        ("/\\e", "/millelight/pazienti"),
        ("https:e", "/millelight/pazienti"),
        ("https://example.org/millelight/medico", "/millelight/pazienti"),
        ("/%2fexample.org", "/millelight/pazienti"),
        ("/millelight/medico\r\nX: y", "/millelight/pazienti"),
    ] {
        let browser = app.anonymous();
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = browser.get(&format!("/millelight/accedi?{query}")).await;
        // Also when the hidden field itself is forged.
        let fields = [("username", "borghetto"), ("password", PASSWORD), ("next", next)];
        for landed in
            [page.submit_raw("form", &fields).await, browser.get_raw(&format!("/millelight/accedi?{query}")).await]
        {
            landed.assert_status(303);
            assert_eq!(landed.header("location").as_deref(), Some(landing), "{next}");
        }
    }
    let visitor = app.anonymous();
    let turned_away = visitor.get_raw(OWN_PAGE).await;
    assert_eq!(turned_away.header("location").as_deref(), Some("/millelight/accedi?next=/millelight/medico"));
}

#[actix_web::test]
async fn a_login_without_the_page_s_token_is_refused() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.anonymous();
    let fields = [("username".to_owned(), "borghetto".to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
    browser.post("/millelight/accedi", &fields).await.assert_status(403);
    let page = browser.get("/millelight/accedi").await;
    let (action, fields) = page.filled("form", &[("username", "borghetto"), ("password", PASSWORD)]);
    browser.post_raw(&action, &fields, &[("sec-fetch-site", "cross-site")]).await.assert_status(403);
    assert_eq!(browser.cookie("millecloud"), None);
}
