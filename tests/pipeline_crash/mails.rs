//! Killed between the two mails of a delivery, and between a mail and the note that it went (C7, C8): nothing is lost, and
//! what goes twice is the same message.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base64::Engine as _;
use diesel::prelude::*;
use kernel::clock::Clock;
use kernel::email::Email;
use millecloud::db::schema::{deliveries, outbox};
use millecloud::delivery::service::{MailRequest, request_mail};
use millecloud::identity::by::By;
use millecloud::identity::keys::Keys;
use millecloud::identity::sealing::Sealer;
use millecloud::prescriptions::model::{Channel, DeliveryState};

use crate::world::{SECRET, World};

const ADDRESS: &str = "assistito@posta.example";

/// The mails in the folder, each with its message id.
fn mails(world: &World) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(world.mail_folder()) else { return Vec::new() };
    let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
        assert!(text.contains(&format!("To: {ADDRESS}")));
        (id, bytes)
    };
    files.iter().filter(|path| path.extension().is_some_and(|e| e == "eml")).map(read).collect()
}

async fn ask(world: &World, id: i64) {
    let (owner, now) = (world.doctors[0].owner, Clock::system().now());
    world
        .write(move |conn| {
            let by = By::guarded(owner, owner.id(), now);
            let (sealer, address) = (Sealer::new(&Keys::new(SECRET).unwrap()), Email::parse(ADDRESS).unwrap());
            let request = MailRequest { ids: &[id], address: Some(&address), update_registry: false };
            request_mail(conn, &sealer, &by, &request).unwrap();
            Ok(())
        })
        .await;
}

async fn state(world: &World) -> DeliveryState {
    let mails = deliveries::table.filter(deliveries::channel.eq(Channel::Mail)).order(deliveries::id.desc());
    world.read(move |conn| Ok(mails.select(deliveries::state).first(conn)?)).await
}

/// As if the two minutes of the dead worker's lease were over.
async fn end_leases(world: &World) {
    let now = Clock::system().now();
    world
        .write(move |conn| {
            let running = outbox::table.filter(outbox::state.eq("running"));
            diesel::update(running).set(outbox::leased_until.eq(now)).execute(conn)?;
            Ok(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_mails_repeats_the_same_message_or_nothing() {
    let world = World::new().await;
    let id = world.confirm(0, 0).await;
    let portal = world.start(None);
    world.quiet(Duration::from_secs(60)).await;
    portal.stop();
    for (point, copies) in [("C7", 2), ("C8", 1)] {
        let before: BTreeSet<String> = mails(&world).into_iter().map(|(id, _)| id).collect();
        ask(&world, id).await;
        world.crash(point).await;
        let found = if point == "C7" { DeliveryState::Requested } else { DeliveryState::ArchiveSent };
        assert_eq!(state(&world).await, found, "{point}");
        end_leases(&world).await;
        let portal = world.start(None);
        let deadline = Instant::now() + Duration::from_secs(60);
        while state(&world).await != DeliveryState::Delivered {
            assert!(Instant::now() < deadline, "{point}: the password never went");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        portal.stop();
        let new: Vec<(String, Vec<u8>)> = mails(&world).into_iter().filter(|(id, _)| !before.contains(id)).collect();
        let ids: BTreeSet<&String> = new.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), 2, "{point}: what goes twice has the same Message-ID");
        let (archives, passwords): (Vec<_>, Vec<_>) = new.iter().partition(|(_, bytes)| enclosed(bytes).is_some());
        assert_eq!((archives.len(), passwords.len()), (copies, 1), "{point}");
        for (_, bytes) in &archives {
            assert!(*bytes == archives[0].1, "{point}: what goes twice is the same to the byte");
        }
        let archive = enclosed(&archives[0].1).unwrap();
        assert!(opens(&archive, &password(&passwords[0].1)), "{point}: the password is another archive's");
        assert!(!opens(&archive, "ABCD-EFGH-JKLM-NPQR"), "{point}: any password opens it");
    }
}

/// The enclosed archive of a mail, if it has one.
fn enclosed(mail: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    let part = text.split("Content-Disposition: attachment").nth(1)?;
    let (_, body) = part.split_once("\n\n")?;
    let body: String = body.lines().take_while(|line| !line.starts_with("--")).collect();
    Some(base64::engine::general_purpose::STANDARD.decode(body).unwrap())
}

/// The password in the second mail: four groups of four signs on a line of their own.
fn password(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail).into_owned();
    let sign = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    let line = text.lines().map(str::trim_end).find(|line| line.len() == 19 && line.chars().all(sign));
    line.unwrap_or_else(|| panic!("no password in {text}")).to_owned()
}

/// Whether the password opens the archive. That another program opens it too is told by `tests/mail`.
fn opens(archive: &[u8], password: &str) -> bool {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let Ok(mut file) = zip.by_index_decrypt(0, password.as_bytes()) else { return false };
    let mut content = Vec::new();
    file.read_to_end(&mut content).is_ok() && content.starts_with(b"%PDF")
}
