//! What keeps a database from the wrong program, the wrong key, the wrong eyes.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use millecloud::db::{DatabaseUrl, DbPool};

use crate::browser::Browser;
use crate::support::Place;

/// Every command that opens the database, with arguments that would do no harm.
const OPENING: &[&[&str]] = &[
    &["serve"],
    &["migrate"],
    &["verify-accesses"],
    &["seed", "--patients-per-doctor", "1"],
    &["import", "asl", "/none/there.csv"],
    &[
        "create-doctor",
        "--username",
        "x",
        "--surname",
        "X",
        "--name",
        "X",
        "--fiscal-code",
        "BRGPLA59L23M048S",
        "--email",
        "x@example.it",
        "--region",
        "050",
        "--asl",
        "503",
    ],
];

fn pool(place: &Place) -> DbPool {
    DbPool::open(&DatabaseUrl::Sqlite(place.path("data/millecloud.db")), 1).unwrap()
}

#[test]
fn another_key_stops_every_command() {
    let place = Place::served();
    place.start("serve", &[]).stop();
    for command in OPENING {
        let other = [("MILLECLOUD_SECRET_KEY", "un-altra-chiave-un-altra-chiave-02")];
        place.run_with(command, &other).refused("the secret key is not the one this database was made with");
    }
    place.start("serve", &[]).stop();
}

/// A database from before the fingerprint, or restored without it, takes the key that opens what is sealed in it, and no other.
#[test]
fn the_first_key_must_open_what_is_sealed() {
    let mut place = Place::new();
    place.set("MILLECLOUD_BIND", "127.0.0.1:0");
    place.start("demo", &[]).stop();
    let forget = "DELETE FROM installation WHERE name = 'key_fingerprint'";
    pool(&place).connection().unwrap().batch_execute(forget).unwrap();
    let other = [("MILLECLOUD_SECRET_KEY", "un-altra-chiave-un-altra-chiave-02")];
    for command in [&["verify-accesses"][..], &["migrate"], &["demo"]] {
        place.run_with(command, &other).refused("does not open what this database holds sealed");
    }
    place.run(&["verify-accesses"]).ok();
    place.run_with(&["verify-accesses"], &other).refused("the secret key is not the one this database was made with");
}

#[test]
fn a_newer_database_is_left_alone() {
    let place = Place::served();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')";
    pool(&place).connection().unwrap().batch_execute(newer).unwrap();
    for command in OPENING {
        place.run(command).refused("newer version of this program");
    }
}

