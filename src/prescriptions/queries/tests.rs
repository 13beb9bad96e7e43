//! The state table against the database, and the numbers of the lots under many hands.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::model::{Event, State, next};
use super::super::testing::World;
use super::{Fields, Refused, Step, allocate_nre, insert_lot, list_events, transition};
use crate::db::schema::{nre_uses, prescriptions};
use crate::db::{Db, Owner};
use kernel::nre::{LotPrefix, Nre};
use kernel::region::RegionCode;

/// R10: 10,000 random sequences of events; the row always stands where the table says, every illegal event is refused and
/// writes nothing, and the events replayed are the path.
#[test]
fn the_database_follows_the_table() {
    let mut world = World::new();
    let now = world.now;
    // Many rows, each used in turn: PostgreSQL walks through every version of a row changed in one transaction.
    let rows: Vec<i64> = (0..250).map(|_| world.confirm()).collect();
    let births = prop::sample::select(&[State::ToSend, State::Pending][..]);
    let sequences = (births, prop::collection::vec(prop::sample::select(Event::ALL), 1..12));
    // A round trip to a server costs what a statement here does not: there the same rules are tried a tenth as often.
    let cases = if world.db.is_sqlite() { 10_000 } else { 1_000 };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    // One transaction: what is tested is the statement, not the commit.
    let all = world.db.write(|conn| {
        let state = std::cell::RefCell::new((conn, rows.iter().cycle()));
        let outcome = runner.run(&sequences, |(birth, events)| {
            let (conn, rows) = &mut *state.borrow_mut();
            follow(conn, *rows.next().unwrap(), (birth, &events), now)
        });
        outcome.unwrap();
        Ok::<_, diesel::result::Error>(())
    });
    all.unwrap();
}

/// One sequence on one row, beside the table.
fn follow(conn: &mut Db, id: i64, (birth, events): (State, &[Event]), now: NaiveDateTime) -> Result<(), TestCaseError> {
    diesel::update(prescriptions::table.find(id))
        .set((prescriptions::state.eq(birth), prescriptions::revision.eq(1)))
        .execute(conn)
        .unwrap();
    let before = list_events(conn, id).unwrap().len();
    let (mut model, mut revision, mut path) = (birth, 1i64, Vec::new());
    for event in events {
        let step = Step { id, from: model, event: *event, revision: None, attempt: None, actor: None, detail: "", now };
        let answer = transition(conn, step, &Fields::default()).unwrap();
        match next(model, *event) {
            Ok(to) => {
                prop_assert_eq!(answer, Ok(to));
                path.push((model, to, *event));
                model = to;
                revision += 1;
            }
            Err(illegal) => prop_assert_eq!(answer, Err(Refused::Illegal(illegal))),
        }
    }
    let columns = (prescriptions::state, prescriptions::revision);
    let row: (State, i64) = prescriptions::table.find(id).select(columns).first(conn).unwrap();
    prop_assert_eq!(row, (model, revision));
    let written = list_events(conn, id).unwrap();
    let written: Vec<_> =
        written[before..].iter().map(|event| (event.from_state, event.to_state, event.event)).collect();
    prop_assert_eq!(written, path);
    Ok(())
}

#[test]
fn a_step_from_the_wrong_state_revision_or_attempt_writes_nothing() {
    let mut world = World::new();
    let (id, now) = (world.confirm(), world.now);
    let step = |from, revision, attempt| Step {
        id,
        from,
        event: if from == State::ToSend { Event::Claim } else { Event::SendAccepted },
        revision,
        attempt,
        actor: None,
        detail: "",
        now,
    };
    let fields = Fields { auth_code: Some("x".into()), ..Fields::default() };
    for step in
        [step(State::Sending, None, None), step(State::ToSend, Some(7), None), step(State::ToSend, None, Some(1))]
    {
        assert_eq!(transition(&mut world.db, step, &fields).unwrap(), Err(Refused::Stale));
    }
    let row = world.row(id);
    assert_eq!((row.state, row.revision, row.auth_code.as_str()), (State::ToSend, 1, ""));
    assert_eq!(list_events(&mut world.db, id).unwrap().len(), 1, "only its birth");
    assert_eq!(transition(&mut world.db, step(State::ToSend, Some(1), None), &fields).unwrap(), Ok(State::Sending));
}

/// R7: 16 threads take 200 numbers each from three lots: all different, none of another doctor's.
#[test]
fn numbers_are_given_once() {
    let mut world = World::new();
    let prescription = world.confirm();
    let other = Owner::of_doctor(crate::db::testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    let lots = ["0500A4123456", "0500A4123457", "0500A412346"].map(|prefix| LotPrefix::parse(prefix).unwrap());
    let foreign = LotPrefix::parse("0500A4999999").unwrap();
    // Beside the lot of a hundred that the doctor already has; numbers of another region are never given.
    for lot in &lots {
        assert!(insert_lot(&mut world.db, world.owner, lot, world.now).unwrap());
        assert!(!insert_lot(&mut world.db, world.owner, lot, world.now).unwrap(), "the same lot twice is one lot");
    }
    insert_lot(&mut world.db, other, &foreign, world.now).unwrap();
    insert_lot(&mut world.db, world.owner, &LotPrefix::parse("0600A4123456").unwrap(), world.now).unwrap();
    let (pool, owner, now) = (world.db.pool(8), world.owner, world.now);
    let region = RegionCode::parse("050").unwrap();
    let taken: Vec<Nre> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    while mine.len() < 200 {
                        // Ten to a transaction: a commit each would measure the disk. On a loaded machine the lock may
                        // be busy longer than a writer waits: nothing is taken then, and it asks again.
                        let Ok(mut conn) = pool.connection() else { continue };
                        let some = conn.write(|conn| {
                            let take = |_| {
                                allocate_nre(conn, owner, &region, prescription, now)
                                    .map(|taken| taken.map(|(nre, _)| nre))
                            };
                            (0..10).map(take).collect::<QueryResult<Vec<_>>>()
                        });
                        mine.extend(some.into_iter().flatten().map(Option::unwrap));
                    }
                    mine
                })
            })
            .collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(taken.len(), 3200);
    let different: HashSet<_> = taken.iter().collect();
    assert_eq!(different.len(), taken.len());
    assert!(taken.iter().all(|nre| !nre.is_of(&foreign) && nre.as_str().starts_with("050")));
    let written: i64 = nre_uses::table.count().get_result(&mut *world.db).unwrap();
    assert_eq!(usize::try_from(written).unwrap(), taken.len());
}

