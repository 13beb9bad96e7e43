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

#[test]
fn refused_credentials_wait_for_the_doctor_and_hold_back_the_others() {
    for (text, reason) in [
        ("SAC ha rifiutato utente o password", WaitReason::CredentialsRefused),
        ("Sessione scaduta", WaitReason::SessionExpired),
    ] {
        let mut world = World::new();
        let (id, second) = (world.confirm(), world.confirm());
        let work = world.work(id);
        world.sent(&work, SendOutcome::NotProcessed(NotProcessed::CredentialsRefused(text.into())));
        for id in [id, second] {
            let row = world.row(id);
            assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, reason, None));
        }
        let (owner, now) = (world.owner, world.now);
        assert_eq!(queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap(), 2);
        assert_eq!(world.work(id).message.nre, work.message.nre);
    }
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
    retry_now(&mut world.db, owner, id, now).unwrap();
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
