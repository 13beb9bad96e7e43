//! Notices on the doctor's devices, against a push service of the test's own.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use diesel::prelude::*;
use millecloud::db::schema::{outbox, push_services, push_subscriptions};
use millecloud::db::{DbError, Owner};
use millecloud::identity::by::{By, Seen};
use millecloud::prescriptions::service::{create_pending, decline_pending};
use millecloud::web::paths;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// A push service on this machine: keeps what it is asked, returns one status.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let kept = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                let mut some = [0; 4_096];
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    let n = stream.read(&mut some).await.unwrap_or(0);
                    if n == 0 {
                        break;
                    }
                    head.extend_from_slice(&some[..n]);
                }
                kept.lock().unwrap().push(String::from_utf8(head).unwrap().to_lowercase());
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

struct Surgery {
    app: TestApp,
    doctor: Browser,
    id: i64,
    maria: i64,
    patient: i64,
}

async fn surgery() -> Surgery {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let patient = app.fill_archive(id, "SCCCLD63E30L483Q").await.patient;
    let maria = app.add_collaborator("segreti", &[id]).await;
    let doctor = app.login("borghetto").await;
    let today = app.site.clock.today();
    app.write(move |conn| -> Result<(), DbError> {
        let row = (
            push_services::host.eq("127.0.0.1"),
            push_services::subdomains.eq(false),
            push_services::valid_from.eq(today),
        );
        diesel::insert_into(push_services::table).values(row).execute(conn)?;
        Ok(())
    })
    .await;
    Surgery { app, doctor, id, maria, patient }
}

/// What the page's script posts once the browser has given an address.
async fn subscribe(who: &Browser, endpoint: &str) -> Page {
    let page = who.get(&paths::push()).await;
    page.submit("form[data-push]", &[("endpoint", endpoint), ("azione", "attiva")]).await
}

impl Surgery {
    async fn devices(&self) -> i64 {
        self.app.read(|conn| Ok(push_subscriptions::table.count().get_result(conn)?)).await
    }

    /// Maria prepares one for the doctor.
    async fn prepare(&self, key: &'static str) -> i64 {
        let (owner, maria, patient) = (Owner::of_doctor(self.id), self.maria, self.patient);
        let now = self.app.site.clock.now();
        self.app
            .write(move |conn| -> Result<i64, DbError> {
                Ok(create_pending(conn, &By::guarded(owner, maria, now), key, &[prescription(patient)]).unwrap()[0])
            })
            .await
    }

