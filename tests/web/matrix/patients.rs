//! The same addresses, asked by a patient; and the patients', asked by everybody else.

use millecloud::millebook::queries;
use millecloud::web::paths::pattern;

use super::*;
use crate::support::app::PASSWORD;

impl World {
    /// The patient of the first archive, with an account of their own.
    async fn patient(&self) -> Browser {
        let code = "SCCCLD63E30L483Q";
        let hash = self.app.site.passwords.hash_blocking(PASSWORD).unwrap();
        let (now, patient) = (self.app.site.clock.now(), self.own.patient);
        self.app
            .write(move |conn| {
                let user = queries::insert_account(conn, ("SACCAVINI", "Claudio", code), &hash, now)?;
                queries::open_enrolment(conn, patient, user, now)?;
                Ok(queries::set_activated(conn, patient, user, now)?)
            })
            .await;
        let browser = self.app.anonymous();
        let page = browser.get("/millebook/accedi").await;
        let landed = page.submit_raw("form", &[("username", code), ("password", PASSWORD)]).await;
        assert_eq!(landed.status, 303, "login failed: {}", landed.text());
        browser
    }
}

#[actix_web::test]
async fn patients_are_kept_apart_from_who_works_here() {
    let world = World::new().await;
    let patient = world.patient().await;
    let token = World::token_of_book(&patient).await;
    let before = world.app.content(VOLATILE).await;
    let mut closed = 0;
    // Whoever signs out at another door is out all the same.
    let out = [pattern::logout(), pattern::portal_logout(), pattern::millebook_logout()];
    for pattern in ALL.iter().filter(|pattern| ![PUBLIC, BOOK, &out].iter().any(|place| place.contains(pattern))) {
        for address in fill(pattern, &world.own, &world.own) {
            let refused = patient.get_raw(&address).await;
            refused.assert_no_text("ZIMOX").assert_no_text("SACCAVINI");
            if refused.status == 303 {
                let door = refused.header("location").unwrap();
                let doors = ["/millelight/accedi", "/millecloud/accedi"];
                assert!(doors.iter().any(|start| door.starts_with(start)), "{address}: {door}");
                closed += 1;
            } else {
                assert!(is_nothing(&refused), "GET {address} by a patient: {}", refused.status);
            }
            let posted = patient.post_raw(&address, std::slice::from_ref(&token), SAME_ORIGIN).await;
            assert!(matches!(posted.status, 400 | 403 | 404 | 405), "POST {address} by a patient: {}", posted.status);
        }
    }
    assert!(closed > 40, "only {closed} doors were closed");
    let after = world.app.content(VOLATILE).await;
    for (table, rows) in &before {
        assert_eq!(after.get(table), Some(rows), "{table} has changed");
    }
}

#[actix_web::test]
async fn who_works_here_has_no_book() {
    let world = World::new().await;
    let patient = world.patient().await;
    for pattern in BOOK {
        for address in fill(pattern, &world.own, &world.own) {
            // Published is nothing: a prescription that is not published is not there.
            let own = patient.get_raw(&address).await;
            assert!(is_page(&own) || own.status == 404, "{address}: {}", own.status);
            for browser in [&world.doctor, &world.maria, &world.app.anonymous()] {
                let refused = browser.get_raw(&address).await;
                assert_eq!(refused.header("location"), Some(format!("/millebook/accedi?next={address}")));
                let forged = browser.post_raw(&address, &[], SAME_ORIGIN).await;
                assert!(matches!(forged.status, 401 | 403 | 404 | 405), "POST {address}: {}", forged.status);
            }
        }
    }
}

impl World {
    /// A token as the patient's pages carry it.
    async fn token_of_book(browser: &Browser) -> (String, String) {
        let page = browser.get("/millebook").await;
        ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())
    }
}
