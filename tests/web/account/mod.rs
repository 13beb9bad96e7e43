//! The doctor's account.

mod attack;
mod kept_forms;
mod load;
mod login;
mod passwords;
mod push;
mod registration;
mod second_factor;
mod sessions;
mod timing;
mod twice;

use chrono::TimeDelta;
use diesel::prelude::*;
use millecloud::db::schema::users;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// A page only signed-in doctors get.
const OWN_PAGE: &str = "/millelight/medico";

/// Fills the login form and sends it, without following where it leads.
async fn try_login(browser: &Browser, username: &str, password: &str) -> Page {
    let page = browser.get("/millelight/accedi").await;
    page.submit_raw("form", &[("username", username), ("password", password)]).await
}

/// The page without what differs by nature: the token, and the name typed.
fn comparable(page: &Page, typed: &str) -> String {
    let mut body = page.body.replace(typed, "TYPED");
    for (css, attribute) in [("input[name=_csrf]", "value"), ("script", "nonce")] {
        if let Some(changing) = page.attribute(css, attribute) {
            body = body.replace(&changing, "");
        }
    }
    body
}

async fn deactivate(app: &TestApp, user_id: i64) {
    app.write(move |conn| Ok(diesel::update(users::table.find(user_id)).set(users::active.eq(false)).execute(conn)?))
        .await;
}

/// Whether a browser is still signed in.
async fn is_signed_in(browser: &Browser) -> bool {
    match browser.get_raw(OWN_PAGE).await.status {
        200 => true,
        303 => false,
        other => panic!("unexpected {other}"),
    }
}

fn wait(app: &TestApp, seconds: i64) {
    app.site.clock.advance(TimeDelta::seconds(seconds));
}
