//! Policy C: SAC assigns the numbers, so there is none to ask about after a lost answer.

use super::*;

const ASSIGNED: &str = "0500A4000000007";

fn world() -> World {
    let mut world = World::new();
    world.region_rule("SAC", "C");
    world
}

fn registered(work: &Work) -> SendOutcome {
    SendOutcome::Accepted(sac::Registration { nre: ASSIGNED.into(), ..registration(work) })
}

fn listed(work: &Work, state: ProcessState) -> SearchOutcome {
    let message = PrescriptionMessage { nre: ASSIGNED.into(), ..work.message.clone() };
    match found(&message, state) {
        ViewOutcome::Found(found) => SearchOutcome::Found(found),
        other => panic!("{other:?}"),
    }
}

/// Three searches in a quarter of an hour, all in vain.
fn searched_in_vain(world: &mut World) -> i64 {
    let (id, mut search) = world.uncertain();
    for wait in [295, 600, 0] {
        assert_eq!(world.searched(&search, SearchOutcome::Nothing), Recorded::Written);
        if wait > 0 {
            world.pass(wait - 1);
            assert!(matches!(world.claim(id), Claim::NotNow), "not before its time");
            world.pass(1);
            search = world.work(id);
        }
    }
    id
}

#[test]
fn no_lot_is_needed_and_the_number_comes_with_the_answer() {
    let mut world = world();
    diesel::delete(nre_lots::table).execute(&mut *world.db).unwrap();
    let owner = world.owner;
    assert_eq!(super::super::find_supply(&mut world.db, owner).unwrap(), super::super::Supply::NotNeeded);
    let id = world.confirm();
    let work = world.work(id);
    assert_eq!((work.operation, work.message.nre.as_str(), world.row(id).nre), (Operation::Send, "", None));
    assert_eq!(world.sent(&work, registered(&work)), Recorded::Written);
    let row = world.row(id);
    assert_eq!((row.state, row.nre.as_deref()), (State::Accepted, Some(ASSIGNED)));
    // What is asked about it later bears the number that came.
    let now = world.now;
    request_annul(
        &mut world.db,
        &By::guarded(owner, owner.id(), now),
        Seen::new(id, row.revision),
        "Errore di dosaggio",
    )
    .unwrap();
    let annul = world.work(id);
    assert_eq!((annul.operation, annul.message.nre.as_str()), (Operation::Annul, ASSIGNED));
    world.annulled(&annul, AnnulOutcome::Annulled);
    assert_eq!(world.state(id), State::Annulled);
}

#[test]
fn a_lost_answer_is_searched_for_and_the_single_match_adopted() {
    for (state, becomes) in [
        (ProcessState::ToDispense, State::Accepted),
        (ProcessState::Dispensed, State::Accepted),
        (ProcessState::Annulled, State::Annulled),
    ] {
        let mut world = world();
        let (id, search) = world.uncertain();
        assert_eq!((search.operation, search.message.nre.as_str()), (Operation::Search, ""));
        world.searched(&search, listed(&search, state));
        let row = world.row(id);
        assert_eq!((row.state, row.nre.as_deref(), row.attempt_id), (becomes, Some(ASSIGNED), None), "{state:?}");
    }
}

#[test]
fn nothing_goes_out_again_without_the_doctor_and_not_before_a_last_search() {
    let mut world = world();
    let id = searched_in_vain(&mut world);
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::Uncertain, WaitReason::NothingListed, None));
    assert!(row.attention && row.can_resend());
    let (owner, now) = (world.owner, world.now);
    assert!(matches!(
        ask_resend(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, row.revision - 1)),
        Err(ActError::Stale)
    ));
    ask_resend(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, row.revision)).unwrap();
    let revision = world.row(id).revision;
    assert!(
        matches!(
            ask_resend(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)),
            Err(ActError::Stale)
        ),
        "twice"
    );
    let search = world.work(id);
    assert_eq!(search.operation, Operation::Search);
    world.searched(&search, SearchOutcome::Nothing);
    assert_eq!(world.state(id), State::ToSend);
    let again = world.work(id);
    assert_eq!((again.operation, &again.message), (Operation::Send, &search.message), "the same frozen request");
    world.sent(&again, registered(&again));
    assert_eq!(world.state(id), State::Accepted);
}

#[test]
fn what_shows_up_at_the_last_search_is_adopted_and_not_sent_again() {
    let mut world = world();
    let id = searched_in_vain(&mut world);
    let (owner, now, revision) = (world.owner, world.now, world.row(id).revision);
    ask_resend(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)).unwrap();
    let search = world.work(id);
    world.searched(&search, listed(&search, ProcessState::ToDispense));
    assert_eq!(world.state(id), State::Accepted);
    assert_eq!(world.attempts(id).iter().filter(|(operation, _)| *operation == Operation::Send).count(), 1);
}

