//! Whoever owns the machine and has not the key: everything they do to the log is found, and named.

use super::*;

use kernel::hex::hex;

#[test]
fn one_changed_field_is_found_whatever_the_column() {
    for change in [
        "actor_id = actor_id + 1",
        "origin = '192.0.2.8'",
        "shown = 2",
        "patient_id = NULL",
        "role = 'C'",
        "act = 'EL'",
        "happened_at = '2020-01-01 00:00:00'",
        "digest = (SELECT digest FROM accesses WHERE seq = 1)",
    ] {
        let mut log = log();
        // Somebody else the row could be of.
        testing::insert_doctor(&mut log.db, "verdi", "VERDI", "Luigi");
        log.looks(4);
        log.tamper(&format!("UPDATE accesses SET {change} WHERE seq = 2"));
        assert_eq!(log.verdict(), Verdict::Row(2), "{change}");
    }
}

#[test]
fn a_row_taken_out_or_slipped_in_is_found() {
    let mut log = log();
    log.looks(4);
    log.tamper("DELETE FROM accesses WHERE seq = 2");
    assert_eq!(log.verdict(), Verdict::Row(3));
    // Renumbered to hide it.
    log.tamper("UPDATE accesses SET seq = seq - 1 WHERE seq = 3");
    assert_eq!(log.verdict(), Verdict::Row(2));
}

#[test]
fn a_cut_tail_is_found_also_after_it_has_grown_again() {
    let mut log = log();
    log.looks(5);
    log.tamper("DELETE FROM accesses WHERE seq > 3");
    assert_eq!(log.verdict(), Verdict::Cut { wanted: 5, found: 3 });
    log.looks(2);
    assert_eq!(log.verdict(), Verdict::Row(6), "number 4 and 5 are missing");
}

#[test]
fn an_end_made_to_fit_a_cut_tail_is_found_and_never_sealed_again() {
    let mut log = log();
    log.looks(5);
    log.tamper(
        "DELETE FROM accesses WHERE seq > 3;
         UPDATE access_heads SET seq = 3, digest = (SELECT digest FROM accesses WHERE seq = 3) WHERE archive > 0",
    );
    assert_eq!(log.verdict(), Verdict::Head);
    // Work goes on, and so does the evidence.
    log.looks(2);
    assert_eq!(log.verdict(), Verdict::Head);
}

#[test]
fn an_emptied_table_is_found() {
    let mut log = log();
    log.looks(3);
    let other = log.other_archive();
    log.tamper("DELETE FROM accesses");
    assert_eq!(log.verdict(), Verdict::Cut { wanted: 3, found: 0 });
    assert_eq!(log.verdict_of(other), Verdict::Cut { wanted: 1, found: 0 });
    // The ends too: the list still knows of them.
    log.tamper("DELETE FROM access_heads WHERE archive > 0");
    assert_eq!((log.verdict(), log.verdict_of(other)), (Verdict::Head, Verdict::Head));
    log.looks(1);
    assert_eq!(log.verdict(), Verdict::Head, "what is begun again has no seal");
}

#[test]
fn a_removed_archive_is_found() {
    let mut log = log();
    log.looks(3);
    let other = log.other_archive();
    log.tamper(&format!(
        "DELETE FROM accesses WHERE doctor_id = {other}; DELETE FROM access_heads WHERE archive = {other}"
    ));
    assert_eq!(log.verdict_of(other), Verdict::Head);
    assert_eq!(log.rows(), 3, "the others are as they were");
    // From the list too: it was the last in it.
    log.tamper(&format!("DELETE FROM access_register WHERE doctor_id = {other}"));
    assert_eq!(log.list(), ListVerdict::Head);
    log.other_look(other);
    assert_eq!(log.list(), ListVerdict::Entry(3), "the second is missing");
}

#[test]
fn an_archive_taken_out_of_the_middle_of_the_list_is_found() {
    let mut log = log();
    log.looks(1);
    log.other_archive();
    let own = log.viewer.owner.id();
    log.tamper(&format!("DELETE FROM access_register WHERE doctor_id = {own}"));
    assert_eq!(log.list(), ListVerdict::Entry(2));
    assert_eq!(log.verdict(), Verdict::Unlisted);
}

#[test]
fn everything_emptied_is_found_and_not_begun_anew() {
    let mut log = log();
    log.looks(3);
    log.tamper("DELETE FROM accesses; DELETE FROM access_heads; DELETE FROM access_register");
    assert_eq!(log.list(), ListVerdict::Head);
    log.looks(1);
    assert_eq!(log.list(), ListVerdict::Head);
}

/// All of it recomputed with a key of one's own, the seals too.
#[test]
fn a_chain_recomputed_without_the_key_is_found() {
    let mut log = log();
    log.looks(3);
    let own = log.viewer.owner.id();
    log.tamper("DELETE FROM accesses; DELETE FROM access_heads; DELETE FROM access_register; UPDATE installation SET value = 'new' WHERE name = 'accesses'");
    let other_key = LogKey::new(&Keys::new("another secret, which is just as long as the first").unwrap());
    let forger = Viewer { key: other_key.clone(), ..log.viewer.clone() };
    let (now, look) = (log.now, Look::at_patient(Act::Record, log.patient));
    for _ in 0..3 {
        log.db.write(|conn| record(conn, &forger, &[look], now)).unwrap();
    }
    assert!(matches!(verify(&mut log.db, &other_key, own, Some(0)).unwrap(), Verdict::Whole { rows: 3, .. }));
    assert_eq!((log.list(), log.verdict()), (ListVerdict::Entry(1), Verdict::Row(1)));
}

/// The rows said to be older than the key, when digests needed none.
#[test]
fn rows_cannot_be_made_older_than_the_key() {
    let mut log = log();
    log.looks(2);
    let rows: Vec<Row> = accesses::table.order(accesses::seq).select(Row::as_select()).load(&mut *log.db).unwrap();
    let mut digest = Vec::new();
    for row in rows {
        digest = super::super::seal::old_link(&digest, &row);
        let hex = hex(&digest);
        let bytes = if log.db.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'") };
        log.tamper(&format!("UPDATE accesses SET digest = {bytes} WHERE seq = {}", row.seq));
    }
    log.tamper("UPDATE access_register SET keyed_after = 2");
    assert_eq!((log.list(), log.verdict()), (ListVerdict::Entry(1), Verdict::Head));
}
