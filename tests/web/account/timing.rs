//! Known and unknown people are answered in the same time. The fastest answers are compared: they are what is left when
//! the machine's other work is taken away. The hash is made costly enough to stand out, and probing goes on until the two
//! are alike: without the decoy's hash they never would be, one being ten times the other.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use kernel::email::Email;
use kernel::fiscal_code::FiscalCode;
use millecloud::account::service::recovery;
use millecloud::account::service::registration::{self, Answer, Registration};
use millecloud::account::service::sign_in::{self, Attempt, Outcome};
use millecloud::db::schema::users;
use millecloud::identity::password::Passwords;
use millecloud::site::Site;

use super::wait;
use crate::support::TestApp;

const PROBES: usize = 25;

/// The site with a hash that takes some tenths of a second, and a doctor hashed with it.
async fn slow_site(app: &TestApp) -> Site {
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let mut site = app.site.clone();
    site.passwords = Passwords::new(&site.keys, 11).unwrap();
    let hash = site.passwords.hash_blocking("la password giusta").unwrap();
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(conn)?)
    })
    .await;
    site
}

/// The fastest answers so far, to somebody who exists and to somebody who does not.
struct Fastest([Duration; 2]);

impl Fastest {
    fn are_alike(&self) -> bool {
        let [one, other] = self.0.map(|time| time.as_secs_f64());
        one.max(other) < one.min(other) * 1.1
    }
}

#[actix_web::test]
async fn a_wrong_login_takes_as_long_for_a_name_that_does_not_exist() {
    let app = TestApp::start().await;
    let site = slow_site(&app).await;
    let mut fastest = Fastest([Duration::MAX; 2]);
    for probe in 0..PROBES {
        // By turns: who comes second finds the caches warm.
        for turn in [probe, probe + 1].map(|turn| turn % 2) {
            let username = ["borghetto", "nessuno"][turn];
            let best = &mut fastest.0[turn];
            let attempt = Attempt {
                username: username.to_owned(),
                password: "sbagliata".to_owned(),
                address: Some(format!("address {probe} {username}")),
                door: millecloud::identity::throttle::Door::Surgery,
                device: None,
                browser: String::new(),
                roles: sign_in::STAFF,
            };
            let start = Instant::now();
            assert!(matches!(sign_in::sign_in(&site, attempt).await.unwrap(), Outcome::Wrong));
            *best = start.elapsed().min(*best);
        }
        if probe > 2 && fastest.are_alike() {
            return;
        }
        wait(&app, 60);
    }
    panic!("{:?}", fastest.0);
}

#[actix_web::test]
async fn a_registration_takes_as_long_for_somebody_who_exists() {
    let app = TestApp::start().await;
    let site = slow_site(&app).await;
    let mut fastest = Fastest([Duration::MAX; 2]);
    for probe in 0..PROBES {
        let fresh = format!("nuovo{probe}@example.it");
        for turn in [probe, probe + 1].map(|turn| turn % 2) {
            let email = ["borghetto@example.it", fresh.as_str()][turn];
            let best = &mut fastest.0[turn];
            let asked = Registration {
                surname: "Rossi".to_owned(),
                name: "Mario".to_owned(),
                fiscal_code: FiscalCode::parse("RSSMRA70A01H501S").unwrap(),
                email: Email::parse(email).unwrap(),
                password: "una frase nuova e lunga".to_owned(),
                region_code: "050".to_owned(),
                asl_code: "503".to_owned(),
                address: Some(format!("address {probe} {email}")),
            };
            let start = Instant::now();
            assert_eq!(registration::register(&site, asked).await.unwrap(), Answer::MailSent);
            *best = start.elapsed().min(*best);
        }
        if probe > 1 && fastest.are_alike() {
            return;
        }
    }
    panic!("{:?}", fastest.0);
}

#[actix_web::test]
async fn a_forgotten_password_takes_as_long_for_a_name_that_does_not_exist() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let mut fastest = Fastest([Duration::MAX; 2]);
    for probe in 0..PROBES {
        for turn in [probe, probe + 1].map(|turn| turn % 2) {
            let username = ["borghetto", "nessuno"][turn];
            let best = &mut fastest.0[turn];
            let asked = recovery::Request {
                username: username.to_owned(),
                of_patients: false,
                address: Some(format!("address {probe} {username}")),
                device: None,
            };
            let start = Instant::now();
            assert_eq!(recovery::ask(&app.site, asked).await.unwrap(), recovery::Answer::MailSent);
            *best = start.elapsed().min(*best);
        }
        if probe > 1 && fastest.are_alike() {
            return;
        }
        wait(&app, 3601);
    }
    panic!("{:?}", fastest.0);
}
