//! A login form sent again by whoever is in already: another window, Back.

use millecloud::identity::second_factor;

use super::OWN_PAGE;
use crate::support::TestApp;
use crate::support::app::PASSWORD;

#[actix_web::test]
async fn a_second_window_goes_where_it_was_going() {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.add_collaborator("segreti", &[doctor]).await;
    for (username, door, home) in [
        ("borghetto", "/millelight/accedi", "/millelight/pazienti"),
        ("borghetto", "/millecloud/accedi", "/millecloud/collaboratori"),
        ("segreti", "/millelight/accedi", "/millelight/medici"),
        ("segreti", "/millecloud/accedi", "/millecloud/medici"),
    ] {
        let browser = app.anonymous();
        let (first, second) = (browser.get(door).await, browser.get(door).await);
        let fields = [("username", username), ("password", PASSWORD)];
        first.submit_raw("form", &fields).await.assert_status(303);
        for page in [&second, &first] {
            let again = page.submit_raw("form", &fields).await;
            assert_eq!((again.status, again.header("location").as_deref()), (303, Some(home)), "{username} at {door}");
        }
        let wanted = [("username", username), ("password", PASSWORD), ("next", OWN_PAGE)];
        let again = second.submit_raw("form", &wanted).await;
        assert_eq!(again.header("location").as_deref(), Some(OWN_PAGE));
        browser.get_raw("/millelight/accessi").await.assert_status(200);
    }
}

#[actix_web::test]
async fn another_name_is_another_login_and_a_forged_form_is_none() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    let browser = app.anonymous();
    let (first, second) = (browser.get("/millelight/accedi").await, browser.get("/millelight/accedi").await);
    first.submit_raw("form", &[("username", "borghetto"), ("password", PASSWORD)]).await.assert_status(303);
    let wrong = second.submit_raw("form", &[("username", "rossi"), ("password", "sbagliata")]).await;
    wrong.assert_status(422);
    app.site.clock.advance(chrono::TimeDelta::seconds(2));
    second.submit_raw("form", &[("username", "rossi"), ("password", PASSWORD)]).await.assert_status(303);
    browser.get("/millelight/medico").await.assert_text("RSSMRA70A01H501S");
    // A token of another browser is still refused.
    let stranger = app.anonymous().get("/millelight/accedi").await;
    let (action, fields) = stranger.filled("form", &[("username", "rossi"), ("password", PASSWORD)]);
    browser.post(&action, &fields).await.assert_status(403);
}

#[actix_web::test]
async fn a_code_sent_again_goes_on_and_may_be_typed_with_a_dash() {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let secret = app.turn_on_second_factor(id).await;
    app.site.clock.advance(chrono::TimeDelta::seconds(90));
    let browser = app.anonymous();
    let page = browser.get("/millelight/accedi").await;
    let fields = [("username", "borghetto"), ("password", PASSWORD)];
    let (first, second) = (page.submit_raw("form", &fields).await, page.submit_raw("form", &fields).await);
    let code = second_factor::code_at(&secret, app.site.clock.now());
    let dashed = format!("{}-{}", &code[..3], &code[3..]);
    for step in [&first, &second, &first] {
        let sent = step.submit_raw("form", &[("codice", &dashed)]).await;
        assert_eq!((sent.status, sent.header("location").as_deref()), (303, Some("/millelight/pazienti")));
    }
}