#[test]
fn files_are_private() {
    let place = Place::new();
    let data = place.path("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut place = place;
    place.set("MILLECLOUD_BIND", "127.0.0.1:0");
    let served = place.start("demo", &[]);
    let mode = |name: &str| data.join(name).metadata().map(|found| found.permissions().mode() & 0o777);
    assert_eq!(mode("").unwrap(), 0o700);
    for name in ["millecloud.db", "millecloud.db-wal", "millecloud.db-shm"] {
        assert_eq!(mode(name).unwrap(), 0o600, "{name}");
    }
    served.stop();
}

#[test]
fn demo_and_serve_keep_out_of_each_others_data() {
    let mut place = Place::served();
    place.run(&["seed", "--patients-per-doctor", "1"]).ok();
    place.run(&["demo"]).refused("has users that `demo` has not made");
    place.set("MILLECLOUD_DATA", &place.path("dimostrazione").display().to_string());
    place.start("demo", &[]).stop();
    place.start("demo", &[]).stop();
    place.run(&["serve"]).refused("holds the invented data of `demo`");
}

/// The command that an inspector is shown: whole, then each thing that is not.
#[test]
fn the_log_of_accesses_tells_what_was_done_to_it() {
    let place = Place::served();
    place.run(&["seed", "--doctors", "1", "--patients-per-doctor", "1"]).ok();
    let whole = place.run(&["verify-accesses"]).ok();
    assert!(whole.out.starts_with("archives: 0"), "{}", whole.out);
    let forged = "INSERT INTO accesses (doctor_id, seq, actor_id, happened_at, role, act, origin, digest) \
                  SELECT id, 1, id, created_at, 'M', 'EL', '', x'00' FROM users WHERE role = 'doctor'";
    pool(&place).connection().unwrap().batch_execute(forged).unwrap();
    place.run(&["verify-accesses"]).refused("1 chains are broken");
    let gone = "DROP TRIGGER accesses_kept; DELETE FROM accesses; DELETE FROM access_heads";
    pool(&place).connection().unwrap().batch_execute(gone).unwrap();
    let list = place.run(&["verify-accesses"]);
    assert!(list.code == 1 && list.out.contains("archives: BROKEN"), "{}", list.out);
}

/// A portal whose database can be read and not written is not ready.
#[test]
fn ready_means_that_it_can_write() {
    let place = Place::served();
    let served = place.start("serve", &[]);
    place.run(&["healthcheck", "--bind", &served.address]).ok();
    let refuse =
        "CREATE TRIGGER full BEFORE UPDATE ON installation BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    pool(&place).connection().unwrap().batch_execute(refuse).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    place.run(&["healthcheck", "--bind", &served.address]).refused("not ready: 503");
    pool(&place).connection().unwrap().batch_execute("DROP TRIGGER full").unwrap();
    place.run(&["healthcheck", "--bind", &served.address]).ok();
    served.stop();
}

/// PostgreSQL goes away under a running portal: not ready, and one line for each event in the log.
#[actix_web::test]
async fn a_database_that_is_down_is_said_to_be() {
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
    if std::fs::read_dir("/usr/lib/postgresql").is_err() {
        assert!(std::env::var_os("MILLECLOUD_REQUIRE_TOOLS").is_none(), "needs postgresql");
        eprintln!("SKIPPED: needs postgresql");
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let at = folder.path().join("pg");
    let script = |what: &str| {
        let done = Command::new(scripts).arg(what).arg(&at).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    };
    let url = script("start");
    let mut place = Place::new();
    place.set("DATABASE_URL", &url).set("MILLECLOUD_BIND", "127.0.0.1:0");
    let served = place.start("demo", &[]);
    let browser = Browser::new(&served.base()).compressed();
    let login = browser.get("/millelight/accedi").await;
    login.assert_status(200);
    let printed = served.printed("utente MEDICO ");
    let (username, password) = printed.split_once(' ').unwrap();
    let inside = login.submit("form", &[("username", username), ("password", password)]).await;
    inside.assert_status(200);
    let form = browser.get("/millelight/pazienti/nuovo").await;
    let token = connect(&served.base(), username, password).await;
    assert_eq!(ask(&served.base(), &token).await.0, 200);
    script("stop");
    assert_eq!(browser.get_with("/ready", &[]).await.status, 503);
    for path in ["/millelight/pazienti", "/millelight/accedi", "/millebook"] {
        let page = browser.get_raw(path).await;
        page.assert_status(503).assert_text("Archivio non disponibile").assert_text("riprova");
        assert_eq!(page.header("retry-after").as_deref(), Some("10"), "{path}");
    }
    let kept = form.submit("main form.stack", &[("cognome", "PROVA SCRITTA")]).await;
    kept.assert_status(503).assert_text("è in questa pagina");
    assert!(kept.body.contains("PROVA SCRITTA"));
    let (status, kind, body) = ask(&served.base(), &token).await;
    assert_eq!((status, kind.as_str()), (503, "application/problem+json"), "{body}");
    assert_eq!((&body["status"], body["title"].is_string()), (&serde_json::json!(503), true), "{body}");
    let said = served.process.said();
    let broken: Vec<&str> = said.lines().filter(|line| line.starts_with(char::is_whitespace)).collect();
    assert!(broken.is_empty(), "events over several lines: {broken:#?}");
    served.stop();
}

/// Connects a program; returns its token.
async fn connect(base: &str, username: &str, password: &str) -> String {
    let wanted = serde_json::json!({"username": username, "password": password, "client": "Gestione studio"});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.post(format!("{base}/api/v1/token")).header("content-type", "application/json");
    let answer = asked.body(wanted.to_string()).send().await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    body["token"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// Status, content type and body of a question that needs the database.
async fn ask(base: &str, token: &str) -> (u16, String, serde_json::Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{base}/api/v1/me")).bearer_auth(token).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}
