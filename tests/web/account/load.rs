//! More passwords at once than can be checked.

use actix_web::ResponseError as _;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use millecloud::account::service::sign_in::{Attempt, Outcome, STAFF, sign_in};
use millecloud::identity::password::Passwords;

use super::try_login;
use crate::support::TestApp;
use crate::support::app::PASSWORD;

#[actix_web::test]
async fn whoever_finds_the_queue_full_is_asked_to_come_back() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let mut site = app.site.clone();
    site.passwords = Passwords::new(&site.keys, 9).unwrap();
    let mut attempts: FuturesUnordered<_> = (0..60)
        .map(|n| {
            let attempt = Attempt {
                username: format!("nome{n}"),
                password: "sbagliata".to_owned(),
                address: Some(format!("address {n}")),
                door: millecloud::identity::throttle::Door::Surgery,
                device: None,
                browser: String::new(),
                roles: STAFF,
            };
            sign_in(&site, attempt)
        })
        .collect();
    let (mut checked, mut refused) = (0, 0);
    while let Some(outcome) = attempts.next().await {
        match outcome {
            Ok(outcome) => {
                assert!(matches!(outcome, Outcome::Wrong));
                checked += 1;
            }
            Err(error) => {
                let answer = error.error_response();
                assert_eq!(answer.status(), 503);
                assert!(answer.headers().contains_key("retry-after"));
                refused += 1;
            }
        }
    }
    assert!(checked >= 22 && refused > 0, "{checked} checked, {refused} refused");
    try_login(&app.anonymous(), "borghetto", PASSWORD).await.assert_status(303);
}
