//! What must not grow with the archive: the same questions of a small and of a large one, by turns in one run, and the ratio
//! of the two. In this process and on SQLite: what the network, the pages and another engine cost is the load's matter.
//! Started by `scripts/bench growth`.

use std::hint::black_box;
use std::ops::DerefMut;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use millecloud::db::schema::{patients, prescriptions, users};
use millecloud::db::{Access, DatabaseUrl, Db, DbError, DbPool, Owner, migrate};
use millecloud::kernel::clock::Clock;
use millecloud::kernel::patient_query::PatientQuery;
use millecloud::patients::model::Show;
use millecloud::patients::queries::{Search, search};
use millecloud::practice::{self, SeedPlan};
use millecloud::prescriptions::model::{Filter, Kind, NewItem, NewPrescription, State};
use millecloud::prescriptions::queries::{ListKey, count_by_filter, list_page};
use millecloud::prescriptions::service::create_pending;
use millecloud::validation::service::load_pending;
use millecloud::{formulary, reference};

/// What is thought to be flat may not grow by more than this.
const GOAL: f64 = 1.3;
/// Each question is asked so often of each archive, or for so long.
const ROUNDS: usize = 60;
const LONGEST: Duration = Duration::from_secs(5);

/// How much an archive holds.
#[derive(Clone, Copy)]
struct Size {
    patients: u32,
    pending: usize,
    sent: usize,
}

const SMALL: Size = Size { patients: 20_000, pending: 50, sent: 500 };
const LARGE: Size = Size { patients: 200_000, pending: 5_000, sent: 50_000 };
/// `--small` only shows that it runs.
const TRIAL: [Size; 2] =
    [Size { patients: 2_000, pending: 50, sent: 100 }, Size { patients: 4_000, pending: 300, sent: 400 }];

type Question = Box<dyn Fn(&mut Db, Owner) -> Result<usize, DbError>>;

/// Asks everything of both archives; ends with 1 when something grows that must not.
pub fn run(folder: &Path, trial: bool) {
    let [small, large] = if trial { TRIAL } else { [SMALL, LARGE] };
    let pools = [build(&folder.join("small.db"), small), build(&folder.join("large.db"), large)];
    let [mut small, mut large] = pools.map(|(pool, owner)| (pool.connection().unwrap(), owner));
    let common = most_common(&mut small.0, small.1);
    println!("\n{:<42}{:>12}{:>12}{:>8}", "", "small ms", "large ms", "ratio");
    let mut over = 0;
    for (name, question) in questions(&common) {
        let [few, many] = compare(&question, [(&mut *small.0, small.1), (&mut *large.0, large.1)]);
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        let verdict = if ratio <= GOAL { "" } else { "  over the goal" };
        over += usize::from(ratio > GOAL);
        println!("{name:<42}{:>12.3}{:>12.3}{ratio:>8.2}{verdict}", millis(few), millis(many));
    }
    println!("goal: at most {GOAL}; {over} over it");
    // Only a trial may fail it: its archives are too small to tell.
    assert!(over == 0 || trial, "something grows with the archive");
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The questions; `common` is a text that fills a page of either archive.
fn questions(common: &str) -> Vec<(&'static str, Question)> {
    let find = |text: &str| -> Question {
        let query = PatientQuery::parse(text);
        Box::new(move |conn, owner| {
            let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: None };
            Ok(search(conn, owner, &wanted)?.patients.len())
        })
    };
    let today = Clock::system().today();
    vec![
        ("patients: a word nobody has", find("zzzz")),
        ("patients: a surname, and a word nobody has", find("rossi zzzz")),
        ("patients: nobody, and a year", find("zzzz 1963")),
        ("patients: a start and a year", find(common)),
        ("patients: the start of a common code", find("rss")),
        ("patients: the start of a common code, a year", find("rss 1963")),
        (
            "ricette inviate: counts and first page",
            Box::new(|conn, owner| {
                let counts = count_by_filter(conn, owner)?.len();
                Ok(counts + list_page(conn, owner, Filter::Done, ListKey::default(), 21)?.len())
            }),
        ),
        (
            "da validare: first page",
            Box::new(move |conn, owner| Ok(load_pending(conn, owner, None, today)?.rows.len())),
        ),
    ]
}

