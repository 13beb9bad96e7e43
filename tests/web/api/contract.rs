//! The shape of the interface: the document, problems instead of pages, bounds on what is sent.

use reqwest::Method;
use serde_json::json;

use super::World;
use crate::support::TestApp;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[actix_web::test]
async fn the_document_is_open_to_all_and_is_openapi() {
    let app = TestApp::start().await;
    let document = app.program().document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    let text = document.to_string();
    for word in ["Segreti", "SACCAVINI", "023086150"] {
        assert!(text.contains(word) || text.to_lowercase().contains(&word.to_lowercase()), "no example with {word}");
    }
}

#[actix_web::test]
async fn a_program_never_gets_a_page() {
    let world = World::new().await;
    let stranger = world.app.program();
    for (method, path, status) in [
        (Method::GET, "/api/", 404),
        (Method::GET, "/api/v1/altro", 404),
        (Method::POST, "/api/v1/altro", 404),
        (Method::GET, "/api/v1/token", 405),
        (Method::PUT, "/api/v1/me", 405),
        (Method::GET, "/api/v1/me", 401),
        (Method::POST, "/api/v1/token", 415),
    ] {
        let answer = stranger.send_raw(method, path, None, &[]).await;
        answer.assert_status(status);
        assert_eq!(answer.header("content-type").as_deref(), Some("application/problem+json"), "{path}");
        assert_eq!(answer.body["status"], status, "{path}");
        assert!(!answer.body["title"].as_str().unwrap().is_empty());
    }
    // What nobody serves is told so, also when it brings a body.
    for (method, path) in [(Method::TRACE, "/api/v1/me"), (Method::GET, "/api/v1/token")] {
        stranger.send_raw(method, path, Some("{}".to_owned()), JSON).await.assert_status(405);
    }
}

#[actix_web::test]
async fn who_asks_is_known_before_what_is_asked() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/search", world.paolo);
    let stranger = world.app.program();
    for (body, headers) in [(None, &[][..]), (Some("{".to_owned()), JSON), (Some("x".repeat(40_000)), JSON)] {
        stranger.send(Method::POST, &address, body, headers).await.assert_status(401);
    }
}

#[actix_web::test]
async fn bodies_are_bounded_and_must_be_json() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/search", world.paolo);
    let send = |body: String, kind: &'static str| {
        let (program, address) = (world.program.clone(), address.clone());
        async move { program.send(Method::POST, &address, Some(body), &[("content-type", kind)]).await }
    };
    let fits = json!({"text": "a"}).to_string();
    send(fits.clone(), "application/json; charset=utf-8").await.assert_status(200);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        send(fits.clone(), kind).await.assert_status(415);
    }
    for broken in ["", "{", "{\"text\": \"a\"} x", "\u{feff}{}", "{\"text\": \"\\ud800\"}"] {
        let answer = send(broken.to_owned(), "application/json").await;
        answer.assert_status(400);
        assert!(answer.body["detail"].as_str().unwrap().contains("riga"), "{}", answer.body);
    }
    let large = |length: usize| json!({"text": "a".repeat(length)}).to_string();
    send(large(32 * 1024 - 11), "application/json").await.assert_status(422);
    for length in [32 * 1024, 70_000] {
        let answer = send(large(length), "application/json").await;
        answer.assert_status(413);
        assert_eq!(answer.body["status"], 413);
    }
}

#[actix_web::test]
async fn requests_from_other_sites_are_no_use_without_a_token() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/search", world.paolo);
    let body = Some(json!({"text": "a"}).to_string());
    let elsewhere =
        [("content-type", "application/json"), ("sec-fetch-site", "cross-site"), ("origin", "https://example.org")];
    // A program may come from anywhere: its token speaks for it, and no page of another site can know it.
    let answer = world.program.send(Method::POST, &address, body.clone(), &elsewhere).await;
    answer.assert_status(200);
    assert!(answer.header("access-control-allow-origin").is_none());
    let browser = world.app.login("segreti").await;
    let cookie = format!("millecloud={}", browser.cookie("millecloud").unwrap());
    let with_cookie = [("content-type", "application/json"), ("cookie", cookie.as_str())];
    world.app.program().send(Method::POST, &address, body, &with_cookie).await.assert_status(401);
}
