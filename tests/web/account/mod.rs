//! The doctor's account.

mod address;
mod attack;
mod forgotten;
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

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use millecloud::db::Db;
use millecloud::db::schema::users;
use millecloud::jobs;
use millecloud::ports::mail::{Mail, Mailer};

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

/// Does the jobs that are due, beside the portal's own runner, until none is left; returns the mails sent by either.
pub async fn mails(app: &TestApp) -> Vec<Mail> {
    let (mailer, mailbox) = Mailer::memory();
    for _ in 0..500 {
        jobs::outbox::run_due(&app.site, &mailer).await.unwrap();
        if app.read(|conn| Ok(jobs_left(conn)?)).await == 0 {
            return mailbox.take().into_iter().chain(app.mailbox.take()).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the jobs do not end");
}

fn jobs_left(conn: &mut Db) -> QueryResult<i64> {
    millecloud::outbox::count_waiting(conn)
}

/// The path of the link on a line of its own in a mail's text; the HTML has the same.
pub fn link(app: &TestApp, mail: &Mail, start: &str) -> String {
    let start = format!("{}{start}", app.address);
    let line = mail.text.lines().find(|line| line.starts_with(&start)).expect("the link on a line of its own");
    assert!(mail.html.contains(line), "the same link in both parts");
    line.strip_prefix(&app.address).unwrap().to_owned()
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