#[test]
fn a_search_that_proves_nothing_leaves_it_in_doubt() {
    let mut world = world();
    let (id, mut search) = world.uncertain();
    let outcomes: [fn() -> SearchOutcome; 3] = [
        || SearchOutcome::Uncertain("HTTP 504".into()),
        || SearchOutcome::Refused(vec![error("1125")]),
        || SearchOutcome::NotProcessed(NotProcessed::Unreachable("giù".into())),
    ];
    for outcome in outcomes {
        world.searched(&search, outcome());
        let row = world.row(id);
        assert_eq!((row.state, row.can_resend()), (State::Uncertain, false));
        assert!(row.next_try_at.is_some(), "it is searched for again");
        world.pass(3600);
        search = world.work(id);
    }
    // Two that may be it: neither is adopted, and nothing is sent.
    world.searched(&search, SearchOutcome::Doubtful(2));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::Uncertain, WaitReason::Doubtful, None));
    assert!(row.attention && !row.can_resend() && row.nre.is_none());
    let (owner, now) = (world.owner, world.now);
    verify_now(&mut world.db, &By::guarded(owner, owner.id(), now), id).unwrap();
    assert_eq!(world.work(id).operation, Operation::Search, "the doctor may have it looked for again");
}

/// The doctor presses «Verifica sul SAC» again and again: three searches in ten seconds are not a quarter of an hour.
#[test]
fn searches_in_a_hurry_are_not_enough() {
    let mut world = world();
    let (id, mut search) = world.uncertain();
    let (owner, start) = (world.owner, world.now);
    for _ in 0..5 {
        world.searched(&search, SearchOutcome::Nothing);
        assert!(!world.row(id).can_resend());
        let now = world.now;
        verify_now(&mut world.db, &By::guarded(owner, owner.id(), now), id).unwrap();
        search = world.work(id);
    }
    world.searched(&search, SearchOutcome::Nothing);
    let due = world.row(id).next_try_at.unwrap();
    assert!(due > start + TimeDelta::minutes(14), "{due}");
    let (now, timings) = (world.now, world.timings);
    assert!(super::super::find_ahead(&mut world.db, &timings, now).unwrap().is_empty(), "an honest wait");
}

#[test]
fn a_number_that_another_row_has_is_not_adopted_twice() {
    let mut world = world();
    let first = world.confirm();
    let work = world.work(first);
    world.sent(&work, registered(&work));
    let (second, search) = world.uncertain();
    world.searched(&search, listed(&search, ProcessState::ToDispense));
    assert_eq!((world.state(second), world.row(second).nre), (State::Uncertain, None));
}

/// Twins of one confirmation: the second of writing is what tells them apart.
#[test]
fn no_two_prescriptions_are_written_in_one_second() {
    let mut world = world();
    let (owner, now, patient) = (world.owner, world.now, world.patient);
    let ids = create_confirmed(&mut world.db, &By::guarded(owner, owner.id(), now), &vec![zimox(patient); 5]).unwrap();
    let later = create_confirmed(&mut world.db, &By::guarded(owner, owner.id(), now), &[zimox(patient)]).unwrap();
    let mut seconds: Vec<_> = ids.iter().chain(&later).map(|id| world.row(*id).compiled_at).collect();
    assert!(seconds.iter().all(|second| *second <= now), "never ahead");
    seconds.sort_unstable();
    seconds.dedup();
    assert_eq!(seconds.len(), 6);
}

#[test]
fn a_refusal_after_the_resend_is_told() {
    let mut world = world();
    let id = searched_in_vain(&mut world);
    let (owner, now, revision) = (world.owner, world.now, world.row(id).revision);
    ask_resend(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)).unwrap();
    let search = world.work(id);
    world.searched(&search, SearchOutcome::Nothing);
    let again = world.work(id);
    world.sent(&again, refusal("1020"));
    assert_eq!(world.state(id), State::Uncertain, "the first one may still land");
    for wait in [5, 295, 600] {
        world.pass(wait);
        let search = world.work(id);
        world.searched(&search, SearchOutcome::Nothing);
    }
    let row = world.row(id);
    assert_eq!(row.state, State::Discarded);
    assert_eq!(notes_from_json::<SacError>(&row.errors), vec![error("1020")]);
    take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, row.revision)).unwrap();
}

/// The region turned out to have lots after all: what was never sent takes a number.
#[test]
fn the_rule_is_read_when_the_request_goes_out() {
    let mut world = world();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, SendOutcome::NotProcessed(NotProcessed::Unreachable("giù".into())));
    world.region_rule("LOTTO", "A");
    assert_eq!(world.work(id).message.nre, "0500A0123456700");
}
