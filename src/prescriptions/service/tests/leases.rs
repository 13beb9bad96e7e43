//! Dead attempts and results that come too late.

use super::*;

#[test]
fn a_dead_attempt_becomes_uncertain_when_its_lease_ends() {
    let mut world = World::new();
    let id = world.confirm();
    let _dead = world.work(id);
    world.pass(120);
    assert!(matches!(world.claim(id), Claim::Moved));
    assert_eq!(world.state(id), State::Uncertain);
    assert_eq!(world.work(id).operation, Operation::View);
}

#[test]
fn a_zombies_late_code_is_evidence_and_brings_the_view_forward() {
    let mut world = World::new();
    let id = world.confirm();
    let zombie = world.work(id);
    world.pass(120);
    world.claim(id);
    let view = world.work(id);
    world.viewed(&view, ViewOutcome::Uncertain("HTTP 504".into()));
    world.timings.backoff = std::time::Duration::from_secs(600);
    let later = world.now + TimeDelta::seconds(600);
    diesel::update(prescriptions::table.find(id))
        .set(prescriptions::next_try_at.eq(later))
        .execute(&mut *world.db)
        .unwrap();
    assert_eq!(world.sent(&zombie, SendOutcome::Accepted(registration(&zombie))), Recorded::TooLate);
    let row = world.row(id);
    assert_eq!((row.state, row.auth_code.as_str()), (State::Uncertain, ""), "not written by a zombie");
    assert_eq!(row.next_try_at, Some(world.now));
    let attempt = queries::list_attempts(&mut world.db, id).unwrap();
    assert_eq!(attempt.first().unwrap().evidence, CODE);
    let view = world.work(id);
    world.viewed(&view, found(&zombie.message, ProcessState::ToDispense));
    assert_eq!(world.state(id), State::Accepted);
}

#[test]
fn a_result_after_the_lease_is_late_even_if_nobody_noticed_yet() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.pass(120);
    assert_eq!(world.sent(&work, refusal("1037")), Recorded::TooLate);
    assert_eq!(world.state(id), State::Sending);
}

#[test]
fn a_late_registration_of_a_closed_prescription_calls_the_doctor() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::Unknown);
    let again = world.work(id);
    world.sent(&again, refusal("1020"));
    world.pass(5);
    let view = world.work(id);
    world.viewed(&view, ViewOutcome::Unknown);
    assert_eq!((world.state(id), world.row(id).attention), (State::Discarded, false));
    let mut first = again.clone();
    first.attempt = queries::list_attempts(&mut world.db, id).unwrap().first().unwrap().id;
    assert_eq!(world.sent(&first, SendOutcome::Accepted(registration(&first))), Recorded::TooLate);
    assert!(world.row(id).attention);
}

/// The clock was two hours ahead: an attempt died, a row waits for its view, another for SAC to come back. Then the clock is
/// right again, and each waits no longer than it would have.
#[test]
fn a_clock_that_ran_ahead_binds_no_row() {
    let mut world = World::new();
    let (right, timings) = (world.now, world.timings);
    world.pass(7200);
    let (dead, unproven, down) = (world.confirm(), world.confirm(), world.confirm());
    let _killed = world.work(dead);
    let work = world.work(unproven);
    world.sent(&work, SendOutcome::Uncertain("tempo scaduto".into()));
    let work = world.work(down);
    let ahead_now = world.now;
    let honest = super::super::find_ahead(&mut world.db, &timings, ahead_now).unwrap();
    assert!(honest.is_empty(), "{honest:?}");
    world.sent(&work, SendOutcome::NotProcessed(NotProcessed::Unreachable("giù".into())));
    world.now = right;
    let ahead = super::super::find_ahead(&mut world.db, &timings, right).unwrap();
    assert_eq!(ahead.len(), 3);
    assert_eq!(super::super::release_ahead(&mut world.db, &ahead, &timings, right).unwrap(), 3);
    assert!(super::super::find_ahead(&mut world.db, &timings, right).unwrap().is_empty());
    assert_eq!(world.work(unproven).operation, Operation::View);
    assert_eq!(world.work(down).operation, Operation::Send);
    assert!(matches!(world.claim(dead), Claim::NotNow), "it may be alive: one lease from now");
    world.pass(120);
    assert!(matches!(world.claim(dead), Claim::Moved));
    assert_eq!(world.state(dead), State::Uncertain);
}
