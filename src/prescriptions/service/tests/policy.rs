//! Policy A: only a view resolves what is uncertain.

use super::*;

#[test]
fn found_is_adopted_in_every_state_of_a_live_prescription() {
    use ProcessState::{BeingDispensed, Dispensed, Expired, PartlyDispensed, Suspended, ToDispense};
    for state in [ToDispense, BeingDispensed, Suspended, PartlyDispensed, Dispensed, Expired] {
        let mut world = World::new();
        let (id, view) = world.uncertain();
        world.viewed(&view, found(&view.message, state));
        let row = world.row(id);
        assert_eq!((row.state, row.auth_code.as_str(), row.attempt_id), (State::Accepted, CODE, None), "{state:?}");
    }
}

#[test]
fn found_annulled_is_annulled_and_its_number_burnt() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    world.viewed(&view, found(&view.message, ProcessState::Annulled));
    assert_eq!(world.state(id), State::Annulled);
    let burnt: bool = nre_uses::table.find(&view.message.nre).select(nre_uses::burnt).first(&mut *world.db).unwrap();
    assert!(burnt);
}

#[test]
fn not_found_sends_the_same_request_again() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::Unknown);
    assert_eq!(world.state(id), State::ToSend);
    let again = world.work(id);
    assert_eq!((again.operation, &again.message), (Operation::Send, &view.message));
    world.sent(&again, SendOutcome::Accepted(registration(&again)));
    assert_eq!(world.state(id), State::Accepted);
}

#[test]
fn another_content_is_never_adopted_nor_sent_again() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    let mut other = view.message.clone();
    other.rows.iter_mut().for_each(|row| row.quantity = 2);
    world.viewed(&view, found(&other, ProcessState::ToDispense));
    let row = world.row(id);
    assert_eq!((row.state, row.attention, row.next_try_at), (State::Uncertain, true, None));
    assert!(row.auth_code.is_empty() && !row.is_deliverable());
    let (owner, now) = (world.owner, world.now);
    verify_now(&mut world.db, owner, id, now).unwrap();
    assert_eq!(world.work(id).operation, Operation::View, "the doctor may look again");
}

#[test]
fn views_without_answer_slow_down_and_call_the_doctor() {
    let mut world = World::new();
    let (id, mut view) = world.uncertain();
    for tries in 1..=11 {
        world.viewed(&view, ViewOutcome::Uncertain("HTTP 504".into()));
        let row = world.row(id);
        assert_eq!((row.state, row.tries, row.attention), (State::Uncertain, tries, tries > 10), "{tries}");
        let wait = (row.next_try_at.unwrap() - world.now).num_seconds();
        assert_eq!(wait, if tries > 10 { 3600 } else { 0 }, "{tries}: no jitter in this test, then hourly");
        world.pass(wait);
        view = world.work(id);
    }
}

#[test]
fn a_view_stopped_by_the_session_waits_for_the_doctor() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::NotProcessed(NotProcessed::CredentialsRefused("Sessione scaduta".into())));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::Uncertain, WaitReason::SessionExpired, None));
    let (owner, now) = (world.owner, world.now);
    assert_eq!(queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap(), 1);
    assert_eq!(world.work(id).operation, Operation::View);
}

/// A refusal of the second request says nothing of the first one, which may still land.
#[test]
fn refused_after_an_unproven_send_is_looked_up_before_it_is_told() {
    let mut world = World::new();
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::Unknown);
    let again = world.work(id);
    world.sent(&again, refusal("1020"));
    assert_eq!(world.state(id), State::Uncertain);
    world.pass(5);
    let view = world.work(id);
    world.viewed(&view, ViewOutcome::Unknown);
    let row = world.row(id);
    assert_eq!(row.state, State::Discarded);
    assert_eq!(notes_from_json::<SacError>(&row.errors), vec![error("1020")]);
    let (owner, now) = (world.owner, world.now);
    take_back(&mut world.db, owner, owner.id(), id, row.revision, now).unwrap();
    let burnt: bool = nre_uses::table.find(&view.message.nre).select(nre_uses::burnt).first(&mut *world.db).unwrap();
    assert!(burnt, "an unproven attempt burns the number");
}
