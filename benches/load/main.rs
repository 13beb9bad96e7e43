//! Load on a full practice: what the portal answers in a second, beside bare handlers that do the same SQL and send the
//! same bytes, in the same run on the same machine. Started by `scripts/bench`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::string_slice,
    dead_code,
    missing_docs,
    reason = "a benchmark; the support is shared with the tests"
)]

mod against;
mod bare;
#[path = "../../tests/web/support/browser.rs"]
mod browser;
mod client;
mod confirm;
mod growth;
#[path = "../../tests/web/support/page.rs"]
mod page;
mod place;
#[path = "../../tests/common/process.rs"]
mod process;

use std::path::PathBuf;
use std::time::Duration;

use client::{Measure, get, run};
use place::{Person, Place, Size};

const FULL: Size = Size { doctors: 200, patients: 1_500, seconds: 6, connections: 16, prescriptions: 60 };
const SMALL: Size = Size { doctors: 4, patients: 200, seconds: 1, connections: 4, prescriptions: 8 };

/// What doctors type to find a patient, and a drug.
const PATIENTS: &[&str] = &["a", "b", "ca", "de", "fe", "ga", "ma", "ro", "sa", "ve"];
const DRUGS: &[&str] =
    &["zimox", "amoxicillina", "crestor", "omepra", "tachi", "ramipril", "card", "metformina", "zimocs"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, database, port, folder] = arguments.as_slice()
        && word == bare::WORD
    {
        return bare::serve(database, port.parse().unwrap(), &PathBuf::from(folder));
    }
    if arguments.iter().any(|argument| argument == "growth") {
        let folder = tempfile::Builder::new().prefix("millecloud-growth").tempdir().unwrap();
        return growth::run(folder.path(), arguments.iter().any(|argument| argument == "--small"));
    }
    let size = if arguments.iter().any(|argument| argument == "--small") { SMALL } else { FULL };
    let folder = tempfile::Builder::new().prefix("millecloud-bench").tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let [word, older, ..] = arguments.as_slice()
        && word == "against"
    {
        return runtime.block_on(against::run(&PathBuf::from(older), folder.path(), size));
    }
    runtime.block_on(async {
        let mut place = Place::new(place::Program::own(folder.path()), size);
        measure(&mut place, size).await;
    });
}

/// One line of the result: the portal, what it is compared with, and the two floors.
struct Row {
    name: &'static str,
    portal: Measure,
    bare: Measure,
    one_read: Measure,
    bytes: Measure,
}

/// Each load runs so many times in turn with what it is compared with: what else the machine does falls on both.
const ROUNDS: u32 = 3;

async fn measure(place: &mut Place, size: Size) {
    let mut people = Vec::new();
    for n in 0..size.connections.min(size.doctors as usize) {
        people.push(place.log_in(n + 1).await);
    }
    let loads = [
        static_file(place, &people[0], size).await,
        login_page(place, &people[0], size).await,
        search(place, &people, size).await,
        record(place, &people, size).await,
        formulary(place, &people, size).await,
    ];
    place.start_bare();
    let length = Duration::from_secs(size.seconds);
    let mut rows = Vec::new();
    for load in loads {
        rows.push(compare(place, &people, load, length / ROUNDS).await);
    }
    let confirm = confirm::measure(place, &people[0], size.prescriptions).await;
    let commits = vec![vec![get(&place.bare, "/commits", "")]];
    let commits = run(&place.bare, &commits, length).await;
    report(place, size, &rows, &confirm, &commits);
}

async fn compare(place: &Place, people: &[Person], load: Load, length: Duration) -> Row {
    let floor = |kind: &str| -> Vec<Vec<Vec<u8>>> {
        let path = |person: &Person| format!("/{kind}/{}?session={}", load.body, person.session());
        (0..load.bare.len()).map(|n| vec![get(&place.bare, &path(of(people, n)), "")]).collect()
    };
    let (one_read, bytes) = (floor("one-read"), floor("bytes"));
    // Once without counting: caches fill, the formulary's index is built.
    run(&place.address, &load.portal, Duration::from_millis(300)).await;
    run(&place.bare, &load.bare, Duration::from_millis(300)).await;
    let mut runs = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let servers = [
            (&place.address, &load.portal),
            (&place.bare, &load.bare),
            (&place.bare, &one_read),
            (&place.bare, &bytes),
        ];
        for (kept, (address, requests)) in runs.iter_mut().zip(servers) {
            kept.push(run(address, requests, length).await);
        }
    }
    let [portal, bare, one_read, bytes] = runs.map(Measure::median);
    Row { name: load.name, portal, bare, one_read, bytes }
}

/// The same load for both servers, one list of requests for each connection.
struct Load {
    name: &'static str,
    /// Whose bytes the floors send.
    body: &'static str,
    portal: Vec<Vec<Vec<u8>>>,
    bare: Vec<Vec<Vec<u8>>>,
}

/// Keeps a page's bytes for the bare server.
async fn keep(place: &Place, person: &Person, name: &str, path: &str) {
    let page = person.browser.get(path).await;
    page.assert_status(200);
    std::fs::write(place.bodies.join(name), &page.body).unwrap();
}

async fn static_file(place: &Place, person: &Person, size: Size) -> Load {
    let page = person.browser.get("/millelight/accedi").await;
    let path = page.attribute("link[rel=stylesheet]", "href").unwrap();
    keep(place, person, "static", &path).await;
    let portal = vec![vec![get(&place.address, &path, "")]; size.connections];
    let bare = vec![vec![get(&place.bare, "/static", "")]; size.connections];
    Load { name: "static file", body: "static", portal, bare }
}

