//! Every fault of the simulator, and the class of outcome the client must give it.

use std::time::{Duration, Instant};

use ::sac::{
    AnnulOutcome, LotOutcome, NotProcessed, SendOutcome, SessionOutcome, Timeouts, UsedNres, UsedNresQuery, ViewOutcome,
};
use sac_simulator::fixtures::TEST_HOLDER;
use sac_simulator::{Door, Fault};

use crate::support::{Scene, codes, drug, scene, scene_with};

/// What the class must be, and whether the prescription must be at SAC.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    Accepted,
    Refused,
    AlreadyUsed,
    Unreachable,
    Credentials,
    FaultText,
    Uncertain,
}

fn class(outcome: &SendOutcome) -> Class {
    match outcome {
        SendOutcome::Accepted(_) => Class::Accepted,
        SendOutcome::Refused { .. } => Class::Refused,
        SendOutcome::AlreadyUsed => Class::AlreadyUsed,
        SendOutcome::NotProcessed(NotProcessed::Unreachable(_)) => Class::Unreachable,
        SendOutcome::NotProcessed(cause) if cause.is_about_sender() => Class::Credentials,
        SendOutcome::NotProcessed(_) => Class::FaultText,
        SendOutcome::Uncertain(_) => Class::Uncertain,
    }
}

#[tokio::test]
async fn each_fault_of_send_has_its_class() {
    let scene = scene().await;
    let mut numbers = scene.numbers().await;
    let status = |status: u16, accept: bool| Fault::Status { status, accept };
    let soap = |text: &str| Fault::SoapFault { status: 500, text: text.into() };
    let table = [
        (Fault::Refuse { code: "1037".into() }, Class::Refused, false),
        (Fault::AlreadyUsed, Class::AlreadyUsed, false),
        (soap("Errore interno"), Class::FaultText, false),
        (soap("Credenziali invalide"), Class::Credentials, false),
        (status(401, false), Class::Credentials, false),
        (status(500, false), Class::Uncertain, false),
        (status(502, true), Class::Uncertain, true),
        (status(503, false), Class::Uncertain, false),
        (status(504, true), Class::Uncertain, true),
        (Fault::Delay { millis: 50 }, Class::Accepted, true),
        (Fault::LateAccept { millis: 50 }, Class::Accepted, true),
        (Fault::AcceptThenDrop, Class::Uncertain, true),
        (Fault::AcceptThenGarble, Class::Uncertain, true),
        (Fault::Truncated, Class::Uncertain, true),
        (Fault::OtherNre, Class::Uncertain, true),
        (Fault::Huge, Class::Uncertain, false),
        (Fault::Bomb, Class::Uncertain, false),
        (Fault::Redirect, Class::Uncertain, false),
        (Fault::ExpiredSession, Class::Credentials, false),
        (Fault::NoLots, Class::Accepted, true),
        (Fault::Warning { code: "1024".into() }, Class::Accepted, true),
        (Fault::DirectDistribution, Class::Accepted, true),
    ];
    for (fault, expected, registered) in table {
        let nre = numbers.next().unwrap();
        scene.fault(Door::Send, fault.clone());
        let started = Instant::now();
        let outcome = scene.send(&drug(&nre)).await;
        assert!(started.elapsed() < Duration::from_secs(3), "{fault:?}");
        assert_eq!(class(&outcome), expected, "{fault:?}: {outcome:?}");
        // Only view tells what became of an uncertain one.
        let found = scene.client.view(&scene.holder, &nre, TEST_HOLDER).await;
        assert_eq!(matches!(found, ViewOutcome::Found(_)), registered, "{fault:?}: {found:?}");
        if !registered {
            assert_eq!(found, ViewOutcome::Unknown, "{fault:?}");
            assert_eq!(class(&scene.send(&drug(&nre)).await), Class::Accepted, "the number is still good: {fault:?}");
        }
    }
}

#[tokio::test]
async fn warnings_and_messages_come_with_the_acceptance() {
    let scene = scene().await;
    scene.fault(Door::Send, Fault::Warning { code: "1024".into() });
    let registration = scene.accepted(&drug("")).await;
    assert_eq!(codes(&registration.warnings), ["1024"]);
    assert!(!registration.warnings[0].blocking);
    scene.fault(Door::Send, Fault::DirectDistribution);
    let registration = scene.accepted(&drug("")).await;
    assert!(registration.communications.iter().any(|item| item.code == "0196"));
}

#[tokio::test]
async fn an_answer_after_the_client_gave_up_is_uncertain_and_registered_late() {
    let scene = scene_with(Timeouts { connect: Duration::from_secs(2), total: Duration::from_millis(700) }).await;
    let nre = scene.numbers().await.next().unwrap();
    scene.fault(Door::Send, Fault::LateAccept { millis: 1500 });
    let outcome = scene.send(&drug(&nre)).await;
    let SendOutcome::Uncertain(reason) = outcome else { panic!("{outcome:?}") };
    assert_eq!(reason, "tempo scaduto in attesa della risposta");
    assert_eq!(scene.client.view(&scene.holder, &nre, TEST_HOLDER).await, ViewOutcome::Unknown, "not yet");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(matches!(scene.client.view(&scene.holder, &nre, TEST_HOLDER).await, ViewOutcome::Found(_)));
    assert_eq!(scene.registered(), 1);
}

