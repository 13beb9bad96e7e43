//! Collaborators: who is associated, how they enter, for whom they work.

mod acting;
mod adding;
mod first_login;
mod guarding;
mod sharing;
mod slowed;
mod timing;

use diesel::prelude::*;
use millecloud::db::schema::{associations, users};
use millecloud::identity::associations::AssociationState;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// A page for whoever works in an archive.
const ARCHIVE_PAGE: &str = "/millelight/pazienti";
const CHOICE: &str = "/millelight/medici";
const LIST: &str = "/millecloud/collaboratori";
const ADD: &str = "/millecloud/collaboratori/aggiungi";
const MINE: &str = "/millecloud/medici";
const SAME_ORIGIN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];
/// An invented person.
const MARIA: &str = "SGRMRA80A41L736M";

/// Puts the association of two people in a state, as if it had come there by itself.
async fn set_state(app: &TestApp, doctor: i64, collaborator: i64, state: AssociationState) {
    app.write(move |conn| {
        let row = associations::table
            .filter(associations::doctor_id.eq(doctor))
            .filter(associations::collaborator_id.eq(collaborator));
        Ok(diesel::update(row).set(associations::state.eq(state)).execute(conn)?)
    })
    .await;
}

/// The first step of Aggiungi, passed with a fiscal code.
async fn second_step(doctor: &Browser, code: &str) -> Page {
    let page = doctor.get(ADD).await;
    page.submit("main form", &[("codice_fiscale", code)]).await
}

const PERSON: [(&str, &str); 5] =
    [("nome", "Maria"), ("cognome", "Segreti"), ("regione", "050"), ("provincia", "VE"), ("azione", "associa")];

/// Both steps: the page with the credentials, or the list after an invitation.
async fn associate(doctor: &Browser, code: &str) -> Page {
    second_step(doctor, code).await.submit("main form", &PERSON).await
}

/// Username and temporary password of a credentials page.
fn credentials(page: &Page) -> (String, String) {
    (page.one("#c-user"), page.one("#c-pw"))
}

/// Logs in at the portal; the page the login leads to.
async fn enter(browser: &Browser, username: &str, password: &str) -> Page {
    let page = browser.get("/millecloud/accedi").await;
    page.submit("form", &[("username", username), ("password", password)]).await
}

/// Logs in with a temporary password and chooses a definitive one.
async fn first_login(app: &TestApp, (username, temporary): &(String, String), password: &str) -> Browser {
    let browser = app.anonymous();
    let page = enter(&browser, username, temporary).await;
    let chosen = [("password_nuova", password), ("password_ripetuta", password)];
    let landed = page.submit("form[action='/millecloud/password']", &chosen).await;
    assert_eq!(landed.path, MINE, "{}", landed.text());
    browser
}

/// The row of the user with this fiscal code: id, username, hash, surname, name, e-mail.
async fn user_row(app: &TestApp, code: &'static str) -> (i64, String, String, String, String, String) {
    app.read(move |conn| {
        let columns = (users::id, users::username, users::password_hash, users::surname, users::name, users::email);
        Ok(users::table.filter(users::fiscal_code.eq(code)).select(columns).first(conn)?)
    })
    .await
}