#[test]
fn a_lot_is_used_up_to_its_last_number_and_a_known_number_is_passed_over() {
    let mut world = World::new();
    let (owner, now, prescription) = (world.owner, world.now, world.confirm());
    let region = RegionCode::parse("050").unwrap();
    let take = |db: &mut Db| allocate_nre(db, owner, &region, prescription, now).unwrap().map(|(nre, _)| nre);
    assert_eq!(take(&mut world.db).unwrap().as_str(), "0500A0123456700");
    // As after restoring a backup: the counter is behind what was given out.
    diesel::update(crate::db::schema::nre_lots::table)
        .set(crate::db::schema::nre_lots::next_number.eq(0i64))
        .execute(&mut *world.db)
        .unwrap();
    assert_eq!(take(&mut world.db).unwrap().as_str(), "0500A0123456701");
    let rest: Vec<_> = std::iter::from_fn(|| take(&mut world.db)).collect();
    assert_eq!((rest.len(), rest[97].as_str()), (98, "0500A0123456799"));
    assert_eq!(super::count_left(&mut world.db, owner, &region).unwrap(), 0);
}

#[test]
fn one_lot_request_at_a_time() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let lengths = super::Lengths { lease: chrono::TimeDelta::seconds(120), retry: chrono::TimeDelta::seconds(300) };
    let take = |db: &mut Db, insist, after: i64| {
        super::take_lot_request(db, owner, insist, now + chrono::TimeDelta::seconds(after), lengths).unwrap()
    };
    assert!(take(&mut world.db, false, 0));
    assert!(!take(&mut world.db, false, 119) && !take(&mut world.db, true, 119), "in flight, also for the doctor");
    assert!(take(&mut world.db, false, 120), "whoever had it is dead");
    let begun = |after: i64| (owner, now + chrono::TimeDelta::seconds(after));
    let until = now + chrono::TimeDelta::seconds(500);
    assert_eq!(super::end_lot_request(&mut world.db, begun(0), "no", until).unwrap(), 0, "its place was taken");
    assert_eq!(super::end_lot_request(&mut world.db, begun(120), "no", until).unwrap(), 1);
    assert!(!take(&mut world.db, false, 200), "not too soon after a failure");
    assert!(take(&mut world.db, true, 130), "but the doctor may insist");
}

/// While the call is out its process renews the place; one that was killed does not, and one that was thought dead and
/// is not takes nothing back.
#[test]
fn a_lot_request_lives_as_long_as_the_process_that_made_it() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let at = |seconds: i64| now + chrono::TimeDelta::seconds(seconds);
    let lengths = super::Lengths { lease: chrono::TimeDelta::seconds(10), retry: chrono::TimeDelta::seconds(300) };
    let take = |db: &mut Db, seconds| super::take_lot_request(db, owner, true, at(seconds), lengths).unwrap();
    assert!(take(&mut world.db, 0));
    for beat in [3, 6, 9, 12, 15] {
        assert_eq!(super::renew_lot_request(&mut world.db, owner, at(0), at(beat + 10)).unwrap(), 1);
    }
    assert!(!take(&mut world.db, 24), "alive");
    assert!(take(&mut world.db, 25), "killed: ten seconds later the doctor may ask again");
    assert_eq!(super::renew_lot_request(&mut world.db, owner, at(0), at(60)).unwrap(), 0, "a zombie");
    assert_eq!(super::end_lot_request(&mut world.db, (owner, at(0)), "", at(26)).unwrap(), 0);
    assert!(!take(&mut world.db, 30), "the new one holds the place");
}

/// A clock that ran two hours ahead asked for a lot, and died or failed; then it was put right.
#[test]
fn a_lot_request_of_a_clock_that_ran_ahead_binds_nobody() {
    let hours = chrono::TimeDelta::hours(2);
    let lengths = super::Lengths { lease: chrono::TimeDelta::seconds(120), retry: chrono::TimeDelta::seconds(300) };
    for failed in [false, true] {
        let mut world = World::new();
        let (owner, now) = (world.owner, world.now);
        assert!(super::take_lot_request(&mut world.db, owner, false, now + hours, lengths).unwrap());
        if failed {
            super::end_lot_request(&mut world.db, (owner, now + hours), "no", now + hours + lengths.retry).unwrap();
        }
        assert!(super::take_lot_request(&mut world.db, owner, false, now, lengths).unwrap(), "failed: {failed}");
        assert!(!super::take_lot_request(&mut world.db, owner, false, now, lengths).unwrap(), "one at a time");
    }
}