async fn login_page(place: &Place, person: &Person, size: Size) -> Load {
    let path = "/millelight/accedi";
    let stranger =
        Person { id: 0, browser: browser::Browser::new(&format!("http://{}", place.address)), patients: Vec::new() };
    keep(place, &stranger, "login", path).await;
    let _ = person;
    let portal = vec![vec![get(&place.address, path, "")]; size.connections];
    let bare = vec![vec![get(&place.bare, "/login", "")]; size.connections];
    Load { name: "login page", body: "login", portal, bare }
}

/// The person of a connection.
fn of(people: &[Person], connection: usize) -> &Person {
    &people[connection % people.len()]
}

async fn search(place: &Place, people: &[Person], size: Size) -> Load {
    let (mut portal, mut bare) = (Vec::new(), Vec::new());
    for connection in 0..size.connections {
        let person = of(people, connection);
        let page = person.browser.get("/millelight/pazienti").await;
        let (mut own, mut same) = (Vec::new(), Vec::new());
        for typed in PATIENTS {
            let sent = page.submit_raw("form[role=search]", &[("q", typed), ("mostra", "tutti")]).await;
            let address = sent.header("location").unwrap();
            let found = person.browser.get(&address).await;
            if found.all("#risultati .row").is_empty() {
                continue;
            }
            own.push(get(&place.address, &address, &person.cookie()));
            let asked = format!("/search?session={}&doctor={}&text={typed}", person.session(), person.id);
            same.push(get(&place.bare, &asked, ""));
            if connection == 0 {
                keep(place, person, "search", &address).await;
            }
        }
        portal.push(own);
        bare.push(same);
    }
    Load { name: "patient search", body: "search", portal, bare }
}

async fn record(place: &Place, people: &[Person], size: Size) -> Load {
    let (mut portal, mut bare) = (Vec::new(), Vec::new());
    for connection in 0..size.connections {
        let person = of(people, connection);
        let chosen = || person.patients.iter().skip(connection % 7).step_by(7).take(50);
        portal.push(
            chosen().map(|id| get(&place.address, &format!("/millelight/pazienti/{id}"), &person.cookie())).collect(),
        );
        let asked = |id: &i64| format!("/record?session={}&doctor={}&patient={id}", person.session(), person.id);
        bare.push(chosen().map(|id| get(&place.bare, &asked(id), "")).collect());
        if connection == 0 {
            keep(place, person, "record", &format!("/millelight/pazienti/{}", person.patients[0])).await;
        }
    }
    Load { name: "record", body: "record", portal, bare }
}

async fn formulary(place: &Place, people: &[Person], size: Size) -> Load {
    let path = |drug: &str| format!("/millelight/prontuario?q={drug}&per=nome");
    keep(place, &people[0], "formulary", &path("amoxicillina").replace("nome", "pa")).await;
    let ids: Vec<i64> = place
        .db
        .read(|conn| -> Result<_, millecloud::db::DbError> {
            use diesel::prelude::*;
            use millecloud::db::schema::packages;
            Ok(packages::table.select(packages::id).order(packages::label).limit(20).load(conn)?)
        })
        .await
        .unwrap();
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    let (mut portal, mut bare) = (Vec::new(), Vec::new());
    for connection in 0..size.connections {
        let person = of(people, connection);
        portal.push(DRUGS.iter().map(|drug| get(&place.address, &path(drug), &person.cookie())).collect());
        let asked = format!("/formulary?session={}&ids={ids}", person.session());
        bare.push(vec![get(&place.bare, &asked, "")]);
    }
    Load { name: "formulary search", body: "formulary", portal, bare }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn report(place: &Place, size: Size, rows: &[Row], confirm: &confirm::Times, commits: &Measure) {
    println!("\n{} doctors x {} patients, {} connections", size.doctors, size.patients, size.connections);
    let engine = if place.database_size() > 0.0 { "SQLite" } else { "PostgreSQL" };
    println!("{engine}, database {:.0} MiB, {}", place.database_size(), formulary_name(place));
    println!(
        "{:<18}{:>10}{:>9}{:>9}   {:>10}{:>9}{:>9}{:>8}   {:>10}{:>10}",
        "", "req/s", "p50 ms", "p99 ms", "bare", "p50", "p99", "ratio", "one read", "bytes"
    );
    for Row { name, portal, bare, one_read, bytes } in rows {
        println!(
            "{name:<18}{:>10.0}{:>9.2}{:>9.2}   {:>10.0}{:>9.2}{:>9.2}{:>8.2}   {:>10.0}{:>10.0}",
            portal.per_second,
            millis(portal.p50),
            millis(portal.p99),
            bare.per_second,
            millis(bare.p50),
            millis(bare.p99),
            portal.per_second / bare.per_second,
            one_read.per_second,
            bytes.per_second,
        );
    }
    let line = |name: &str, measure: &Measure| {
        println!("{name:<40} p50 {:>7.1} ms  p99 {:>7.1} ms", millis(measure.p50), millis(measure.p99));
    };
    println!();
    line("confirm to code, as the doctor waits", &confirm.whole);
    line("  of which waiting for SAC", &confirm.sac);
    line("  of which ours", &confirm.own);
    line("  three bare commits, for comparison", commits);
    let (now, highest) = place.memory();
    println!("\nresident memory of the portal: {now:.0} MiB now, {highest:.0} MiB at its highest");
}

fn formulary_name(place: &Place) -> &'static str {
    if place.real_formulary { "AIFA's class A and transparency lists" } else { "starter formulary" }
}
