//! Annulments, done and refused.

use super::*;

#[test]
fn annulled_is_no_longer_deliverable() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    assert_eq!(work.operation, Operation::Annul);
    world.annulled(&work, AnnulOutcome::Annulled);
    let row = world.row(id);
    assert_eq!((row.state, row.is_deliverable(), row.annulled_at), (State::Annulled, false, Some(world.now)));
    assert_eq!(row.annul_reason, "Errore di dosaggio");
}

#[test]
fn an_annulment_refused_for_the_state_is_explained_by_a_view() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    world.annulled(&work, AnnulOutcome::Refused { errors: vec![error("1120")] });
    assert_eq!(world.state(id), State::AnnulUncertain);
    let view = world.work(id);
    world.viewed(&view, found(&work.message, ProcessState::Dispensed));
    let row = world.row(id);
    assert_eq!(row.state, State::Accepted);
    assert!(row.errors.contains("risulta erogata"), "{}", row.errors);
    assert!(row.is_deliverable(), "it still is what was registered");
}

#[test]
fn an_annulment_refused_because_it_was_done_is_done() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    world.annulled(&work, AnnulOutcome::Refused { errors: vec![error("1120")] });
    let view = world.work(id);
    world.viewed(&view, found(&work.message, ProcessState::Annulled));
    assert_eq!(world.state(id), State::Annulled);
}

#[test]
fn an_annulment_refused_though_still_to_dispense_is_not_repeated_for_ever() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    world.annulled(&work, AnnulOutcome::Refused { errors: vec![error("1120")] });
    let view = world.work(id);
    world.viewed(&view, found(&work.message, ProcessState::ToDispense));
    assert_eq!((world.state(id), world.row(id).next_try_at), (State::Accepted, None));
    let second = world.annulling().1;
    world.annulled(&second, AnnulOutcome::Refused { errors: vec![error("1125")] });
    assert!(world.row(second.prescription).errors.contains("1125"));
    assert_eq!(world.state(second.prescription), State::Accepted);
}

#[test]
fn an_unanswered_annulment_is_repeated_while_it_is_to_dispense() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    world.annulled(&work, AnnulOutcome::Uncertain("tempo scaduto".into()));
    assert_eq!(world.state(id), State::AnnulUncertain);
    world.pass(5);
    let view = world.work(id);
    world.viewed(&view, found(&work.message, ProcessState::ToDispense));
    assert_eq!(world.state(id), State::Annulling);
    let again = world.work(id);
    assert_eq!(again.operation, Operation::Annul);
    world.annulled(&again, AnnulOutcome::Annulled);
    assert_eq!(world.state(id), State::Annulled);
}

#[test]
fn a_killed_annulment_is_looked_up() {
    let mut world = World::new();
    let (id, _dead) = world.annulling();
    world.pass(120);
    assert!(matches!(world.claim(id), Claim::Moved));
    assert_eq!(world.state(id), State::AnnulUncertain);
    assert_eq!(world.work(id).operation, Operation::View);
}

#[test]
fn an_annulment_that_did_not_get_there_is_tried_again() {
    let mut world = World::new();
    let (id, work) = world.annulling();
    world.annulled(&work, AnnulOutcome::NotProcessed(NotProcessed::Unreachable("SAC non è raggiungibile".into())));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.attempt_id), (State::Annulling, WaitReason::SacDown, None));
    assert_eq!(world.work(id).operation, Operation::Annul);
}
