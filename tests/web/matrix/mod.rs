//! Every address of the portal, asked by everybody who may not: nobody, another doctor, another site.
//!
//! The list is `web::paths::pattern::ALL`: a new address is in the matrix from its first day. The addresses for programs
//! have the document as their list, and a matrix of their own: `api::matrix`.

mod patients;
mod places;
mod studio;

use millecloud::web::paths::pattern::ALL;

use crate::support::TestApp;
use crate::support::archive::Ids;
use crate::support::browser::Browser;
use crate::support::page::Page;

use places::{BOOK, OF_NOBODY, PUBLIC, STUDIO, VOLATILE, fill};

/// Whether the address names a row of somebody's archive.
fn names_a_row(pattern: &str) -> bool {
    pattern.contains('{') && !OF_NOBODY.iter().any(|placeholder| pattern.ends_with(placeholder))
}

/// Whether it names a row inside another.
fn names_two_rows(pattern: &str) -> bool {
    pattern.matches('{').count() > 1
}

/// The page without what differs at every answer: nonce, token, reference.
fn comparable(page: &Page) -> String {
    let mut body = page.body.clone();
    let csp = page.header("content-security-policy").unwrap_or_default();
    let nonce = csp.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("none").to_owned();
    let token = page.attribute("input[name=_csrf]", "value").unwrap_or_else(|| "none".to_owned());
    let reference = page.all(".full .code, main .code").into_iter().next().unwrap_or_else(|| "none".to_owned());
    for changing in [nonce, token, reference] {
        body = body.replace(&changing, "*");
    }
    body
}

/// Who is in the matrix, and the rows of two archives.
struct World {
    app: TestApp,
    doctor: Browser,
    /// Works for the doctor.
    maria: Browser,
    /// Works for the other doctor.
    anna: Browser,
    own: Ids,
    other: Ids,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        let other_id = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        let own = app.fill_archive(id, "SCCCLD63E30L483Q").await;
        let other = app.fill_archive(other_id, "SCCCLD63E30L483Q").await;
        assert_ne!(own.patient, other.patient);
        let (for_one, for_other) =
            (app.add_collaborator("segreti", &[id]).await, app.add_collaborator("anna", &[other_id]).await);
        let own = app.fill_pending(id, for_one, own).await;
        let other = app.fill_pending(other_id, for_other, other).await;
        let doctor = app.login("borghetto").await;
        let (maria, anna) = (app.login("segreti").await, app.login("anna").await);
        // The only doctor is chosen by going there.
        for collaborator in [&maria, &anna] {
            collaborator.get("/millelight/pazienti").await.assert_status(200);
        }
        Self { app, doctor, maria, anna, own, other }
    }

    /// A token as the doctor's pages carry it.
    async fn token(&self) -> (String, String) {
        Self::token_of(&self.doctor).await
    }

    async fn token_of(browser: &Browser) -> (String, String) {
        let page = browser.get("/millelight/pazienti").await;
        ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())
    }
}

/// There is a page at the address.
fn is_page(answer: &Page) -> bool {
    matches!(answer.status, 200 | 204) || answer.status / 100 == 3
}

/// Nothing at the address answers this method.
fn is_nothing(answer: &Page) -> bool {
    matches!(answer.status, 404 | 405)
}

const SAME_ORIGIN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

#[actix_web::test]
async fn nobody_is_sent_to_the_login_and_others_rows_are_not_there() {
    let world = World::new().await;
    let anonymous = world.app.anonymous();
    let mut pages = 0;
    for pattern in ALL.iter().filter(|pattern| ![PUBLIC, STUDIO, BOOK].iter().any(|place| place.contains(pattern))) {
        for (n, address) in fill(pattern, &world.own, &world.own).iter().enumerate() {
            let own = world.doctor.get_raw(address).await;
            assert!(is_page(&own) || is_nothing(&own) || own.status == 303, "{address}: {} {}", own.status, own.text());
            let refused = anonymous.get_raw(address).await;
            if is_nothing(&own) {
                assert!(is_nothing(&refused) || refused.status == 303, "{address}: {}", refused.status);
                continue;
            }
            pages += 1;
            assert_eq!(refused.status, 303, "{address} without a login: {}", refused.text());
            let location = refused.header("location").unwrap();
            let door = if pattern.starts_with("/millecloud") { "/millecloud/accedi" } else { "/millelight/accedi" };
            assert!(location.starts_with(door), "{address} without a login leads to {location}");

            if !names_a_row(pattern) {
                continue;
            }
            let missing = world.doctor.get_raw(&fill(pattern, &Ids::MISSING, &Ids::MISSING)[n]).await;
            let foreign = world.doctor.get_raw(&fill(pattern, &world.other, &world.other)[n]).await;
            assert_same_absence(&foreign, &missing, address);
            if names_two_rows(pattern) {
                let missing = world.doctor.get_raw(&fill(pattern, &world.own, &Ids::MISSING)[n]).await;
                let foreign = world.doctor.get_raw(&fill(pattern, &world.own, &world.other)[n]).await;
                assert_same_absence(&foreign, &missing, address);
            }
        }
    }
    assert!(pages > 30, "only {pages} pages are in the matrix");
}

