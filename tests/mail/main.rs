//! Deliveries against an SMTP server that is not ours, well and badly behaved; mails read by an independent reader, archives
//! opened with 7-Zip. Needs Debian's `python3-aiosmtpd` and `p7zip-full`; without them it says so and skips, unless
//! `MILLECLOUD_REQUIRE_TOOLS=1`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::panic,
    missing_docs,
    dead_code,
    reason = "tests"
)]

#[path = "../common/smtp.rs"]
mod smtp;
#[path = "../web/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use diesel::prelude::*;
use millecloud::db::schema::{deliveries, outbox, patients};
use millecloud::ports::mail::{Mailbox, Mailer};
use millecloud::prescriptions::model::{Channel, DeliveryReason, DeliveryState};
use millecloud::web::paths;
use smtp::{Server, python, skip};
use support::TestApp;
use support::browser::Browser;
use tempfile::TempDir;

const ADDRESS: &str = "claudio.saccavini@posta.example";

/// A Python for the server, with 7z beside it; `None` after saying what is missing.
fn tools() -> Option<&'static str> {
    let opener = Command::new("7z").stdout(Stdio::null()).status().is_ok();
    let found = python().filter(|_| opener);
    if found.is_none() {
        skip("python3-aiosmtpd and p7zip-full");
    }
    found
}

/// A portal that mails through `server`, with one accepted prescription.
struct World {
    app: TestApp,
    browser: Browser,
    id: i64,
}

impl World {
    async fn new(mailer: Mailer) -> Self {
        let app = TestApp::start_with(mailer, Mailbox::default()).await;
        let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        app.enable_sac(doctor).await;
        let archive = app.fill_archive(doctor, "SCCCLD63E30L483Q").await;
        app.write(move |conn| {
            diesel::delete(millecloud::db::schema::delivery_items::table).execute(conn)?;
            diesel::delete(deliveries::table).execute(conn)?;
            Ok(diesel::update(patients::table.find(archive.patient)).set(patients::email.eq(ADDRESS)).execute(conn)?)
        })
        .await;
        app.until_settled().await;
        let browser = app.login("borghetto").await;
        Self { app, browser, id: archive.prescription }
    }

    async fn send(&self) {
        let dialog = self.browser.get(&paths::about(&paths::delivery_mail(), &[self.id])).await;
        dialog.submit("dialog form", &[]).await.assert_status(200);
    }

    /// State, reason, attempts of the one mail.
    async fn mail(&self) -> (DeliveryState, DeliveryReason, i64) {
        let columns = (deliveries::state, deliveries::reason, deliveries::attempts);
        let mails = deliveries::table.filter(deliveries::channel.eq(Channel::Mail)).order(deliveries::id.desc());
        self.app.read(move |conn| Ok(mails.select(columns).first(conn)?)).await
    }

