//! What each answer of SAC does: one test per line of the table (reliability §3.3).

use super::*;

#[test]
fn accepted_brings_code_and_rest() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    let mut proof = registration(&work);
    proof.warnings = vec![SacError { blocking: false, ..error("1024") }];
    proof.pdf = Some(b"%PDF-1.4".to_vec());
    assert_eq!(world.sent(&work, SendOutcome::Accepted(proof)), Recorded::Written);
    let row = world.row(id);
    assert_eq!((row.state, row.auth_code.as_str(), row.next_try_at), (State::Accepted, CODE, None));
    assert!(row.is_deliverable() && row.attempt_id.is_none());
    assert_eq!(notes_from_json::<SacError>(&row.errors).first().unwrap().code, "1024");
    // 09.04.02 in Rome is 08.04.02 UTC: SAC's local time became an instant.
    assert_eq!(row.registered_at, Some(testing::now() - TimeDelta::hours(1)));
}

#[test]
fn unreachable_goes_back_to_the_queue_with_its_number_and_by_itself() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, SendOutcome::NotProcessed(NotProcessed::Unreachable("SAC non è raggiungibile".into())));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.tries), (State::ToSend, WaitReason::SacDown, 1));
    assert!(row.next_try_at.is_some());
    assert_eq!(world.work(id).message, work.message, "the same frozen request, the same number");
}

fn refused_sender() -> [(NotProcessed, WaitReason); 2] {
    [
        (NotProcessed::CredentialsRefused("SAC ha rifiutato utente o password".into()), WaitReason::CredentialsRefused),
        (NotProcessed::SessionRefused("Sessione scaduta".into()), WaitReason::SessionExpired),
    ]
}

#[test]
fn refused_credentials_wait_for_the_doctor_and_hold_back_the_others() {
    for (cause, reason) in refused_sender() {
        let mut world = World::new();
        let (id, second) = (world.confirm(), world.confirm());
        let work = world.work(id);
        world.sent(&work, SendOutcome::NotProcessed(cause));
        // Confirmed afterwards: SAC is not shown again what it has refused.
        let third = world.confirm();
        assert!(matches!(world.claim(third), Claim::Moved));
        for id in [id, second, third] {
            let row = world.row(id);
            assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, reason, None));
        }
        let (owner, now) = (world.owner, world.now);
        assert_eq!(queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap(), 3);
        assert_eq!(world.work(id).message.nre, work.message.nre);
    }
}

/// Views and annulments would be refused like the sends: they wait with them, in their own states.
#[test]
fn refused_credentials_hold_back_whatever_is_to_be_asked() {
    for (cause, reason) in refused_sender() {
        let mut world = World::new();
        let (annulled, annul) = world.annulling();
        world.annulled(&annul, AnnulOutcome::NotProcessed(cause.clone()));
        assert_eq!((world.state(annulled), world.row(annulled).wait_reason), (State::Annulling, reason));
        let (owner, now) = (world.owner, world.now);
        queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap();
        let (uncertain, view) = world.uncertain();
        world.viewed(&view, ViewOutcome::NotProcessed(cause));
        for (id, state) in [(annulled, State::Annulling), (uncertain, State::Uncertain)] {
            let row = world.row(id);
            assert_eq!((row.state, row.wait_reason, row.next_try_at), (state, reason, None));
        }
        // The doctor tries one; SAC does not object any more, and the other goes on by itself.
        let now = world.now;
        verify_now(&mut world.db, &By::guarded(owner, owner.id(), now), uncertain).unwrap();
        let view = world.work(uncertain);
        world.viewed(&view, ViewOutcome::Unknown);
        assert_eq!(world.work(annulled).operation, Operation::Annul);
    }
}

/// The doctor has saved others while the call was out: its refusal says nothing of them.
#[test]
fn a_refusal_of_older_credentials_holds_nothing() {
    for (cause, _) in refused_sender() {
        let mut world = World::new();
        let id = world.confirm();
        let work = world.work(id);
        let (owner, now) = (world.owner, world.now);
        insert_credentials(&mut world.db, owner, &credentials(), now);
        world.sent(&work, SendOutcome::NotProcessed(cause));
        assert_eq!(world.work(id).message, work.message, "again at once, the same request");
    }
}

/// The next session lies beside the one in force: it takes over when that is over by the clock, or for SAC.
#[test]
fn the_next_session_takes_over() {
    for by_sac in [true, false] {
        let mut world = World::new();
        let (owner, now) = (world.owner, world.now);
        let ends = now + TimeDelta::hours(20);
        queries::set_pending_session(&mut world.db, owner, Some(b"prossima"), Some(ends)).unwrap();
        let id = world.confirm();
        if by_sac {
            let work = world.work(id);
            world.sent(&work, SendOutcome::NotProcessed(NotProcessed::SessionRefused("9101".into())));
        } else {
            world.pass(11 * 3600);
        }
        let work = world.work(id);
        assert_eq!(work.credentials.session_sealed.as_deref(), Some(b"prossima".as_slice()), "by SAC: {by_sac}");
        assert!(work.credentials.pending_sealed.is_none() && work.credentials.session_expires_at == Some(ends));
        // That one refused too: now it is the doctor's turn.
        world.sent(&work, SendOutcome::NotProcessed(NotProcessed::SessionRefused("9101".into())));
        let row = world.row(id);
        assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, WaitReason::SessionExpired, None));
    }
}

/// A session that ends between two prescriptions: the first is registered, the second waits.
#[test]
fn a_session_that_ends_in_the_middle_makes_the_rest_wait() {
    let mut world = World::new();
    let (first, second) = (world.confirm(), world.confirm());
    let work = world.work(first);
    world.sent(&work, SendOutcome::Accepted(registration(&work)));
    world.pass(10 * 3600);
    assert!(matches!(world.claim(second), Claim::Moved));
    let row = world.row(second);
    assert_eq!((row.state, row.wait_reason, row.nre), (State::ToSend, WaitReason::SessionExpired, None));
    assert_eq!(world.state(first), State::Accepted);
}

#[test]
fn a_fault_waits_for_somebody_and_is_never_repeated_alone() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, SendOutcome::NotProcessed(NotProcessed::Fault("cvc-simple-type 1".into())));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, WaitReason::MessageRefused, None));
    assert!(row.attention && row.errors.contains("cvc-simple-type"));
    let (owner, now) = (world.owner, world.now);
    retry_now(&mut world.db, &By::guarded(owner, owner.id(), now), id).unwrap();
    let _again = world.work(id);
}

#[test]
fn refused_is_final_with_its_errors() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, refusal("1037"));
    let row = world.row(id);
    assert_eq!((row.state, row.next_try_at, row.is_deliverable()), (State::Discarded, None, false));
    assert_eq!(notes_from_json::<SacError>(&row.errors), vec![error("1037")]);
}

#[test]
fn already_used_is_a_question_for_the_view_and_not_an_error() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, SendOutcome::AlreadyUsed);
    assert_eq!(world.state(id), State::Uncertain);
    let view = world.work(id);
    assert_eq!(view.operation, Operation::View);
    world.viewed(&view, found(&work.message, ProcessState::ToDispense));
    assert_eq!((world.state(id), world.row(id).auth_code.as_str()), (State::Accepted, CODE));
}

#[test]
fn no_proof_waits_five_seconds_for_the_view() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    world.sent(&work, SendOutcome::Uncertain("HTTP 502".into()));
    assert_eq!(world.state(id), State::Uncertain);
    world.pass(4);
    assert!(matches!(world.claim(id), Claim::NotNow));
    world.pass(1);
    assert_eq!(world.work(id).operation, Operation::View);
}
