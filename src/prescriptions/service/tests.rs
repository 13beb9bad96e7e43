//! What each answer of SAC does to a prescription: one test per line of the table (reliability §3.3), the late result,
//! the wrong hands.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::model::{AttemptOutcome, Operation, State, WaitReason, notes_from_json};
use super::super::queries;
use super::super::testing::{CODE, World, registration, zimox};
use super::{ActError, Claim, CreateError, Recorded, Work};
use super::{
    create_confirmed, record_annul, record_send, record_view, request_annul, retry_now, take_back, verify_now,
};
use crate::db::schema::{prescription_items, prescriptions, sac_credentials};
use crate::db::{Owner, testing};
use crate::ports::sac::{
    AnnulOutcome, NotProcessed, PrescriptionMessage, ProcessState, SacError, SendOutcome, ViewOutcome,
    ViewedPrescription,
};

impl World {
    fn sent(&mut self, work: &Work, outcome: SendOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_send(conn, work, outcome, at)).unwrap()
    }

    fn viewed(&mut self, work: &Work, outcome: ViewOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_view(conn, work, outcome, at)).unwrap()
    }

    fn annulled(&mut self, work: &Work, outcome: AnnulOutcome) -> Recorded {
        let (now, timings) = (self.now, self.timings);
        let at = super::Moment { now, roll: 0, timings: &timings };
        self.db.write(|conn| record_annul(conn, work, outcome, at)).unwrap()
    }

    /// A prescription whose send went unanswered, five seconds later, with its view in hand.
    fn uncertain(&mut self) -> (i64, Work) {
        let id = self.confirm();
        let send = self.work(id);
        assert_eq!(self.sent(&send, SendOutcome::Uncertain("tempo scaduto".into())), Recorded::Written);
        self.pass(5);
        (id, self.work(id))
    }

    /// A registered prescription.
    fn accepted(&mut self) -> i64 {
        let id = self.confirm();
        let work = self.work(id);
        self.sent(&work, SendOutcome::Accepted(registration(&work)));
        id
    }

    /// A registered prescription whose annulment is in hand.
    fn annulling(&mut self) -> (i64, Work) {
        let id = self.accepted();
        let (owner, revision, now) = (self.owner, self.row(id).revision, self.now);
        request_annul(&mut self.db, owner, owner.id(), id, revision, "Errore di dosaggio", now).unwrap();
        (id, self.work(id))
    }

    fn attempts(&mut self, id: i64) -> Vec<(Operation, AttemptOutcome)> {
        let attempts = queries::list_attempts(&mut self.db, id).unwrap();
        attempts.iter().map(|attempt| (attempt.operation, attempt.outcome)).collect()
    }
}

fn error(code: &str) -> SacError {
    SacError { code: code.into(), text: String::new(), row: 0, blocking: true }
}

fn refusal(code: &str) -> SendOutcome {
    SendOutcome::Refused { errors: vec![error(code)], communications: Vec::new() }
}

fn found(message: &PrescriptionMessage, state: ProcessState) -> ViewOutcome {
    ViewOutcome::Found(Box::new(ViewedPrescription {
        state,
        auth_code: CODE.into(),
        registered_at: Some(testing::now()),
        message: PrescriptionMessage { patient_code: String::new(), ..message.clone() },
        communications: Vec::new(),
    }))
}

// ---- claim ------------------------------------------------------------------------------------------------------------

#[test]
fn the_number_and_the_request_are_there_before_the_call() {
    let mut world = World::new();
    let id = world.confirm();
    let work = world.work(id);
    let row = world.row(id);
    assert_eq!((row.state, row.nre.as_deref()), (State::Sending, Some("0500A0123456700")));
    let frozen: PrescriptionMessage = serde_json::from_str(row.payload.as_deref().unwrap()).unwrap();
    assert_eq!(frozen, work.message);
    assert_eq!((frozen.nre.as_str(), frozen.patient_code.as_str()), ("0500A0123456700", "SCCCLD63E30L483Q"));
    assert_eq!(row.lease_until, Some(world.now + TimeDelta::seconds(120)));
    assert_eq!(world.attempts(id), [(Operation::Send, AttemptOutcome::Open)]);
    assert!(!row.payload.unwrap().contains("1234567890"), "no pin in what is kept");
}