/// The medians of one question asked of both, by turns.
fn compare(question: &Question, mut archives: [(&mut Db, Owner); 2]) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let began = Instant::now();
    for round in 0..ROUNDS + 3 {
        for ((conn, owner), times) in archives.iter_mut().zip(&mut times) {
            let asked = Instant::now();
            let found = conn.transact(Access::Read, |conn| question(conn, *owner)).unwrap();
            black_box(found);
            // The first ones fill the caches.
            if round >= 3 {
                times.push(asked.elapsed());
            }
        }
        if round > 6 && began.elapsed() > LONGEST {
            break;
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    })
}

/// The first letter and the year of birth that most patients share: `r 1963`.
fn most_common(conn: &mut Db, owner: Owner) -> String {
    #[derive(QueryableByName)]
    struct Most {
        #[diesel(sql_type = Text)]
        letter: String,
        #[diesel(sql_type = BigInt)]
        year: i64,
    }
    let sql = "SELECT substr(search_key, 1, 1) AS letter, birth_year AS year FROM patients WHERE doctor_id = $1 \
               GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1";
    let most: Most = diesel::sql_query(sql).bind::<BigInt, _>(owner.id()).get_result(conn).unwrap();
    format!("{} {}", most.letter, most.year)
}

/// An archive of one doctor.
fn build(path: &Path, size: Size) -> (DbPool, Owner) {
    let began = Instant::now();
    let pool = DbPool::open(&DatabaseUrl::Sqlite(path.to_owned()), 1).unwrap();
    let owner = fill(&mut pool.connection().unwrap(), size);
    println!("{} patients: {:.0} s", size.patients, began.elapsed().as_secs_f64());
    (pool, owner)
}

fn fill(conn: &mut impl DerefMut<Target = Db>, size: Size) -> Owner {
    let conn: &mut Db = conn;
    let clock = Clock::system();
    let (now, today) = (clock.now(), clock.today());
    migrate::run_pending(conn).unwrap();
    conn.write(|conn| reference::starter::load(conn, now)).unwrap();
    conn.write(|conn| formulary::starter::load(conn, now)).unwrap();
    let plan = SeedPlan { doctors: 1, patients_per_doctor: size.patients, seed: 3 };
    conn.write(|conn| practice::load_seed(conn, plan, 1, "no password", now, today)).unwrap();
    let doctor: i64 = users::table.filter(users::username.eq("medico0001")).select(users::id).first(conn).unwrap();
    let owner = Owner::of_doctor(doctor);
    let known: Vec<i64> = patients::table
        .filter(patients::doctor_id.eq(doctor))
        .order(patients::id)
        .limit(5_000)
        .select(patients::id)
        .load(conn)
        .unwrap();
    prepare(conn, owner, &known, size.sent);
    diesel::update(prescriptions::table).set(prescriptions::state.eq(State::Accepted)).execute(conn).unwrap();
    prepare(conn, owner, &known, size.pending);
    owner
}

/// Makes `count` prescriptions that wait for the doctor, for these patients in turn.
fn prepare(conn: &mut Db, owner: Owner, known: &[i64], count: usize) {
    let all: Vec<NewPrescription> = known.iter().cycle().take(count).map(|patient| zimox(*patient)).collect();
    let mut made = 0;
    for batch in all.chunks(100) {
        let submission = format!("{count} from {made}");
        let now = Clock::system().now();
        let create = |conn: &mut Db| create_pending(conn, owner, owner.id(), &submission, batch, now);
        made += conn.write(create).unwrap().len();
    }
}

fn zimox(patient_id: i64) -> NewPrescription {
    NewPrescription {
        patient_id,
        kind: Kind::Drugs,
        visit_kind: "A".to_owned(),
        hide_data: false,
        suggested: false,
        exemption_code: String::new(),
        income_exempt: false,
        diagnosis_code: "487".to_owned(),
        diagnosis_text: "INFLUENZA".to_owned(),
        copied_from: None,
        plan_protocol: String::new(),
        items: vec![NewItem {
            aic: "023086150".to_owned(),
            label: "ZIMOX*12CPR 1G".to_owned(),
            substance: "AMOXICILLINA".to_owned(),
            class: "A".to_owned(),
            pieces: 1,
            ..NewItem::default()
        }],
    }
}
