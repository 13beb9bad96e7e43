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
    verify_now(&mut world.db, &By::guarded(owner, owner.id(), now), id).unwrap();
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
    world.viewed(&view, ViewOutcome::NotProcessed(NotProcessed::SessionRefused("Sessione scaduta".into())));
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
    take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, row.revision)).unwrap();
    let burnt: bool = nre_uses::table.find(&view.message.nre).select(nre_uses::burnt).first(&mut *world.db).unwrap();
    assert!(burnt, "an unproven attempt burns the number");
}

/// A backup was restored: the number had been used since, for something else. Ours is not there and never was.
#[test]
fn a_number_used_for_something_else_is_burnt_and_has_a_way_out() {
    let mut world = World::new();
    let (first, view) = world.uncertain();
    let mut other = view.message.clone();
    other.compiled_at -= TimeDelta::days(3);
    world.viewed(&view, found(&other, ProcessState::ToDispense));
    let row = world.row(first);
    assert_eq!((row.state, row.next_try_at, row.auth_code.as_str()), (State::Discarded, None, ""));
    let notes = notes_from_json::<SacError>(&row.errors);
    assert!(notes.iter().any(|note| note.code == "1016" && note.text.contains("un’altra ricetta")), "{notes:?}");
    let burnt: bool = nre_uses::table.find(&view.message.nre).select(nre_uses::burnt).first(&mut *world.db).unwrap();
    assert!(burnt);
    let (owner, now) = (world.owner, world.now);
    take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(first, row.revision)).unwrap();
    let again = world.confirm();
    assert_ne!(world.work(again).message.nre, view.message.nre);
}

/// What SAC has of the lot is passed over; what is ours, or may be, is not taken for missing.
#[test]
fn numbers_that_sac_has_used_are_passed_over() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let accepted = world.accepted();
    let (uncertain, _view) = world.uncertain();
    let used = |nre: &str, code: &str| UsedNre {
        nre: nre.into(),
        doctor: String::new(),
        kind: "F".into(),
        compiled_at: Some(now),
        lot: "0500A01234567".into(),
        auth_code: code.into(),
    };
    let ours = [world.row(accepted).nre.unwrap(), world.row(uncertain).nre.unwrap()];
    let lost: Vec<String> = (2..=4).map(|n| format!("0500A0123456{:02}", 700 + n)).collect();
    let mut records: Vec<UsedNre> = ours.iter().map(|nre| used(nre, CODE)).collect();
    records.extend(lost.iter().map(|nre| used(nre, "291120160904022190000021250999")));
    assert_eq!(queries::insert_found(&mut world.db, owner, &records, now).unwrap(), 3);
    assert_eq!(queries::insert_found(&mut world.db, owner, &records, now).unwrap(), 0, "each once");
    let missing: Vec<String> = queries::list_found(&mut world.db, owner).unwrap().into_iter().map(|f| f.nre).collect();
    assert_eq!(missing, lost);
    let next = world.confirm();
    assert_eq!(world.work(next).message.nre, "0500A0123456705");
}
