//! The life of a job.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::db::schema::outbox;
use crate::db::testing::{TestDb, now};
use crate::identity::keys::Keys;
use crate::identity::sealing::Sealer;

const JOB: Job = Job { kind: Kind::AccountExists, subject_id: 7 };

fn sealer() -> Sealer {
    Sealer::new(&Keys::new("0123456789abcdef0123456789abcdef").unwrap())
}

fn row(db: &mut TestDb, id: i64) -> (State, Option<Vec<u8>>, String) {
    outbox::table.find(id).select((outbox::state, outbox::secret, outbox::last_error)).first(&mut **db).unwrap()
}

#[test]
fn a_job_is_claimed_once_and_its_secret_is_erased_when_done() {
    let mut db = TestDb::new();
    let id = enqueue_with_secret(&mut db, &sealer(), JOB, "gettone-segreto", now()).unwrap();
    let (_, sealed, _) = row(&mut db, id);
    assert!(!sealed.unwrap().windows(7).any(|part| part == b"gettone"), "sealed at rest");

    let claimed = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    assert_eq!((claimed.id, claimed.job, claimed.attempt), (id, JOB, 1));
    assert_eq!(claimed.secret.as_ref().unwrap().expose_secret(), "gettone-segreto");
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none());
    assert_eq!(count_waiting(&mut db).unwrap(), 1);

    assert!(set_done(&mut db, &claimed, now()).unwrap());
    assert_eq!(row(&mut db, id), (State::Done, None, String::new()));
    assert_eq!(count_waiting(&mut db).unwrap(), 0);
    assert_eq!(purge(&mut db, now()).unwrap(), 0);
    assert_eq!(purge(&mut db, now() + TimeDelta::seconds(1)).unwrap(), 1);
}

#[test]
fn a_rolled_back_change_leaves_no_job() {
    let mut db = TestDb::new();
    let outcome: Result<(), diesel::result::Error> = db.write(|conn| {
        enqueue(conn, JOB, now())?;
        Err(diesel::result::Error::RollbackTransaction)
    });
    assert!(outcome.is_err());
    assert_eq!(count_waiting(&mut db).unwrap(), 0);
}

#[test]
fn an_abandoned_job_is_taken_over_and_its_first_owner_may_no_longer_end_it() {
    let mut db = TestDb::new();
    let id = enqueue(&mut db, JOB, now()).unwrap();
    let first = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    assert!(claim(&mut db, &sealer(), now() + LEASE - TimeDelta::seconds(1)).unwrap().is_none());
    let second = claim(&mut db, &sealer(), now() + LEASE).unwrap().unwrap();
    assert_eq!((second.id, second.attempt), (id, 2));
    assert!(!set_done(&mut db, &first, now()).unwrap());
    assert!(!retry(&mut db, &first, "late", now()).unwrap());
    assert!(set_done(&mut db, &second, now()).unwrap());
}

#[test]
fn a_failing_job_waits_longer_each_time_and_is_given_up_after_two_days() {
    let mut db = TestDb::new();
    let id = enqueue_with_secret(&mut db, &sealer(), JOB, "x", now()).unwrap();
    let mut at = now();
    let mut waits = Vec::new();
    while let Some(claimed) = claim(&mut db, &sealer(), at).unwrap() {
        assert!(retry(&mut db, &claimed, "SMTP 451", at).unwrap());
        let wait = back_off(claimed.attempt);
        assert!(claim(&mut db, &sealer(), at + wait - TimeDelta::seconds(1)).unwrap().is_none());
        waits.push(wait.num_minutes());
        at += wait;
    }
    assert_eq!(waits.iter().take(6).copied().collect::<Vec<_>>(), [1, 5, 15, 60, 240, 240]);
    assert!(at - now() >= TRIED_FOR && at - now() <= TRIED_FOR + TimeDelta::hours(4));
    assert_eq!(row(&mut db, id), (State::GivenUp, None, "SMTP 451".to_owned()));
}

#[test]
fn a_cancelled_job_is_not_run() {
    let mut db = TestDb::new();
    let id = enqueue_with_secret(&mut db, &sealer(), JOB, "x", now()).unwrap();
    enqueue(&mut db, Job { subject_id: 8, ..JOB }, now()).unwrap();
    assert_eq!(cancel(&mut db, JOB).unwrap(), 1);
    assert_eq!(row(&mut db, id), (State::Cancelled, None, String::new()));
    assert_eq!(claim(&mut db, &sealer(), now()).unwrap().unwrap().job.subject_id, 8);
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none());
}

#[test]
fn a_secret_sealed_with_another_key_counts_as_none() {
    let mut db = TestDb::new();
    enqueue_with_secret(&mut db, &sealer(), JOB, "x", now()).unwrap();
    let other = Sealer::new(&Keys::new("another secret, also long enough!").unwrap());
    assert!(claim(&mut db, &other, now()).unwrap().unwrap().secret.is_none());
}

#[test]
fn a_held_job_follows_the_one_it_waits_for() {
    let mut db = TestDb::new();
    let later = Job { kind: Kind::DeliverPassword, ..JOB };
    let first = enqueue(&mut db, JOB, now()).unwrap();
    let held = enqueue_after(&mut db, later, first, now()).unwrap();
    let claimed = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    assert_eq!(claimed.id, first);
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none(), "held");
    assert!(set_done(&mut db, &claimed, now()).unwrap());
    assert_eq!(claim(&mut db, &sealer(), now()).unwrap().unwrap().id, held);

    let first = enqueue(&mut db, JOB, now()).unwrap();
    let held = enqueue_after(&mut db, later, first, now()).unwrap();
    let claimed = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    assert!(give_up(&mut db, &claimed, "SMTP 550").unwrap());
    assert_eq!(row(&mut db, held).0, State::Cancelled);
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none());
}

/// Written while the clock was two hours ahead; then it was put right. What is as far off as its own wait stays.
#[test]
fn a_clock_that_ran_ahead_holds_no_job() {
    let mut db = TestDb::new();
    let ahead = now() + TimeDelta::hours(2);
    enqueue(&mut db, JOB, ahead).unwrap();
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none());
    assert_eq!(pull_back(&mut db, now()).unwrap(), 1);
    let claimed = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    assert_eq!(claimed.created_at, now());
    // Failed while the clock was ahead: a wait of a minute, not of two hours and a minute.
    assert!(retry(&mut db, &claimed, "no", ahead).unwrap());
    assert_eq!(pull_back(&mut db, now()).unwrap(), 1);
    let claimed = claim(&mut db, &sealer(), now()).unwrap().unwrap();
    // An honest wait is not shortened.
    assert!(retry(&mut db, &claimed, "no", now()).unwrap());
    assert_eq!(pull_back(&mut db, now()).unwrap(), 0);
    assert!(claim(&mut db, &sealer(), now() + TimeDelta::minutes(4)).unwrap().is_none());
    // Claimed while it was ahead, and killed: whoever had it has one lease more, and no longer.
    assert!(claim(&mut db, &sealer(), ahead).unwrap().is_some());
    assert_eq!(pull_back(&mut db, now()).unwrap(), 1);
    assert!(claim(&mut db, &sealer(), now()).unwrap().is_none());
    assert!(claim(&mut db, &sealer(), now() + LEASE).unwrap().is_some());
}
