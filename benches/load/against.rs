//! The portal beside an older one: two release binaries, each with a practice of its own made from the same seed, asked in
//! turns and as browsers ask. Both are driven through their pages, so that they need not share a schema. Started by
//! `scripts/bench against BINARY`; `OLDER_DATABASE_URL` is the older one's `DATABASE_URL`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Load, formulary, millis, record, search};
use crate::client::{Measure, run as run_load};
use crate::confirm::prescribe;
use crate::place::{Person, Place, Program, Size};

const ROUNDS: u32 = 3;
/// A slow day of SAC.
const LATE: Duration = Duration::from_millis(500);

/// A portal with its people, each with as many prescriptions behind him.
struct Side {
    place: Place,
    people: Vec<Person>,
    sent: Arc<Vec<AtomicUsize>>,
}

impl Side {
    async fn start(program: Program, size: Size) -> Self {
        let place = Place::new(program, size);
        let mut people = Vec::new();
        for n in 1..=size.connections.min(size.doctors as usize) {
            let person = place.log_in(n).await;
            place.enable_sac(&person).await;
            people.push(person);
        }
        let sent = (0..people.len()).map(|_| AtomicUsize::new(0)).collect::<Vec<_>>();
        Self { place, people, sent: Arc::new(sent) }
    }

    /// `connections` doctors prescribe a drug to `each` patients, one after the other: how long the five pages of each took,
    /// and the processor time.
    async fn prescribe(&self, connections: usize, each: usize) -> (Measure, Duration) {
        let (began, before) = (Instant::now(), self.place.processor());
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..connections.min(self.people.len()) {
            let (person, sent) = (self.people[n].clone(), Arc::clone(&self.sent));
            tasks.spawn(async move {
                let mut times = Vec::new();
                for _ in 0..each {
                    let patient = person.patients[sent[n].fetch_add(1, Ordering::Relaxed)];
                    let asked = Instant::now();
                    prescribe(&person, patient).await;
                    times.push(asked.elapsed());
                }
                times
            });
        }
        let mut times = Vec::new();
        while let Some(own) = tasks.join_next().await {
            times.extend(own.unwrap());
        }
        let used = (self.place.processor() - before) / u32::try_from(times.len().max(1)).unwrap();
        (Measure::of(times, began.elapsed()), used)
    }
}

/// Measures both; the ratio is ours to the older one's.
pub async fn run(older: &Path, folder: &Path, size: Size) {
    let older = Program::new(older, &folder.join("older"), "OLDER_DATABASE_URL");
    let sides = [Side::start(older, size).await, Side::start(Program::own(&folder.join("own")), size).await];
    println!("\n{} doctors x {} patients, compressed, by turns", size.doctors, size.patients);
    println!(
        "{:<34}{:>9}{:>9}{:>9}   {:>9}{:>9}{:>9}{:>9}",
        "", "older/s", "p50 ms", "p99 ms", "own/s", "p50", "p99", "ratio"
    );
    let length = Duration::from_secs(size.seconds) / ROUNDS;
    let mut loads = Vec::new();
    for side in &sides {
        let (place, people) = (&side.place, &*side.people);
        loads.push([
            search(place, people, size).await,
            record(place, people, size).await,
            formulary(place, people, size).await,
        ]);
    }
    let [older, own]: [[Load; 3]; 2] = loads.try_into().unwrap_or_else(|_| unreachable!("two sides"));
    for (older, own) in older.iter().zip(&own) {
        let mut runs = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for ((side, load), runs) in sides.iter().zip([older, own]).zip(&mut runs) {
                runs.push(run_load(&side.place.address, &load.portal, length).await);
            }
        }
        line(&format!("{}, {}", older.name, size.connections), runs.map(Measure::median));
    }
    for connections in [1, size.connections] {
        prescriptions("create to code", &sides, (connections, size.prescriptions / 4)).await;
    }
    for side in &sides {
        side.place.slow_sac(LATE).await;
    }
    prescriptions("the same, SAC in 500 ms", &sides, (size.connections, size.prescriptions / 8)).await;
    for (name, side) in ["older", "own"].into_iter().zip(&sides) {
        let (now, highest) = side.place.memory();
        println!("resident, {name}: {now:.0} MiB now, {highest:.0} MiB at its highest");
    }
}

async fn prescriptions(name: &str, sides: &[Side; 2], (connections, each): (usize, usize)) {
    let (mut runs, mut used) = ([Vec::new(), Vec::new()], [Duration::ZERO; 2]);
    for _ in 0..ROUNDS {
        for (n, side) in sides.iter().enumerate() {
            let (measure, processor) = side.prescribe(connections, each).await;
            runs[n].push(measure);
            used[n] += processor / ROUNDS;
        }
    }
    line(&format!("{name}, {connections}"), runs.map(Measure::median));
    let [older, own] = used.map(millis);
    println!("{:<34}{older:>9.1} ms of processor{:>18}{own:>9.1} ms{:>18.2}", "", "", older / own);
}

fn line(name: &str, [older, own]: [Measure; 2]) {
    println!(
        "{name:<34}{:>9.1}{:>9.1}{:>9.1}   {:>9.1}{:>9.1}{:>9.1}{:>9.2}",
        older.per_second,
        millis(older.p50),
        millis(older.p99),
        own.per_second,
        millis(own.p50),
        millis(own.p99),
        own.per_second / older.per_second,
    );
}
