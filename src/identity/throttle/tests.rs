//! The waits, step by step, on a clock that is a variable.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::db::testing::{TestDb, insert_doctor, now};

fn keys() -> Keys {
    Keys::new("0123456789abcdef0123456789abcdef").unwrap()
}

/// The wait after `failures` failures at `at`, in seconds.
fn wait_after(db: &mut TestDb, subject: &Subject, failures: i64, at: NaiveDateTime) -> i64 {
    while super::failures(db, subject).unwrap() < failures {
        count_failure(db, subject, at).unwrap();
    }
    blocked_until(db, subject, at).unwrap().map_or(0, |until| (until - at).num_seconds())
}

#[test]
fn an_account_waits_longer_with_each_failure() {
    let mut db = TestDb::new();
    let subject = Subject::account(&keys(), "borghetto");
    let to_midnight = (now().date().succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap() - now()).num_seconds();
    for (failures, wait) in
        [(0, 0), (1, 1), (2, 1), (3, 3), (8, 3), (9, 5), (24, 5), (25, 10), (99, 10), (100, to_midnight)]
    {
        assert_eq!(wait_after(&mut db, &subject, failures, now()), wait, "after {failures}");
    }
    let midnight = now() + TimeDelta::seconds(to_midnight);
    assert!(blocked_until(&mut db, &subject, midnight - TimeDelta::seconds(1)).unwrap().is_some());
    assert!(blocked_until(&mut db, &subject, midnight).unwrap().is_none());
}

#[test]
fn a_quiet_day_or_a_right_password_forgets_an_account_s_failures() {
    let mut db = TestDb::new();
    let subject = Subject::account(&keys(), "borghetto");
    wait_after(&mut db, &subject, 20, now());
    let later = now() + TimeDelta::hours(24) + TimeDelta::seconds(1);
    assert_eq!(count_failure(&mut db, &subject, later).unwrap(), 1);
    forgive(&mut db, &subject).unwrap();
    assert_eq!(failures(&mut db, &subject).unwrap(), 0);
    assert_eq!(purge(&mut db, later).unwrap(), 0);
}

#[test]
fn a_thousand_guesses_in_a_day_are_checked_a_hundred_times_at_most() {
    let mut db = TestDb::new();
    let subject = Subject::account(&keys(), "borghetto");
    let midnight = now().date().and_hms_opt(0, 0, 0).unwrap();
    let mut checked = 0;
    for guess in 0..1000 {
        let at = midnight + TimeDelta::milliseconds(guess * 86_400);
        if blocked_until(&mut db, &subject, at).unwrap().is_none() {
            checked += 1;
            count_failure(&mut db, &subject, at).unwrap();
        }
    }
    assert_eq!(checked, 100);
}

#[test]
fn names_differing_in_case_or_blanks_are_one_account() {
    assert_eq!(Subject::account(&keys(), " Borghetto "), Subject::account(&keys(), "borghetto"));
    assert!(!Subject::account(&keys(), "borghetto").key().contains("borghetto"));
    assert!(!Subject::address(&keys(), Door::Surgery, "192.0.2.7").key().contains("192"));
}

#[test]
fn an_address_has_ten_free_failures_then_one_a_minute_then_a_day_off() {
    let mut db = TestDb::new();
    let subject = Subject::address(&keys(), Door::Surgery, "192.0.2.7");
    assert_eq!(wait_after(&mut db, &subject, 9, now()), 0);
    assert_eq!(wait_after(&mut db, &subject, 10, now()), 60);
    assert!(blocked_until(&mut db, &subject, now() + TimeDelta::seconds(60)).unwrap().is_none());
    assert_eq!(wait_after(&mut db, &subject, 15, now()), 24 * 3600);
    assert!(blocked_until(&mut db, &subject, now() + TimeDelta::hours(24)).unwrap().is_none());
}

#[test]
fn an_address_s_window_is_three_hours() {
    let mut db = TestDb::new();
    let subject = Subject::address(&keys(), Door::Surgery, "192.0.2.7");
    wait_after(&mut db, &subject, 14, now());
    let later = now() + TimeDelta::hours(3);
    assert_eq!(count_failure(&mut db, &subject, later).unwrap(), 1);
}

#[test]
fn an_address_asks_for_three_accounts_an_hour() {
    let mut db = TestDb::new();
    let subject = Subject::registration(&keys(), "192.0.2.7");
    for minute in [0, 10, 20] {
        let at = now() + TimeDelta::minutes(minute);
        assert!(blocked_until(&mut db, &subject, at).unwrap().is_none());
        count_failure(&mut db, &subject, at).unwrap();
    }
    let hour = now() + TimeDelta::hours(1);
    assert_eq!(blocked_until(&mut db, &subject, hour - TimeDelta::seconds(1)).unwrap(), Some(hour));
    assert!(blocked_until(&mut db, &subject, hour).unwrap().is_none());
    assert_eq!(count_failure(&mut db, &subject, hour).unwrap(), 1, "a new hour begins");
}

#[test]
fn a_device_is_known_to_its_own_user_until_forgotten() {
    let mut db = TestDb::new();
    let id = insert_doctor(&mut db, "borghetto", "BORGHETTO", "Paolo");
    let other = insert_doctor(&mut db, "rossi", "ROSSI", "Mario");
    let token = remember_device(&mut db, id, now()).unwrap();
    assert!(is_known_device(&mut db, id, &token, now()).unwrap());
    assert!(!is_known_device(&mut db, other, &token, now()).unwrap());
    assert!(!is_known_device(&mut db, id, "altro", now()).unwrap());
    assert_eq!(forget_devices(&mut db, id).unwrap(), 1);
    assert!(!is_known_device(&mut db, id, &token, now()).unwrap());
}

#[test]
fn an_ipv6_customer_is_one_peer_and_every_door_has_its_own_count() {
    let of = |door, address| Subject::address(&keys(), door, address);
    let one = of(Door::Surgery, "2001:db8:1:2::1");
    assert_eq!(one, of(Door::Surgery, "2001:db8:1:2:ffff::77"));
    assert_ne!(one, of(Door::Surgery, "2001:db8:1:3::1"));
    assert_eq!(of(Door::Surgery, "::ffff:192.0.2.7"), of(Door::Surgery, "192.0.2.7"));
    assert_ne!(of(Door::Surgery, "192.0.2.8"), of(Door::Surgery, "192.0.2.7"));
    assert_ne!(of(Door::Patients, "192.0.2.7"), of(Door::Surgery, "192.0.2.7"));
    assert_ne!(of(Door::Patients, "192.0.2.7"), of(Door::Programs, "192.0.2.7"));
    let asked = |address| Subject::registration(&keys(), address);
    assert_eq!(asked("2001:db8:1:2::1"), asked("2001:db8:1:2::2"));
}

#[test]
fn a_device_waits_by_the_account_s_table_for_its_own_failures() {
    let mut db = TestDb::new();
    let device = Subject::device("cookie");
    assert_eq!(wait_after(&mut db, &device, 3, now()), 3);
    assert!(!device.key().contains("cookie"));
    assert!(blocked_until(&mut db, &Subject::device("altro"), now()).unwrap().is_none());
}
