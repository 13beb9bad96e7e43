//! Sessions of the second factor, and lots: what a doctor needs before the first prescription.

use ::sac::{LotOutcome, NotProcessed, SendOutcome, SenderCredentials, SessionOutcome, SessionRequest};
use chrono::TimeDelta;
use sac_simulator::fixtures::{DEMO_DOCTOR, DEMO_PASSWORD, DEMO_PIN, TEST_HOLDER, TEST_SUBSTITUTE};
use sac_simulator::month_session;
use secrecy::ExposeSecret;

use crate::support::{codes, drug, scene};

#[tokio::test]
async fn without_a_good_session_nothing_is_processed() {
    let scene = scene().await;
    scene.simulator.engine.revoke_sessions(TEST_HOLDER).unwrap();
    let none = SenderCredentials { session_id: None, ..scene.holder.clone() };
    let invented = SenderCredentials { session_id: Some("0".repeat(36).into()), ..scene.holder.clone() };
    let others = SenderCredentials { session_id: scene.substitute.session_id.clone(), ..scene.holder.clone() };
    for credentials in [&none, &invented, &others, &scene.holder] {
        let outcome = scene.client.send(credentials, &drug("")).await;
        assert!(matches!(outcome, SendOutcome::NotProcessed(NotProcessed::SessionRefused(_))), "{outcome:?}");
        let outcome = scene.client.request_lot(credentials, "130", TEST_HOLDER).await;
        assert!(matches!(outcome, LotOutcome::NotProcessed(NotProcessed::SessionRefused(_))), "{outcome:?}");
    }
    let wildcard = month_session(TEST_HOLDER, kernel::clock::Clock::system().now());
    let test_form = SenderCredentials { session_id: Some(wildcard.into()), ..scene.holder.clone() };
    assert!(matches!(scene.client.send(&test_form, &drug("")).await, SendOutcome::Accepted(_)));
}

#[tokio::test]
async fn lots_are_for_oneself_and_of_ones_region() {
    let scene = scene().await;
    let refusal = |outcome| match outcome {
        LotOutcome::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(scene.client.request_lot(&scene.holder, "130", TEST_SUBSTITUTE).await), "90");
    assert_eq!(refusal(scene.client.request_lot(&scene.holder, "050", TEST_HOLDER).await), "91");
    let first: Vec<String> = scene.numbers().await.collect();
    let second: Vec<String> = scene.numbers().await.collect();
    assert!(first.iter().all(|nre| nre.len() == 15 && !second.contains(nre)));
}

#[tokio::test]
async fn a_session_is_created_checked_used_and_revoked() {
    let scene = scene().await;
    let request = SessionRequest {
        fiscal_code: DEMO_DOCTOR.into(),
        region: "050".into(),
        asl: "204".into(),
        ssa: "000000".into(),
        structure: String::new(),
    };
    let mut demo = SenderCredentials {
        username: DEMO_DOCTOR.into(),
        password: DEMO_PASSWORD.into(),
        pin: DEMO_PIN.into(),
        session_id: None,
    };
    assert!(matches!(scene.client.check_session(&demo, DEMO_DOCTOR).await, SessionOutcome::Ended { .. }));
    let outcome = scene.client.create_session(&demo, &request).await;
    let SessionOutcome::Created { token: Some(token), .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(token.expose_secret().len(), 36);
    demo.session_id = Some(token);
    let SessionOutcome::Valid { from, until } = scene.client.check_session(&demo, DEMO_DOCTOR).await else { panic!() };
    assert_eq!(until - from, TimeDelta::hours(8));
    assert!(matches!(scene.client.request_lot(&demo, "050", DEMO_DOCTOR).await, LotOutcome::Granted { .. }));
    assert!(matches!(scene.client.revoke_session(&demo, DEMO_DOCTOR).await, SessionOutcome::Ended { .. }));
    assert!(matches!(scene.client.check_session(&demo, DEMO_DOCTOR).await, SessionOutcome::Ended { .. }));
    assert!(matches!(scene.client.revoke_session(&demo, DEMO_DOCTOR).await, SessionOutcome::Ended { .. }));

    let wrong_pin = SenderCredentials { pin: "1".into(), ..demo.clone() };
    let SessionOutcome::Refused { errors } = scene.client.create_session(&wrong_pin, &request).await else { panic!() };
    assert_eq!(codes(&errors), ["302"]);
    let elsewhere = SessionRequest { region: "130".into(), ..request.clone() };
    let SessionOutcome::Refused { errors } = scene.client.create_session(&demo, &elsewhere).await else { panic!() };
    assert_eq!(codes(&errors), ["307"]);
    let wrong_password = SenderCredentials { password: "x".into(), ..demo.clone() };
    let nobody = SenderCredentials { username: "NESSUNO".into(), ..demo };
    for credentials in [wrong_password, nobody] {
        let outcome = scene.client.create_session(&credentials, &request).await;
        assert!(matches!(outcome, SessionOutcome::NotProcessed(NotProcessed::CredentialsRefused(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_session_ends_after_eight_hours() {
    let folder = tempfile::tempdir().unwrap();
    let config = sac_simulator::SimulatorConfig::new(folder.path().to_owned());
    let clock = config.clock.clone();
    let simulator = sac_simulator::start(config).await.unwrap();
    let client = crate::support::client(&simulator.url(), &simulator.certificate_pem, Default::default());
    let holder = crate::support::credentials(&simulator, TEST_HOLDER);
    assert!(matches!(client.request_lot(&holder, "130", TEST_HOLDER).await, LotOutcome::Granted { .. }));
    clock.advance(TimeDelta::hours(8) + TimeDelta::seconds(1));
    assert!(matches!(client.request_lot(&holder, "130", TEST_HOLDER).await, LotOutcome::NotProcessed(_)));
    assert!(matches!(client.check_session(&holder, TEST_HOLDER).await, SessionOutcome::Ended { .. }));
}
