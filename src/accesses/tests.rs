//! The log of accesses: chained under the key, sealed, unalterable, forgotten after 24 months and no earlier.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod old;
mod tampering;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::verify::{ListVerdict, Verdict, verify, verify_list};
use super::*;
use crate::db::schema::{access_heads, accesses};
use crate::db::testing::{self, TestDb, statements};
use crate::identity::keys::Keys;
use kernel::clock::Clock;

/// A doctor's archive with a patient.
struct Log {
    db: TestDb,
    viewer: Viewer,
    patient: i64,
    now: NaiveDateTime,
}

fn key() -> LogKey {
    LogKey::new(&Keys::new("a secret for tests, long enough to be taken").unwrap())
}

fn log() -> Log {
    let mut db = TestDb::new();
    let doctor = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let patient = testing::insert_patient(&mut db, doctor, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
    let owner = Owner::of_doctor(doctor);
    let origin = "192.0.2.7".to_owned();
    let viewer = Viewer { owner, actor_id: doctor, role: Role::Doctor, origin, key: key() };
    Log { db, viewer, patient, now: Clock::system().now() }
}

impl Log {
    fn look(&mut self, days_ago: i64) {
        let look = Look::at_patient(Act::Record, self.patient);
        let at = self.now - TimeDelta::days(days_ago);
        let viewer = self.viewer.clone();
        self.db.write(|conn| record(conn, &viewer, &[look], at)).unwrap();
    }

    fn looks(&mut self, many: usize) {
        (0..many).for_each(|_| self.look(0));
    }

    /// Another doctor with a patient; somebody has looked there.
    fn other_archive(&mut self) -> i64 {
        let other = testing::insert_doctor(&mut self.db, "verdi", "VERDI", "Luigi");
        let theirs = testing::insert_patient(&mut self.db, other, "NERI", "Carla", "NRECRL70A41H501X");
        assert_eq!(theirs, self.patient + 1);
        self.other_look(other);
        other
    }

    fn other_look(&mut self, other: i64) {
        let viewer = Viewer { owner: Owner::of_doctor(other), actor_id: other, ..self.viewer.clone() };
        let (now, look) = (self.now, Look::at_patient(Act::Record, self.patient + 1));
        self.db.write(|conn| record(conn, &viewer, &[look], now)).unwrap();
    }

    fn list(&mut self) -> ListVerdict {
        verify_list(&mut self.db, &key()).unwrap().0
    }

    fn verdict_of(&mut self, doctor: i64) -> Verdict {
        let (_, archives) = verify_list(&mut self.db, &key()).unwrap();
        verify(&mut self.db, &key(), doctor, archives[&doctor]).unwrap()
    }

    fn verdict(&mut self) -> Verdict {
        self.verdict_of(self.viewer.owner.id())
    }

    fn rows(&mut self) -> i64 {
        match self.verdict() {
            Verdict::Whole { rows, .. } => rows,
            broken => panic!("{broken:?}"),
        }
    }

    /// Somebody who owns the machine: the triggers do not stop them.
    fn tamper(&mut self, sql: &str) {
        for (table, names) in [
            ("accesses", ["accesses_unchanged", "accesses_kept"]),
            ("access_register", ["access_register_unchanged", "access_register_kept"]),
        ] {
            let on = if self.db.is_sqlite() { String::new() } else { format!(" ON {table}") };
            for name in names {
                self.db.batch_execute(&format!("DROP TRIGGER IF EXISTS {name}{on};")).unwrap();
            }
        }
        self.db.batch_execute(sql).unwrap();
    }
}

#[test]
fn a_look_says_who_for_whom_at_what_and_from_where() {
    let mut log = log();
    let (patient, doctor, now) = (log.patient, log.viewer.owner.id(), log.now);
    let maria = testing::insert_doctor(&mut log.db, "maria", "BIANCHI", "Maria");
    let viewer = Viewer { actor_id: maria, role: Role::Collaborator, ..log.viewer.clone() };
    let looks = [Look::at_many(Act::Searched, [patient, patient, 9]), Look::at_patient(Act::Registry, patient)];
    record(&mut log.db, &viewer, &looks, now).unwrap();
    let rows: Vec<Row> = accesses::table.order(accesses::seq).select(Row::as_select()).load(&mut *log.db).unwrap();
    let [search, registry] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    assert_eq!((search.act, search.patient_id, search.shown), (Act::Searched, None, Some(2)));
    assert_eq!((registry.act, registry.patient_id, registry.actor_id), (Act::Registry, Some(patient), maria));
    assert_eq!((registry.role, registry.on_behalf_of()), (Capacity::Collaborator, Some(doctor)));
    assert_eq!((registry.origin.as_str(), registry.happened_at), ("192.0.2.7", now));
    assert_eq!(log.rows(), 2);
}

#[test]
fn noting_a_look_costs_three_statements_however_long_the_log_is() {
    let mut log = log();
    let most = if log.db.is_sqlite() { 3 } else { 4 };
    // The very first also enters the archive in the list.
    log.look(0);
    for _ in 0..20 {
        let (look, viewer, now) = (Look::at_patient(Act::Record, log.patient), log.viewer.clone(), log.now);
        let asked = statements(&mut log.db, |db| record(db, &viewer, &[look; 3], now).unwrap());
        assert!(asked <= most, "{asked} statements");
    }
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    bytes: i64,
}

fn bytes(db: &mut Db) -> i64 {
    let sql = if db.is_sqlite() {
        "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size"
    } else {
        "SELECT SUM(pg_relation_size(oid))::BIGINT AS bytes FROM pg_class \
         WHERE relname LIKE 'access%' AND relnamespace = current_schema()::regnamespace"
    };
    diesel::sql_query(sql).get_result::<Size>(db).unwrap().bytes
}

/// A thousand doctors leave a hundred million rows in two years. With indexes: half of 211 and of 344, which is what they took
/// before the key.
#[test]
fn a_row_is_small() {
    let mut log = log();
    log.look(0);
    let (before, viewer, now) = (bytes(&mut log.db), log.viewer.clone(), log.now);
    let most = if log.db.is_sqlite() { 105 } else { 172 };
    let mixed = [Look::at_patient(Act::Preparing, log.patient), Look::at_many(Act::Listed, [1, 2, 3])];
    let looks: Vec<Look> = mixed.iter().cycle().take(100).copied().collect();
    for _ in 0..80 {
        log.db.write(|conn| record(conn, &viewer, &looks, now)).unwrap();
    }
    let each = (bytes(&mut log.db) - before) / 8_000;
    println!("{each} bytes a row");
    assert!(each <= most, "{each} bytes a row");
}

#[test]
fn nobody_changes_or_takes_out_a_row() {
    let mut log = log();
    for days in [800, 10, 0] {
        log.look(days);
    }
    let change = |conn: &mut Db| diesel::update(accesses::table).set(accesses::actor_id.eq(1)).execute(conn);
    assert!(log.db.write(change).is_err());
    let recent = |conn: &mut Db| diesel::delete(accesses::table.filter(accesses::seq.eq(2))).execute(conn);
    assert!(log.db.write(recent).is_err());
    assert_eq!(log.rows(), 3);
}

#[test]
fn what_is_forgotten_after_24_months_leaves_the_chain_whole() {
    let mut log = log();
    for days in [900, 800, 700, 10] {
        log.look(days);
    }
    let now = log.now;
    let purge = |log: &mut Log, days: i64| {
        let before = now - TimeDelta::days(days);
        log.db.write(|conn| chain::purge(conn, &key(), before))
    };
    assert!(purge(&mut log, 0).is_err(), "not before 24 months");
    assert_eq!(log.rows(), 4, "all or nothing");
    assert_eq!(purge(&mut log, 740), Ok(2));
    assert_eq!(log.rows(), 2);
    log.look(0);
    assert_eq!(log.rows(), 3, "what follows hangs on what was forgotten");
    let head = access_heads::table.filter(access_heads::archive.gt(0));
    let base: (i64, Vec<u8>) =
        head.select((access_heads::base_seq, access_heads::base_digest)).first(&mut *log.db).unwrap();
    assert_eq!((base.0, base.1.len()), (2, 16));
    // One more is taken out, and the beginning put right as far as one can without the key.
    log.tamper(
        "UPDATE access_heads SET base_seq = 3, base_digest = (SELECT digest FROM accesses WHERE seq = 3) WHERE archive > 0;
         DELETE FROM accesses WHERE seq = 3",
    );
    assert_eq!(log.verdict(), Verdict::Head);
}

#[test]
fn an_archive_where_everything_is_forgotten_goes_on() {
    let mut log = log();
    for _ in 0..3 {
        log.look(800);
    }
    let before = log.now - TimeDelta::days(740);
    assert_eq!(log.db.write(|conn| chain::purge(conn, &key(), before)), Ok(3));
    log.look(0);
    assert!(matches!(log.verdict(), Verdict::Whole { rows: 1, last: 4, .. }));
}

#[test]
fn a_recent_row_among_old_ones_keeps_what_follows_it() {
    let mut log = log();
    // The clock went back after the second.
    for days in [900, 10, 900, 5] {
        log.look(days);
    }
    let before = log.now - TimeDelta::days(740);
    assert_eq!(log.db.write(|conn| chain::purge(conn, &key(), before)), Ok(1));
    assert_eq!(log.rows(), 3);
}

#[test]
fn each_archive_has_its_own_chain_and_list() {
    let mut log = log();
    log.look(0);
    let other = log.other_archive();
    log.look(0);
    assert_eq!(log.rows(), 2);
    assert!(matches!(log.verdict_of(other), Verdict::Whole { rows: 1, last: 1, .. }));
    assert!(matches!(log.list(), ListVerdict::Whole { archives: 2, since: Some(_) }));
    let (owner, own, theirs) = (log.viewer.owner, log.patient, log.patient + 1);
    let db = &mut log.db;
    let newest = list_of_patient(db, owner, own, None, 10).unwrap();
    assert_eq!(
        newest.iter().map(|row| (row.seq, row.role)).collect::<Vec<_>>(),
        [(2, Role::Doctor), (1, Role::Doctor)]
    );
    let older = list_of_patient(db, owner, own, Some(newest[0].seq), 10).unwrap();
    assert_eq!(older.iter().map(|row| row.seq).collect::<Vec<_>>(), [1]);
    assert!(list_of_patient(db, owner, theirs, None, 10).unwrap().is_empty(), "another's patient");
    assert!(list_of_patient(db, Owner::of_doctor(other), own, None, 10).unwrap().is_empty());
}

/// Two requests at once: on PostgreSQL the second waits for the first, on SQLite there is one writer anyway.
#[test]
fn looks_at_the_same_moment_do_not_fork_the_chain() {
    let log = log();
    let pool = log.db.pool(4);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (pool, viewer, now) = (pool.clone(), log.viewer.clone(), log.now);
            let look = Look::at_patient(Act::Record, log.patient);
            std::thread::spawn(move || {
                let mut conn = pool.connection().unwrap();
                for _ in 0..25 {
                    conn.write(|conn| record(conn, &viewer, &[look], now)).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let mut log = log;
    assert_eq!(log.rows(), 100);
}