fn assert_same_absence(foreign: &Page, missing: &Page, address: &str) {
    assert_eq!(missing.status, 404, "{address}, missing: {}", missing.text());
    assert_eq!(foreign.status, 404, "{address}, somebody else's: {}", foreign.text());
    assert_eq!(comparable(foreign), comparable(missing), "{address}: somebody else's looks different from missing");
}

/// As for a page; a form without its fields may also be refused or sent back for that, but alike whoever's row it names.
fn assert_same_refusal(foreign: &Page, missing: &Page, address: &str) {
    assert!(matches!(missing.status, 303 | 400 | 404), "{address}, missing: {} {}", missing.status, missing.text());
    assert_eq!(foreign.status, missing.status, "{address}, somebody else's: {}", foreign.text());
    assert_eq!(comparable(foreign), comparable(missing), "{address}: somebody else's looks different from missing");
}

#[actix_web::test]
async fn a_forged_or_foreign_post_changes_nothing() {
    let world = World::new().await;
    // Logged in before the picture is taken: what changes from here on is changed by the posts.
    let token = world.token().await;
    let before = world.app.content(VOLATILE).await;
    let port = world.app.address.rsplit(':').next().unwrap().to_owned();
    let elsewhere = format!("http://localhost:{}", port.parse::<u16>().unwrap().wrapping_add(1));
    let anonymous = world.app.anonymous();
    let mut forms = 0;
    for pattern in ALL {
        for (n, address) in fill(pattern, &world.own, &world.own).iter().enumerate() {
            let with_token = [token.clone()];
            for (headers, what) in [
                (&[("sec-fetch-site", "cross-site")][..], "from another site"),
                (&[("sec-fetch-site", "same-site")][..], "from a neighbouring site"),
                (&[("origin", elsewhere.as_str())][..], "with another origin"),
                (&[("origin", "null")][..], "with a hidden origin"),
                (&[][..], "from nowhere"),
            ] {
                let answer = world.doctor.post_raw(address, &with_token, headers).await;
                assert_eq!(answer.status, 403, "{address} {what}: {}", answer.text());
            }
            let bare = world.doctor.post_raw(address, &[], SAME_ORIGIN).await;
            if is_nothing(&bare) {
                continue;
            }
            forms += 1;
            assert_eq!(bare.status, 403, "{address} without a token: {}", bare.text());
            let mut wrong = token.clone();
            wrong.1 = wrong.1.chars().rev().collect();
            let answer = world.doctor.post_raw(address, &[wrong], SAME_ORIGIN).await;
            assert_eq!(answer.status, 403, "{address} with a wrong token: {}", answer.text());
            if !PUBLIC.contains(pattern) {
                // A form whose session has ended is kept for its author, or refused: never acted upon.
                let answer = anonymous.post_raw(address, &with_token, SAME_ORIGIN).await;
                assert!(matches!(answer.status, 303 | 401 | 403), "{address} without a login: {}", answer.status);
            }
            if names_a_row(pattern) && !STUDIO.contains(pattern) && !BOOK.contains(pattern) {
                let missing = fill(pattern, &Ids::MISSING, &Ids::MISSING);
                let missing = world.doctor.post_raw(&missing[n], &with_token, SAME_ORIGIN).await;
                let foreign = fill(pattern, &world.other, &world.other);
                let foreign = world.doctor.post_raw(&foreign[n], &with_token, SAME_ORIGIN).await;
                assert_same_refusal(&foreign, &missing, &format!("POST {address}"));
            }
            if names_two_rows(pattern) {
                let missing = fill(pattern, &world.own, &Ids::MISSING);
                let missing = world.doctor.post_raw(&missing[n], &with_token, SAME_ORIGIN).await;
                let foreign = fill(pattern, &world.own, &world.other);
                let foreign = world.doctor.post_raw(&foreign[n], &with_token, SAME_ORIGIN).await;
                assert_same_refusal(&foreign, &missing, &format!("POST {address}"));
            }
        }
    }
    assert!(forms > 20, "only {forms} forms are in the matrix");
    let after = world.app.content(VOLATILE).await;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table} has changed");
    }
}
