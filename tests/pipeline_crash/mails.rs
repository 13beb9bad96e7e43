//! Killed between the two mails of a delivery, and between a mail and the note that it went (C7, C8): nothing is lost, and
//! what goes twice is the same message.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use millecloud::db::schema::{deliveries, outbox};
use millecloud::delivery::service::{MailRequest, request_mail};
use millecloud::identity::keys::Keys;
use millecloud::identity::sealing::Sealer;
use millecloud::kernel::clock::Clock;
use millecloud::kernel::email::Email;
use millecloud::patients::service::Stamp;
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
            let stamp = Stamp { owner, actor: owner.id(), now };
            let (sealer, address) = (Sealer::new(&Keys::new(SECRET).unwrap()), Email::parse(ADDRESS).unwrap());
            let request = MailRequest { ids: &[id], address: Some(&address), update_registry: false };
            request_mail(conn, &sealer, &stamp, &request).unwrap();
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
        let before = mails(&world).len();
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
        let all = mails(&world);
        assert_eq!(all.len() - before, copies + 1, "{point}");
        for (id, bytes) in &all {
            assert!(all.iter().all(|(other, content)| other != id || content == bytes), "{point}: {id} differs");
        }
    }
}