#[test]
fn a_row_in_hand_is_nobody_elses() {
    let mut world = World::new();
    let id = world.confirm();
    let _work = world.work(id);
    world.pass(119);
    assert!(matches!(world.claim(id), Claim::NotNow));
}

#[test]
fn without_credentials_session_or_numbers_it_waits_and_says_why() {
    let mut world = World::new();
    let id = world.confirm();
    world.pass(10 * 3600);
    assert!(matches!(world.claim(id), Claim::Moved));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.next_try_at), (State::ToSend, WaitReason::SessionExpired, None));
    assert_eq!(row.nre, None, "no number is spent on a row that cannot go");
    diesel::delete(sac_credentials::table).execute(&mut *world.db).unwrap();
    let second = world.confirm();
    assert!(matches!(world.claim(second), Claim::Moved));
    assert_eq!(world.row(second).wait_reason, WaitReason::NoCredentials);
    let (owner, now) = (world.owner, world.now);
    super::super::testing::insert_credentials(&mut world.db, owner, &super::super::testing::credentials(), now);
    assert_eq!(queries::release_waiting(&mut world.db, owner, WaitReason::BY_CREDENTIALS, now).unwrap(), 2);
    diesel::update(crate::db::schema::nre_lots::table)
        .set(crate::db::schema::nre_lots::next_number.eq(100i64))
        .execute(&mut *world.db)
        .unwrap();
    assert!(matches!(world.claim(id), Claim::Moved));
    assert_eq!(world.row(id).wait_reason, WaitReason::NoNre);
    world.lot("0500A07654321");
    assert_eq!(queries::release_waiting(&mut world.db, owner, &[WaitReason::NoNre], now).unwrap(), 1);
    assert_eq!(world.work(id).message.nre, "0500A0765432100");
}

/// R14: what would go out is not what was confirmed.
#[test]
fn a_changed_drug_is_not_sent() {
    let mut world = World::new();
    let id = world.confirm();
    diesel::update(prescription_items::table)
        .set(prescription_items::aic.eq("033638055"))
        .execute(&mut *world.db)
        .unwrap();
    assert!(matches!(world.claim(id), Claim::Moved));
    let row = world.row(id);
    assert_eq!((row.state, row.wait_reason, row.attention), (State::ToSend, WaitReason::ContentChanged, true));
    assert_eq!((row.nre, row.payload), (None, None));
    let (owner, now) = (world.owner, world.now);
    assert!(matches!(retry_now(&mut world.db, owner, id, now), Err(ActError::Stale)), "only taking it back helps");
    assert!(take_back(&mut world.db, owner, owner.id(), id, row.revision, now).is_ok());
}

#[test]
fn each_part_of_what_was_confirmed_counts() {
    type Change = fn(&mut crate::db::Db, i64) -> QueryResult<usize>;
    let changes: [(&str, Change); 6] = [
        ("patient", |db, id| {
            diesel::update(prescriptions::table.find(id))
                .set(prescriptions::patient_code.eq("VRDNNA70A41L483X"))
                .execute(db)
        }),
        ("exemption", |db, id| {
            diesel::update(prescriptions::table.find(id)).set(prescriptions::exemption_code.eq("013")).execute(db)
        }),
        ("quantity", |db, _| {
            diesel::update(prescription_items::table).set(prescription_items::pieces.eq(2)).execute(db)
        }),
        ("name of the drug", |db, _| {
            diesel::update(prescription_items::table).set(prescription_items::label.eq("ALTRO")).execute(db)
        }),
        ("doctor", |db, _| {
            diesel::update(crate::db::schema::users::table)
                .set(crate::db::schema::users::fiscal_code.eq("VRDNNA70A41L483X"))
                .execute(db)
        }),
        ("frozen request", |db, id| {
            diesel::update(prescriptions::table.find(id)).set(prescriptions::payload.eq(Some("{}"))).execute(db)
        }),
    ];
    for (what, change) in changes {
        let mut world = World::new();
        let id = world.confirm();
        change(&mut world.db, id).unwrap();
        assert!(matches!(world.claim(id), Claim::Moved), "{what}");
        assert_eq!(world.row(id).wait_reason, WaitReason::ContentChanged, "{what}");
    }
}