    async fn until(&self, wanted: impl Fn(&(DeliveryState, DeliveryReason, i64)) -> bool) {
        for _ in 0..600 {
            if wanted(&self.mail().await) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("stayed {:?}", self.mail().await);
    }

    /// As if the wait for the next attempt were over.
    async fn hurry(&self) {
        let now = self.app.site.clock.now();
        self.app
            .write(move |conn| {
                let waiting = outbox::table.filter(outbox::state.eq("waiting"));
                Ok(diesel::update(waiting).set(outbox::run_at.eq(now)).execute(conn)?)
            })
            .await;
    }
}

fn password_in(text: &str) -> String {
    let is_password = |line: &&str| {
        line.len() == 19 && line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    };
    text.lines().find(is_password).unwrap_or_else(|| panic!("no password in {text}")).to_owned()
}

/// Opens an archive with 7z into a folder; returns the files that came out.
fn open(archive: &str, password: &str) -> Vec<PathBuf> {
    let out = TempDir::new().unwrap().keep();
    let done = Command::new("7z")
        .args(["x", "-y", &format!("-p{password}"), &format!("-o{}", out.display()), archive])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let files: Vec<PathBuf> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    if done.success() { files } else { Vec::new() }
}

fn listing(archive: &str) -> String {
    let out = Command::new("7z").args(["l", "-slt", archive]).output().unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[actix_web::test]
async fn two_mails_in_order_and_an_archive_the_patient_can_open() {
    let Some(python) = tools() else { return };
    let server = Server::start(python, &[]);
    let world = World::new(server.mailer("segreta")).await;
    world.send().await;
    world.until(|mail| mail.0 == DeliveryState::Delivered).await;
    let received = server.received();
    assert_eq!(received.len(), 2);
    let (first, second) = (server.read(&received[0]), server.read(&received[1]));
    for (mail, path) in [(&first, &received[0]), (&second, &received[1])] {
        assert_eq!(mail["to"], ADDRESS);
        assert_eq!(std::fs::read_to_string(path.with_extension("rcpt")).unwrap(), ADDRESS, "one recipient");
        assert_eq!(mail["from"], "Millelight <no-reply@millewin.it>");
    }
    assert_ne!(first["id"], second["id"]);
    assert_eq!((first["files"].as_array().unwrap().len(), second["files"].as_array().unwrap().len()), (1, 0));
    let (kind, archive) = (first["files"][0][1].as_str().unwrap(), first["files"][0][2].as_str().unwrap());
    assert_eq!(kind, "application/zip");
    let password = password_in(second["text"].as_str().unwrap());
    assert!(!first["text"].as_str().unwrap().contains(&password));
    let methods = listing(archive);
    assert!(methods.contains("Encrypted = +") && methods.contains("AES-256"), "{methods}");
    assert!(open(archive, "ABCD-EFGH-JKLM-NPQR").is_empty(), "opened with a wrong password");
    let files = open(archive, &password);
    assert_eq!(files.len(), 1);
    assert!(std::fs::read(&files[0]).unwrap().starts_with(b"%PDF"));
    for system in ["Windows", "Mac", "Android", "iPhone"] {
        assert!(first["text"].as_str().unwrap().contains(system) && first["html"].as_str().unwrap().contains(system));
    }
}

#[actix_web::test]
async fn a_server_that_drops_after_the_data_gets_the_same_message_again() {
    let Some(python) = tools() else { return };
    let server = Server::start(python, &[]);
    let world = World::new(server.mailer("segreta")).await;
    server.behave("drop");
    world.send().await;
    world.until(|mail| mail.2 == 1).await;
    assert_eq!(world.mail().await.0, DeliveryState::Requested, "nobody said that it was taken");
    server.behave("good");
    world.hurry().await;
    world.until(|mail| mail.0 == DeliveryState::Delivered).await;
    let received = server.received();
    assert_eq!(received.len(), 3, "the archive twice, the password once");
    let bytes: Vec<Vec<u8>> = received.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(bytes[0] == bytes[1], "the same message to the byte");
    let (archive, password) = (server.read(&received[0]), server.read(&received[2]));
    let archive = archive["files"][0][2].as_str().unwrap().to_owned();
    assert_eq!(open(&archive, &password_in(password["text"].as_str().unwrap())).len(), 1);
}

#[actix_web::test]
async fn a_busy_server_is_asked_again_later() {
    let Some(python) = tools() else { return };
    let server = Server::start(python, &[]);
    let world = World::new(server.mailer("segreta")).await;
    server.behave("busy");
    world.send().await;
    world.until(|mail| mail.2 == 1).await;
    world.hurry().await;
    world.until(|mail| mail.2 == 2).await;
    assert_eq!(world.mail().await.0, DeliveryState::Requested);
    assert!(server.received().is_empty());
    server.behave("good");
    world.hurry().await;
    world.until(|mail| mail.0 == DeliveryState::Delivered).await;
    assert_eq!(server.received().len(), 2);
}

#[actix_web::test]
async fn a_refusal_is_final_and_asked_once() {
    let Some(python) = tools() else { return };
    for (mode, reason) in [("unknown", DeliveryReason::AddressRefused), ("refuse", DeliveryReason::MessageRefused)] {
        let server = Server::start(python, &[]);
        let world = World::new(server.mailer("segreta")).await;
        server.behave(mode);
        world.send().await;
        world.until(|mail| mail.0 == DeliveryState::Failed).await;
        assert_eq!(world.mail().await, (DeliveryState::Failed, reason, 1), "{mode}");
        world.hurry().await;
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        assert_eq!(server.log().lines().count(), 1, "{mode}: asked once");
        let waiting: i64 = world
            .app
            .read(|conn| {
                let open = outbox::table.filter(outbox::state.eq_any(["waiting", "held", "running"]));
                Ok(open.count().get_result(conn)?)
            })
            .await;
        assert_eq!(waiting, 0, "{mode}: the password does not wait for ever");
    }
}

#[actix_web::test]
async fn a_server_that_does_not_know_us_loses_no_mail() {
    let Some(python) = tools() else { return };
    let server = Server::start(python, &[]);
    let world = World::new(server.mailer("sbagliata")).await;
    world.send().await;
    world.until(|mail| mail.2 == 1).await;
    assert_eq!(world.mail().await.0, DeliveryState::Requested, "our setting is wrong, not the mail");
    assert!(server.received().is_empty());
}
