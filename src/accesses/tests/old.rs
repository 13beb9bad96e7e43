//! A log from before the key: taken over as it is, its digests still good, sealed once.

use sha2::{Digest as _, Sha256};

use super::*;
use crate::db::migrate::{self, Engine};
use crate::identity::installation;
use kernel::hex::hex;

const SEALS: &str = "2026-11-30-000100_access_seals";

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}
use Way::{Down, Up};

impl Log {
    fn run(&mut self, way: Way) {
        let engine = if self.db.is_sqlite() { Engine::Sqlite } else { Engine::Postgres };
        let seals = migrate::embedded().unwrap().iter().find(|text| text.name == SEALS).unwrap();
        let script = match way {
            Up => &seals.up,
            Down => &seals.down,
        };
        self.db.batch_execute(script.of(engine)).unwrap();
    }

    /// A row as it was written then; returns its digest.
    fn old_row(&mut self, seq: i64, before: &str, (role, act): (&str, &str), patient: Option<i64>) -> String {
        let doctor = self.viewer.owner.id();
        let at = self.now - TimeDelta::days(20);
        let behalf = if role == "collaborator" { doctor.to_string() } else { String::new() };
        let id = patient.map(|id| id.to_string()).unwrap_or_default();
        let shown = if patient.is_some() { 1 } else { 4 };
        let micros = at.and_utc().timestamp_micros();
        let text = format!("{before}|{doctor}|{seq}|{doctor}|{role}|{behalf}|{act}|{id}||{shown}|192.0.2.7|{micros}");
        let chained = hex(&Sha256::digest(text));
        let hash = if seq > 0 { chained } else { String::new() };
        if seq == 1 {
            // Forgotten meanwhile.
            return hash;
        }
        let or_null = |text: String| if text.is_empty() { "NULL".to_owned() } else { text };
        let sql = format!(
            "INSERT INTO accesses (doctor_id, seq, actor_id, role, on_behalf_of, act, patient_id, shown, origin, happened_at, \
             hash) VALUES ({doctor}, {seq}, {doctor}, '{role}', {}, '{act}', {}, {shown}, '192.0.2.7', '{}', '{hash}')",
            or_null(behalf),
            or_null(id),
            at.format("%Y-%m-%d %H:%M:%S%.6f"),
        );
        self.db.batch_execute(&sql).unwrap();
        hash
    }

    /// The log as an earlier version left it: two rows from before the chain, four in it, the first of them forgotten.
    fn aged() -> Self {
        let mut log = log();
        log.run(Down);
        let patient = Some(log.patient);
        for seq in [-1, 0] {
            log.old_row(seq, "", ("doctor", "APERTA"), patient);
        }
        let acts =
            [("doctor", "CARTELLA"), ("collaborator", "RICERCA"), ("patient", "SCARICATA"), ("doctor", "ELENCO")];
        let mut before = String::new();
        let mut first = String::new();
        for (seq, act) in (1..).zip(acts) {
            let of = patient.filter(|_| !["RICERCA", "ELENCO"].contains(&act.1));
            before = log.old_row(seq, &before, act, of);
            if seq == 1 {
                first.clone_from(&before);
            }
        }
        let doctor = log.viewer.owner.id();
        let base = format!("INSERT INTO access_bases (doctor_id, seq, hash) VALUES ({doctor}, 1, '{first}')");
        log.db.batch_execute(&base).unwrap();
        log
    }
}

#[test]
fn a_log_from_before_the_key_is_sealed_as_it_is_and_goes_on() {
    let mut log = Log::aged();
    log.run(Up);
    assert!(matches!(log.list(), ListVerdict::Head), "not sealed yet");
    let now = log.now;
    log.db.write(|conn| begin(conn, &key(), now)).unwrap();
    assert!(matches!(log.list(), ListVerdict::Whole { archives: 1, .. }));
    assert!(matches!(log.verdict(), Verdict::Whole { rows: 3, last: 4, .. }), "{:?}", log.verdict());
    log.looks(2);
    assert!(matches!(log.verdict(), Verdict::Whole { rows: 5, last: 6, .. }), "{:?}", log.verdict());
    let list = list_of_patient(&mut log.db, log.viewer.owner, log.patient, None, 10).unwrap();
    let seen: Vec<_> = list.iter().map(|row| (row.seq, row.role, row.act)).collect();
    let old = [(3, Role::Patient, Act::Downloaded), (0, Role::Doctor, Act::Opened), (-1, Role::Doctor, Act::Opened)];
    assert_eq!(seen[2..], old);
}

/// Nobody calls for it: the first look does.
#[test]
fn the_first_look_seals_what_was_there() {
    let mut log = Log::aged();
    log.run(Up);
    log.other_archive();
    assert!(matches!(log.list(), ListVerdict::Whole { archives: 2, .. }));
    assert!(matches!(log.verdict(), Verdict::Whole { rows: 3, last: 4, .. }));
    assert!(!installation::is_log_new(&mut log.db).unwrap());
}

#[test]
fn what_is_changed_among_the_old_rows_is_found() {
    for (change, verdict) in [
        ("UPDATE accesses SET act = 'AP' WHERE seq = 2", Verdict::Row(2)),
        ("DELETE FROM accesses WHERE seq = 3", Verdict::Row(4)),
        ("DELETE FROM accesses WHERE seq = 4", Verdict::Cut { wanted: 4, found: 3 }),
        ("UPDATE access_heads SET base_seq = 0 WHERE archive > 0", Verdict::Row(2)),
    ] {
        let mut log = Log::aged();
        log.run(Up);
        let now = log.now;
        log.db.write(|conn| begin(conn, &key(), now)).unwrap();
        log.tamper(change);
        assert_eq!(log.verdict(), verdict, "{change}");
    }
}

/// Back to the earlier version and forward again: what was chained without the key is as it was.
#[test]
fn the_way_back_keeps_the_old_rows() {
    let mut log = Log::aged();
    log.run(Up);
    log.run(Down);
    log.run(Up);
    let now = log.now;
    log.db.write(|conn| begin(conn, &key(), now)).unwrap();
    assert!(matches!(log.verdict(), Verdict::Whole { rows: 3, last: 4, .. }), "{:?}", log.verdict());
}
