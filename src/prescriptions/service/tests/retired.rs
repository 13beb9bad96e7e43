//! Policy B: after a lost answer the number is annulled, and another one is sent.

use super::*;
use crate::db::schema::nre_rechecks;

fn world() -> World {
    let mut world = World::new();
    world.region_rule("LOTTO", "B");
    world
}

fn burnt(world: &mut World, nre: &str) -> bool {
    nre_uses::table.find(nre).select(nre_uses::burnt).first(&mut *world.db).unwrap()
}

fn watched(world: &mut World) -> Vec<String> {
    nre_rechecks::table.select(nre_rechecks::nre).load(&mut *world.db).unwrap()
}

#[test]
fn the_number_is_given_up_and_the_next_one_sent() {
    for (outcome, may_land) in [(AnnulOutcome::Annulled, false), (AnnulOutcome::Unknown, true)] {
        let mut world = world();
        let (id, retire) = world.uncertain();
        assert_eq!(retire.operation, Operation::Retire);
        let old = retire.message.nre.clone();
        assert_eq!(world.retired(&retire, RetireOutcome::Tried(outcome)), Recorded::Written);
        assert_eq!((world.state(id), world.row(id).nre), (State::ToSend, None));
        assert!(burnt(&mut world, &old));
        assert_eq!(watched(&mut world), if may_land { vec![old.clone()] } else { Vec::new() });
        let again = world.work(id);
        assert_eq!(again.operation, Operation::Send);
        assert_ne!(again.message.nre, old);
        assert_eq!(PrescriptionMessage { nre: old, ..again.message.clone() }, retire.message, "the same content");
        world.sent(&again, SendOutcome::Accepted(registration(&again)));
        assert_eq!(world.state(id), State::Accepted);
    }
}

#[test]
fn found_annulled_already_takes_another_number_and_found_dispensed_is_adopted() {
    let mut world = world();
    let (id, retire) = world.uncertain();
    world.retired(&retire, RetireOutcome::Seen(found(&retire.message, ProcessState::Annulled)));
    assert_eq!((world.state(id), world.row(id).nre), (State::ToSend, None));

    let mut world = self::world();
    let (id, retire) = world.uncertain();
    world.retired(&retire, RetireOutcome::Seen(found(&retire.message, ProcessState::Dispensed)));
    assert_eq!((world.state(id), world.row(id).auth_code.as_str()), (State::Accepted, CODE));
}

/// A backup was restored: what is under the number is another prescription, and must live.
#[test]
fn somebody_elses_prescription_is_never_annulled() {
    let mut world = world();
    let (id, retire) = world.uncertain();
    let mut other = retire.message.clone();
    other.compiled_at -= TimeDelta::days(3);
    let seen = found(&other, ProcessState::ToDispense);
    assert!(!super::super::retire::may_annul(&retire.message, &seen));
    world.retired(&retire, RetireOutcome::Seen(seen));
    assert_eq!(world.state(id), State::Discarded);
    assert!(burnt(&mut world, &retire.message.nre));
}

#[test]
fn an_annulment_without_answer_is_asked_again_under_the_same_number() {
    let mut world = world();
    let (id, retire) = world.uncertain();
    let outcomes = [
        AnnulOutcome::Uncertain("HTTP 504".into()),
        AnnulOutcome::Refused { errors: vec![error("1120")] },
        AnnulOutcome::NotProcessed(NotProcessed::Unreachable("giù".into())),
    ];
    let mut work = retire.clone();
    for outcome in outcomes {
        world.retired(&work, RetireOutcome::Tried(outcome));
        assert_eq!(world.state(id), State::Uncertain);
        world.pass(300);
        work = world.work(id);
        assert_eq!((work.operation, &work.message.nre), (Operation::Retire, &retire.message.nre));
    }
    assert!(!burnt(&mut world, &retire.message.nre));
}

#[test]
fn a_late_result_of_an_attempt_that_lost_the_row_gives_nothing_up() {
    let mut world = world();
    let (id, retire) = world.uncertain();
    world.pass(121);
    let newer = world.work(id);
    assert_eq!(world.retired(&retire, RetireOutcome::Tried(AnnulOutcome::Unknown)), Recorded::TooLate);
    assert!(!burnt(&mut world, &retire.message.nre) && watched(&mut world).is_empty());
    world.retired(&newer, RetireOutcome::Tried(AnnulOutcome::Annulled));
    assert_eq!(world.state(id), State::ToSend);
}
