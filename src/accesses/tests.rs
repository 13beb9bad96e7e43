//! The log of accesses: chained, unalterable, forgotten after 24 months and no earlier.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{NaiveDateTime, TimeDelta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::chain::{self, Verdict};
use super::*;
use crate::db::schema::{access_bases, accesses};
use crate::db::testing::{self, TestDb, statements};
use crate::kernel::clock::Clock;

/// A doctor's archive with a patient.
struct Log {
    db: TestDb,
    viewer: Viewer,
    patient: i64,
    now: NaiveDateTime,
}

fn log() -> Log {
    let mut db = TestDb::new();
    let doctor = testing::insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let patient = testing::insert_patient(&mut db, doctor, "SACCAVINI", "Claudio", "SCCCLD63E30L483Q");
    let owner = Owner::of_doctor(doctor);
    let viewer = Viewer { owner, actor_id: doctor, role: Role::Doctor, origin: "192.0.2.7".to_owned() };
    Log { db, viewer, patient, now: Clock::system().now() }
}

impl Log {
    fn look(&mut self, days_ago: i64) {
        let look = Look::at_patient(Act::Record, self.patient);
        let at = self.now - TimeDelta::days(days_ago);
        let viewer = self.viewer.clone();
        self.db.write(|conn| record(conn, &viewer, &[look], at)).unwrap();
    }

    fn verdict(&mut self) -> Verdict {
        chain::verify(&mut self.db, self.viewer.owner.id()).unwrap()
    }

    fn rows(&mut self) -> i64 {
        match self.verdict() {
            Verdict::Whole { rows, .. } => rows,
            broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
        }
    }

    fn ids(&mut self) -> Vec<i64> {
        accesses::table.order(accesses::id).select(accesses::id).load(&mut *self.db).unwrap()
    }

    /// Somebody who owns the machine: the triggers do not stop them.
    fn tamper(&mut self, sql: &str) {
        let on = if self.db.is_sqlite() { "" } else { " ON accesses" };
        let drop = format!("DROP TRIGGER IF EXISTS accesses_unchanged{on}; DROP TRIGGER IF EXISTS accesses_kept{on};");
        self.db.batch_execute(&drop).unwrap();
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
    assert_eq!((search.act, search.patient_id, search.shown), (Act::Searched, None, 2));
    assert_eq!((registry.act, registry.patient_id, registry.actor_id), (Act::Registry, Some(patient), maria));
    assert_eq!((registry.role, registry.on_behalf_of), (Role::Collaborator, Some(doctor)));
    assert_eq!((registry.origin.as_str(), registry.happened_at), ("192.0.2.7", now));
    assert_eq!(log.rows(), 2);
}

#[test]
fn noting_a_look_costs_two_statements_however_long_the_log_is() {
    let mut log = log();
    let most = if log.db.is_sqlite() { 2 } else { 3 };
    for n in 0..20 {
        let (look, viewer, now) = (Look::at_patient(Act::Record, log.patient), log.viewer.clone(), log.now);
        let asked = statements(&mut log.db, |db| record(db, &viewer, &[look; 3], now).unwrap());
        // The very first also asks where the chain begins.
        assert!(asked <= most + usize::from(n == 0), "{asked} statements");
    }
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
fn one_changed_byte_is_found_whatever_the_column() {
    for change in [
        "actor_id = actor_id + 0, act = 'CARTELLE'",
        "origin = '192.0.2.8'",
        "shown = 2",
        "patient_id = NULL",
        "role = 'collaborator'",
        "hash = REPLACE(hash, SUBSTR(hash, 1, 1), 'x')",
    ] {
        let mut log = log();
        for _ in 0..4 {
            log.look(0);
        }
        let ids = log.ids();
        log.tamper(&format!("UPDATE accesses SET {change} WHERE id = {}", ids[1]));
        if change.contains("CARTELLE") {
            // Not even a word of the program: the row cannot be read.
            assert!(chain::verify(&mut log.db, log.viewer.owner.id()).is_err());
        } else {
            assert_eq!(log.verdict(), Verdict::Broken { id: ids[1], seq: 2 }, "{change}");
        }
    }
}

#[test]
fn a_row_taken_out_or_slipped_in_is_found() {
    let mut log = log();
    for _ in 0..4 {
        log.look(0);
    }
    let ids = log.ids();
    log.tamper(&format!("DELETE FROM accesses WHERE id = {}", ids[1]));
    assert_eq!(log.verdict(), Verdict::Broken { id: ids[2], seq: 3 });
    // Renumbered to hide it.
    log.tamper("UPDATE accesses SET seq = seq - 1 WHERE seq = 3");
    assert_eq!(log.verdict(), Verdict::Broken { id: ids[2], seq: 2 });
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
        log.db.write(|conn| chain::purge(conn, before))
    };
    assert!(purge(&mut log, 0).is_err(), "not before 24 months");
    assert_eq!(log.rows(), 4, "all or nothing");
    assert_eq!(purge(&mut log, 740), Ok(2));
    assert_eq!(log.rows(), 2);
    log.look(0);
    assert_eq!(log.rows(), 3, "what follows hangs on what was forgotten");
    let base: (i64, String) =
        access_bases::table.select((access_bases::seq, access_bases::hash)).first(&mut *log.db).unwrap();
    assert_eq!((base.0, base.1.len()), (2, 64));
    log.tamper("UPDATE access_bases SET hash = REPLACE(hash, SUBSTR(hash, 1, 1), 'x')");
    let ids = log.ids();
    assert_eq!(log.verdict(), Verdict::Broken { id: ids[0], seq: 3 });
}

#[test]
fn an_archive_where_everything_is_forgotten_goes_on() {
    let mut log = log();
    for _ in 0..3 {
        log.look(800);
    }
    let before = log.now - TimeDelta::days(740);
    assert_eq!(log.db.write(|conn| chain::purge(conn, before)), Ok(3));
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
    assert_eq!(log.db.write(|conn| chain::purge(conn, before)), Ok(1));
    assert_eq!(log.rows(), 3);
}

#[test]
fn each_archive_has_its_own_chain_and_list() {
    let mut log = log();
    let other = testing::insert_doctor(&mut log.db, "verdi", "VERDI", "Luigi");
    let theirs = testing::insert_patient(&mut log.db, other, "NERI", "Carla", "NRECRL70A41H501X");
    log.look(0);
    let viewer = Viewer { owner: Owner::of_doctor(other), actor_id: other, ..log.viewer.clone() };
    let (now, own) = (log.now, log.patient);
    record(&mut log.db, &viewer, &[Look::at_patient(Act::Record, theirs)], now).unwrap();
    log.look(0);
    assert_eq!(log.rows(), 2);
    let (owner, db) = (log.viewer.owner, &mut log.db);
    assert!(matches!(chain::verify(db, other).unwrap(), Verdict::Whole { rows: 1, last: 1, .. }));
    let newest = list_of_patient(db, owner, own, None, 10).unwrap();
    assert_eq!(newest.len(), 2);
    let older = list_of_patient(db, owner, own, Some(newest[0].id), 10).unwrap();
    assert_eq!(older.iter().map(|row| row.id).collect::<Vec<_>>(), [newest[1].id]);
    assert!(list_of_patient(db, owner, theirs, None, 10).unwrap().is_empty(), "another's patient");
    assert!(list_of_patient(db, viewer.owner, own, None, 10).unwrap().is_empty());
    assert_eq!(chain::list_doctors(db).unwrap(), [owner.id(), other]);
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