#[test]
fn the_patients_facts_are_those_of_the_confirmation() {
    let mut world = World::new();
    let id = world.confirm();
    diesel::update(crate::db::schema::patients::table)
        .set(crate::db::schema::patients::fiscal_code.eq("VRDNNA70A41L483X"))
        .execute(&mut *world.db)
        .unwrap();
    assert_eq!(world.work(id).message.patient_code, "SCCCLD63E30L483Q");
}

#[test]
fn nobody_confirms_for_anothers_patient_or_nothing_at_all() {
    let mut world = World::new();
    let other = Owner::of_doctor(testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    let (now, mut new) = (world.now, zimox(world.patient));
    let confirm =
        |world: &mut World, owner: Owner, new| create_confirmed(&mut world.db, owner, owner.id(), &[new], now);
    assert!(matches!(confirm(&mut world, other, new.clone()), Err(CreateError::NoPatient)));
    let owner = world.owner;
    for pieces in [0, 10, -1] {
        new.items.iter_mut().for_each(|item| item.pieces = pieces);
        assert!(matches!(confirm(&mut world, owner, new.clone()), Err(CreateError::BadRows)), "{pieces}");
    }
    new.items.clear();
    assert!(matches!(confirm(&mut world, owner, new), Err(CreateError::BadRows)));
}

// ---- the answer table -------------------------------------------------------------------------------------------------

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

// ---- policy A ---------------------------------------------------------------------------------------------------------

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
    let burnt: bool = crate::db::schema::nre_uses::table
        .find(&view.message.nre)
        .select(crate::db::schema::nre_uses::burnt)
        .first(&mut *world.db)
        .unwrap();
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
    let burnt: bool = crate::db::schema::nre_uses::table
        .find(&view.message.nre)
        .select(crate::db::schema::nre_uses::burnt)
        .first(&mut *world.db)
        .unwrap();
    assert!(burnt, "an unproven attempt burns the number");
}

// ---- leases and zombies -----------------------------------------------------------------------------------------------

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

// ---- annulment --------------------------------------------------------------------------------------------------------

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

// ---- the doctor's acts ------------------------------------------------------------------------------------------------

#[test]
fn two_devices_annul_once() {
    let mut world = World::new();
    let id = world.accepted();
    let (owner, revision, now) = (world.owner, world.row(id).revision, world.now);
    let annul = |world: &mut World| request_annul(&mut world.db, owner, owner.id(), id, revision, "x", now);
    assert!(annul(&mut world).is_ok());
    assert!(matches!(annul(&mut world), Err(ActError::Stale)));
    let requests = queries::list_events(&mut world.db, id).unwrap();
    assert_eq!(requests.iter().filter(|event| event.to_state == State::Annulling).count(), 1);
}

#[test]
fn nobody_acts_on_anothers_prescription() {
    let mut world = World::new();
    let id = world.accepted();
    let other = Owner::of_doctor(testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    let (revision, now) = (world.row(id).revision, world.now);
    let db = &mut world.db;
    assert!(matches!(request_annul(db, other, other.id(), id, revision, "x", now), Err(ActError::NotFound)));
    assert!(matches!(retry_now(db, other, id, now), Err(ActError::NotFound)));
    assert!(matches!(verify_now(db, other, id, now), Err(ActError::NotFound)));
    assert!(matches!(take_back(db, other, other.id(), id, revision, now), Err(ActError::NotFound)));
    assert_eq!(world.state(id), State::Accepted);
}

#[test]
fn a_queued_prescription_comes_back_only_while_nothing_of_it_is_unproven() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let fresh = world.confirm();
    let back = take_back(&mut world.db, owner, owner.id(), fresh, 1, now).unwrap();
    assert_eq!(back.items.first().unwrap().content.aic, "023086150");
    assert_eq!(world.state(fresh), State::Draft);
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::Unknown);
    let revision = world.row(id).revision;
    assert!(matches!(take_back(&mut world.db, owner, owner.id(), id, revision, now), Err(ActError::Unproven)));
    assert_eq!(world.state(id), State::ToSend);
}