/// The faults that leave no usable answer, whatever the service.
fn silent() -> Vec<Fault> {
    let status = |status: u16| Fault::Status { status, accept: true };
    vec![
        status(500),
        status(502),
        status(503),
        status(504),
        Fault::AcceptThenDrop,
        Fault::AcceptThenGarble,
        Fault::Truncated,
        Fault::Huge,
        Fault::Bomb,
        Fault::Redirect,
    ]
}

async fn registered(scene: &Scene) -> String {
    let nre = scene.numbers().await.next().unwrap();
    scene.accepted(&drug(&nre)).await;
    nre
}

#[tokio::test]
async fn the_other_services_are_uncertain_too_when_there_is_no_usable_answer() {
    let scene = scene().await;
    let nre = registered(&scene).await;
    let query =
        UsedNresQuery { region: "130".into(), doctor: TEST_HOLDER.into(), nre: nre.clone(), ..Default::default() };
    for fault in silent() {
        scene.fault(Door::View, fault.clone());
        let outcome = scene.client.view(&scene.holder, &nre, TEST_HOLDER).await;
        assert!(matches!(outcome, ViewOutcome::Uncertain(_)), "{fault:?}: {outcome:?}");
        scene.fault(Door::UsedNres, fault.clone());
        let outcome = scene.client.used_nres(&scene.holder, &query).await;
        assert!(matches!(outcome, UsedNres::Uncertain(_)), "{fault:?}: {outcome:?}");
        scene.fault(Door::Lot, fault.clone());
        let outcome = scene.client.request_lot(&scene.holder, "130", TEST_HOLDER).await;
        assert!(matches!(outcome, LotOutcome::Uncertain(_)), "{fault:?}: {outcome:?}");
        scene.fault(Door::Session, fault.clone());
        let outcome = scene.client.check_session(&scene.holder, TEST_HOLDER).await;
        assert!(matches!(outcome, SessionOutcome::Uncertain(_)), "{fault:?}: {outcome:?}");
        scene.fault(Door::Annul, fault.clone());
        let outcome = scene.client.annul(&scene.holder, "1300A0999999999", TEST_HOLDER).await;
        assert!(matches!(outcome, AnnulOutcome::Uncertain(_)), "{fault:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_annulment_whose_answer_is_lost_is_settled_by_view() {
    let scene = scene().await;
    let nre = registered(&scene).await;
    scene.fault(Door::Annul, Fault::AcceptThenDrop);
    let outcome = scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await;
    assert!(matches!(outcome, AnnulOutcome::Uncertain(_)), "{outcome:?}");
    let ViewOutcome::Found(found) = scene.client.view(&scene.holder, &nre, TEST_HOLDER).await else { panic!() };
    assert_eq!(found.state.number(), 4);
}

#[tokio::test]
async fn another_number_is_never_taken_for_ours() {
    let scene = scene().await;
    let nre = registered(&scene).await;
    scene.fault(Door::View, Fault::OtherNre);
    let outcome = scene.client.view(&scene.holder, &nre, TEST_HOLDER).await;
    assert!(matches!(outcome, ViewOutcome::Uncertain(_)), "{outcome:?}");
    scene.fault(Door::Annul, Fault::OtherNre);
    let outcome = scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await;
    assert!(matches!(outcome, AnnulOutcome::Uncertain(_)), "{outcome:?}");
}

#[tokio::test]
async fn refusals_of_the_other_services() {
    let scene = scene().await;
    let nre = registered(&scene).await;
    let refuse = |code: &str| Fault::Refuse { code: code.into() };
    scene.fault(Door::View, refuse("1125"));
    assert!(matches!(scene.client.view(&scene.holder, &nre, TEST_HOLDER).await, ViewOutcome::Refused { .. }));
    scene.fault(Door::View, refuse("1003"));
    assert!(matches!(scene.client.view(&scene.holder, &nre, TEST_HOLDER).await, ViewOutcome::NotProcessed(_)));
    scene.fault(Door::View, refuse("1017"));
    assert_eq!(scene.client.view(&scene.holder, &nre, TEST_HOLDER).await, ViewOutcome::Unknown);
    scene.fault(Door::Annul, refuse("1120"));
    assert!(matches!(scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await, AnnulOutcome::Refused { .. }));
    scene.fault(Door::Annul, refuse("1003"));
    assert!(matches!(scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await, AnnulOutcome::NotProcessed(_)));
    scene.fault(Door::Lot, Fault::NoLots);
    let outcome = scene.client.request_lot(&scene.holder, "130", TEST_HOLDER).await;
    assert_eq!(outcome, LotOutcome::Refused { code: "92".into(), text: "Lotti esauriti".into() });
    scene.fault(Door::Session, refuse("x"));
    assert!(matches!(scene.client.check_session(&scene.holder, TEST_HOLDER).await, SessionOutcome::Refused { .. }));
}
