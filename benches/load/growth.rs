//! What must not grow with the archive: the same questions of a small and of a large one, by turns in one run, and the ratio
//! of the two. In this process and on SQLite: what the network, the pages and another engine cost is the load's matter.
//! Started by `scripts/bench growth`.

use std::hint::black_box;
use std::ops::DerefMut;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kernel::clock::Clock;
use kernel::nre::LotPrefix;
use kernel::patient_query::PatientQuery;
use kernel::region::RegionCode;
use millecloud::db::schema::{nre_lots, patients, prescriptions, users};
use millecloud::db::{Access, DatabaseUrl, Db, DbError, DbPool, Owner, migrate};
use millecloud::identity::by::By;
use millecloud::patients::model::Show;
use millecloud::patients::queries::{Search, search};
use millecloud::practice::{self, SeedPlan};
use millecloud::prescriptions::model::{Filter, Kind, NewItem, NewPrescription, State};
use millecloud::prescriptions::queries::{
    ListKey, count_by_filter, count_left, insert_lot, list_doctors_in_line, list_due, list_page,
};
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
    /// Prescriptions that an outage kept back, all due.
    due: usize,
    /// Lots whose numbers are used up.
    lots: usize,
}

const SMALL: Size = Size { patients: 20_000, pending: 50, sent: 500, due: 50, lots: 5 };
const LARGE: Size = Size { patients: 200_000, pending: 5_000, sent: 50_000, due: 5_000, lots: 500 };
/// `--small` only shows that it runs.
const TRIAL: [Size; 2] = [
    Size { patients: 2_000, pending: 50, sent: 100, due: 50, lots: 5 },
    Size { patients: 4_000, pending: 300, sent: 400, due: 300, lots: 50 },
];

type Question = Box<dyn Fn(&mut Db, Owner) -> Result<usize, DbError>>;

/// Asks everything of both archives; ends with 1 when something grows that must not.
pub fn run(folder: &Path, trial: bool) {
    let [small, large] = if trial { TRIAL } else { [SMALL, LARGE] };
    let pools = [build(&folder.join("small.db"), small), build(&folder.join("large.db"), large)];
    let [mut small, mut large] = pools.map(|(pool, owner)| (pool.connection().unwrap(), owner));
    let common = most_common(&mut small.0, small.1);
    println!("\n{:<42}{:>12}{:>12}{:>8}", "", "small ms", "large ms", "ratio");
    let mut over = 0;
    let [of_small, of_large] =
        [&mut small, &mut large].map(|(conn, owner)| questions(&common, &some_code(conn, *owner)));
    for ((name, of_small), (_, of_large)) in of_small.into_iter().zip(of_large) {
        let [few, many] = compare([(&of_small, &mut *small.0, small.1), (&of_large, &mut *large.0, large.1)]);
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

/// The questions; `common` is a text that fills a page of either archive, `code` one that finds some ten people of this one.
fn questions(common: &str, code: &str) -> Vec<(&'static str, Question)> {
    let find = |text: &str| -> Question {
        let query = PatientQuery::parse(text);
        Box::new(move |conn, owner| {
            let wanted = Search { query: query.as_ref(), show: Show::All, among: None, after: None };
            Ok(search(conn, owner, &wanted)?.patients.len())
        })
    };
    let (now, today) = (Clock::system().now(), Clock::system().today());
    let veneto = RegionCode::parse("050").unwrap();
    vec![
        ("patients: a word nobody has", find("zzzz")),
        ("patients: a surname, and a word nobody has", find("rossi zzzz")),
        ("patients: nobody, and a year", find("zzzz 1963")),
        ("patients: a start and a year", find(common)),
        ("patients: the start of a common code", find("rss")),
        ("patients: the start of a code, a year", find(code)),
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
        (
            "after an outage: who is in line, what is due",
            Box::new(move |conn, owner| {
                let doctors = list_doctors_in_line(conn)?.len();
                Ok(doctors + list_due(conn, owner.id(), &[State::ToSend], now, 8)?.len())
            }),
        ),
        (
            "numbers left, beside lots used up",
            Box::new(move |conn, owner| Ok(usize::try_from(count_left(conn, owner, &veneto)?).unwrap())),
        ),
    ]
}

/// The medians of a question asked of both, by turns.
fn compare(mut archives: [(&Question, &mut Db, Owner); 2]) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    let began = Instant::now();
    for round in 0..ROUNDS + 3 {
        for ((question, conn, owner), times) in archives.iter_mut().zip(&mut times) {
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

/// A text and a year of birth.
#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    start: String,
    #[diesel(sql_type = BigInt)]
    year: i64,
}

/// The text that `sql` finds in an archive.
fn words(conn: &mut Db, owner: Owner, sql: &str) -> String {
    let found: Words = diesel::sql_query(sql).bind::<BigInt, _>(owner.id()).get_result(conn).unwrap();
    format!("{} {}", found.start, found.year)
}

/// The first letter and the year of birth that most patients share: `r 1963`.
fn most_common(conn: &mut Db, owner: Owner) -> String {
    let sql = "SELECT substr(search_key, 1, 1) AS start, birth_year AS year FROM patients WHERE doctor_id = $1 \
               GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT 1";
    words(conn, owner, sql)
}

/// The start of a code and a year of birth that about ten patients share: as many in a small archive as in a large one.
fn some_code(conn: &mut Db, owner: Owner) -> String {
    let sql = "SELECT substr(fiscal_code, 1, 3) AS start, birth_year AS year FROM patients WHERE doctor_id = $1 \
               GROUP BY 1, 2 ORDER BY abs(count(*) - 10), 1, 2 LIMIT 1";
    words(conn, owner, sql)
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
    prepare(conn, owner, &known, size.due);
    diesel::update(prescriptions::table.filter(prescriptions::state.eq(State::Pending)))
        .set((prescriptions::state.eq(State::ToSend), prescriptions::next_try_at.eq(now)))
        .execute(conn)
        .unwrap();
    prepare(conn, owner, &known, size.pending);
    fill_lots(conn, owner, size.lots);
    owner
}

/// `used` lots without a number left, and one with a hundred.
fn fill_lots(conn: &mut Db, owner: Owner, used: usize) {
    for n in 0..=used {
        let lot = LotPrefix::parse(&format!("0500A{n:08}")).unwrap();
        insert_lot(conn, owner, &lot, Clock::system().now()).unwrap();
    }
    let rows = nre_lots::table.filter(nre_lots::prefix.ne(format!("0500A{used:08}")));
    diesel::update(rows).set(nre_lots::next_number.eq(nre_lots::last_number + 1)).execute(conn).unwrap();
}

/// Makes `count` prescriptions that wait for the doctor, for these patients in turn.
fn prepare(conn: &mut Db, owner: Owner, known: &[i64], count: usize) {
    let all: Vec<NewPrescription> = known.iter().cycle().take(count).map(|patient| zimox(*patient)).collect();
    let mut made = 0;
    for batch in all.chunks(100) {
        let submission = format!("{count} from {made}");
        let now = Clock::system().now();
        let create = |conn: &mut Db| create_pending(conn, &By::guarded(owner, owner.id(), now), &submission, batch);
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
