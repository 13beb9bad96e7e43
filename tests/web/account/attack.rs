//! An attack from the surgery's own address: the doctor is not shut out with the attacker.

use millecloud::web::address;

use super::{OWN_PAGE, try_login, wait};
use crate::support::TestApp;
use crate::support::app::PASSWORD;

/// Wrong logins within one virtual minute, ten at a time; returns how many were looked at.
async fn a_minute_of_guesses(app: &TestApp) -> usize {
    let strangers: Vec<_> = (0..10).map(|_| app.anonymous()).collect();
    let mut looked_at = 0;
    for round in 0..20 {
        wait(app, if round == 0 { 0 } else { 3 });
        let guess = |(n, stranger)| {
            let name = if n == 0 { "borghetto".to_owned() } else { format!("nome{round}x{n}") };
            async move { try_login(stranger, &name, "sbagliata").await.status }
        };
        let answers = futures_util::future::join_all(strangers.iter().enumerate().map(guess)).await;
        looked_at += answers.iter().filter(|status| **status == 422).count();
    }
    looked_at
}

#[actix_web::test]
async fn two_hundred_wrong_logins_a_minute_do_not_keep_the_doctor_s_phone_out() {
    let app = TestApp::start().await;
    let phone = app.doctor().await;
    phone.get(OWN_PAGE).await.submit("form[action='/millelight/esci']", &[]).await;
    app.site.clock.stop();
    let looked_at = a_minute_of_guesses(&app).await;
    assert!(looked_at <= 10, "{looked_at} guesses");
    // The clock stands: had it waited at all, it would have been told to.
    try_login(&phone, "borghetto", PASSWORD).await.assert_status(303);
    // A device nobody knows waits like everybody behind that address.
    try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(429);
    // The phone's own mistakes are its own: the account's table, and nobody else's.
    phone.get(OWN_PAGE).await.submit("form[action='/millelight/esci']", &[]).await;
    try_login(&phone, "borghetto", "sbagliata").await.assert_status(422);
    try_login(&phone, "borghetto", PASSWORD).await.assert_status(429);
    wait(&app, 2);
    try_login(&phone, "borghetto", PASSWORD).await.assert_status(303);
}

#[actix_web::test]
async fn a_right_password_with_a_second_factor_passes_from_a_shut_address() {
    let app = TestApp::start().await;
    app.site.clock.stop();
    let id = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.turn_on_second_factor(id).await;
    a_minute_of_guesses(&app).await;
    let wrong = try_login(&app.anonymous(), "rossi", "sbagliata").await;
    wrong.assert_status(429).assert_text("Troppi tentativi");
    wait(&app, 2);
    try_login(&app.anonymous(), "rossi", PASSWORD).await.assert_status(200).assert_text("Codice");
    // Patients and programs have counts of their own.
    let page = app.anonymous().get("/millebook/accedi").await;
    let wrong = page.submit_raw("form", &[("username", "SCCCLD63E30L483Q"), ("password", "sbagliata")]).await;
    wrong.assert_status(422);
}

#[actix_web::test]
async fn behind_an_undeclared_proxy_nobody_is_shut_out_as_this_machine() {
    use actix_web::test::TestRequest;
    let app = TestApp::start().await;
    let of = |site: &millecloud::site::Site, peer: &str| {
        address::counted_address(site, &TestRequest::get().peer_addr(peer.parse().unwrap()).to_http_request())
    };
    let mut site = app.site.clone();
    assert_eq!(of(&site, "127.0.0.1:9").as_deref(), Some("127.0.0.1"));
    site.tls = true;
    assert_eq!((of(&site, "127.0.0.1:9"), of(&site, "[::1]:9")), (None, None));
    assert_eq!(of(&site, "192.0.2.7:9").as_deref(), Some("192.0.2.7"));
    site.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    assert_eq!(of(&site, "127.0.0.1:9").as_deref(), Some("127.0.0.1"));
}