    /// The notices gathered so far are given, however often they have to be looked at.
    async fn until_quiet(&self) {
        for _ in 0..400 {
            self.app.site.clock.advance(TimeDelta::seconds(5));
            let open = |conn: &mut millecloud::db::Db| Ok(millecloud::outbox::count_waiting(conn)?);
            if self.app.read(open).await == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("notices still wait");
    }
}

#[actix_web::test]
async fn what_waits_is_told_to_the_device_without_a_word_of_it() {
    let surgery = surgery().await;
    let service = Service::start("201 Created").await;
    let page = surgery.doctor.get(&paths::push()).await;
    let key = page.attribute("form[data-push]", "data-push").unwrap();
    assert_eq!((key.len(), page.attribute("form[data-push]", "hidden").is_some()), (87, true), "only scripts offer it");
    page.assert_text("Questo browser non può ricevere avvisi").assert_text("Nessuno.");
    let listed = subscribe(&surgery.doctor, &format!("{}/send/abc", service.address)).await;
    listed.assert_text("Gli avvisi sono attivi su questo dispositivo").assert_text("Browser, computer");
    assert_eq!(
        surgery.doctor.get(&paths::push()).await.attribute("form[data-push]", "data-push"),
        Some(key),
        "made once"
    );
    let sealed: Option<Vec<u8>> =
        surgery.app.read(|conn| Ok(push_subscriptions::table.select(push_subscriptions::endpoint).first(conn)?)).await;
    assert!(!String::from_utf8_lossy(&sealed.unwrap()).contains("send/abc"), "the address is sealed");
    surgery.prepare("a").await;
    surgery.prepare("b").await;
    let jobs: i64 = surgery.app.read(|conn| Ok(outbox::table.count().get_result(conn)?)).await;
    assert_eq!(jobs, 1, "gathered");
    assert!(service.asked().is_empty(), "not before the minute is over");
    surgery.until_quiet().await;
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    let head = &asked[0];
    assert!(head.starts_with("post /send/abc http/1.1\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    for line in ["ttl: 14400", "topic: ricette", "content-length: 0", "authorization: vapid t="] {
        assert!(head.contains(line), "{line} is not in {head}");
    }
    for word in ["saccavini", "scccld", "zimox", "borghetto"] {
        assert!(!head.contains(word), "{word}");
    }
    surgery.doctor.get(&paths::push()).await.assert_text("ultimo avviso");
}

#[actix_web::test]
async fn what_was_seen_to_meanwhile_is_not_told_and_a_device_that_is_gone_is_forgotten() {
    let surgery = surgery().await;
    let service = Service::start("410 Gone").await;
    subscribe(&surgery.doctor, &format!("{}/send/abc", service.address)).await.assert_status(200);
    let id = surgery.prepare("a").await;
    let (owner, doctor, now) = (Owner::of_doctor(surgery.id), surgery.id, surgery.app.site.clock.now());
    surgery
        .app
        .write(move |conn| -> Result<(), DbError> {
            decline_pending(conn, &By::guarded(owner, doctor, now), Seen::new(id, 1), "Già in terapia").unwrap();
            Ok(())
        })
        .await;
    surgery.until_quiet().await;
    assert!(service.asked().is_empty() && surgery.devices().await == 1);
    surgery.prepare("b").await;
    surgery.until_quiet().await;
    assert_eq!((service.asked().len(), surgery.devices().await), (1, 0));
    surgery.prepare("c").await;
    let waiting = surgery.app.read(|conn| Ok(millecloud::outbox::count_waiting(conn)?)).await;
    assert_eq!(waiting, 0, "nobody is to be told");
}

#[actix_web::test]
async fn only_known_services_are_called_and_nothing_else_is_kept() {
    let surgery = surgery().await;
    for wrong in [
        "",
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/x",
        "http://127.0.0.2:80/x",
        "https://fcm.googleapis.com.evil.example/x",
        "http://fcm.googleapis.com/fcm/send/x",
        "file:///etc/passwd",
    ] {
        let page = subscribe(&surgery.doctor, wrong).await;
        page.assert_status(422).assert_text("un servizio di avvisi che il programma non conosce");
    }
    assert_eq!(surgery.devices().await, 0);
    subscribe(&surgery.doctor, "https://fcm.googleapis.com/fcm/send/x").await.assert_status(200);
    subscribe(&surgery.doctor, "https://web.push.apple.com/x").await.assert_status(200);
    assert_eq!(surgery.devices().await, 2);
}

#[actix_web::test]
async fn a_device_is_its_doctors_until_somebody_else_takes_it_and_nobody_elses_to_remove() {
    let surgery = surgery().await;
    let endpoint = "https://fcm.googleapis.com/fcm/send/x";
    subscribe(&surgery.doctor, endpoint).await;
    let id: i64 =
        surgery.app.read(|conn| Ok(push_subscriptions::table.select(push_subscriptions::id).first(conn)?)).await;
    let other = surgery.app.other_doctor().await;
    let page = other.get(&paths::push()).await;
    page.assert_text("Nessuno.");
    let token = ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap());
    other.post(&paths::push(), &[token, ("togli".to_owned(), id.to_string())]).await.assert_status(200);
    assert_eq!(surgery.devices().await, 1, "another's stays");
    subscribe(&other, endpoint).await.assert_status(200);
    surgery.doctor.get(&paths::push()).await.assert_text("Nessuno.");
    assert_eq!(surgery.devices().await, 1, "one device, one doctor");
    let page = other.get(&paths::push()).await;
    let id = page.attribute("section button[name=togli]", "value").unwrap();
    page.submit("section form", &[("togli", &id)]).await.assert_text("Il dispositivo non riceve più avvisi");
    assert_eq!(surgery.devices().await, 0);
}

#[actix_web::test]
async fn signing_out_ending_sessions_and_a_new_password_end_the_notices() {
    let surgery = surgery().await;
    subscribe(&surgery.doctor, "https://fcm.googleapis.com/fcm/send/x").await;
    let phone = surgery.app.login("borghetto").await;
    subscribe(&phone, "https://fcm.googleapis.com/fcm/send/y").await;
    assert_eq!(surgery.devices().await, 2);
    let menu = phone.get(&paths::patients()).await;
    menu.submit(&format!("form[action='{}']", paths::logout()), &[]).await;
    assert_eq!(surgery.devices().await, 1, "the one that was signed out of");
    surgery.doctor.get(&paths::push()).await.assert_text("Questo");
    let phone = surgery.app.login("borghetto").await;
    subscribe(&phone, "https://fcm.googleapis.com/fcm/send/y").await;
    let sessions = surgery.doctor.get(&paths::sessions()).await;
    sessions.submit(&format!("form.gap[action='{}']", paths::sessions()), &[("termina", "altre")]).await;
    assert_eq!(surgery.devices().await, 1, "only this one is told still");
    let user = surgery.id;
    surgery
        .app
        .write(move |conn| -> Result<(), DbError> {
            millecloud::identity::sessions::end_all(conn, user)?;
            Ok(())
        })
        .await;
    assert_eq!(surgery.devices().await, 0, "as a new password does");
}

#[actix_web::test]
async fn the_worker_reaches_every_page_of_millelight_and_pages_let_it() {
    let app = TestApp::start().await;
    let script = app.anonymous().get(&paths::push_worker()).await;
    script.assert_status(200);
    assert_eq!(script.header("service-worker-allowed").as_deref(), Some("/millelight/"));
    assert_eq!(script.header("content-type").as_deref(), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control").as_deref(), Some("no-cache"));
    assert!(script.body.contains("addEventListener(\"push\""));
    let page = app.anonymous().get(&paths::login()).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"), "{policy}");
    let manifest = page.attribute("link[rel=manifest]", "href").unwrap();
    let manifest = app.anonymous().get(&manifest).await;
    assert_eq!(manifest.header("content-type").as_deref(), Some("application/manifest+json"));
    let icon = manifest.body.split("/static/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    app.anonymous().get(&format!("/static/{icon}")).await.assert_status(200);
}
