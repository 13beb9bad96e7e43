//! The ministry's scenario list, with the outcomes seen there, and what else a prescriber can do.

use ::sac::{
    AnnulOutcome, LotOutcome, NotProcessed, PrescriptionMessage, PrescriptionRow, ProcessState, SendOutcome,
    SenderCredentials, UsedNres, UsedNresQuery, ViewOutcome, ViewedPrescription, is_auth_code, same_content,
};
use chrono::{TimeDelta, Timelike};
use sac_simulator::Doctor;
use sac_simulator::fixtures::{TEST_HOLDER, TEST_SUBSTITUTE};

use crate::support::{Scene, codes, drug, everything, foreign, local_now, scene, service};

async fn viewed(scene: &Scene, credentials: &SenderCredentials, nre: &str) -> ViewedPrescription {
    match scene.client.view(credentials, nre, &credentials.username).await {
        ViewOutcome::Found(found) => *found,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_drug_is_sent_viewed_annulled_once_and_never_again() {
    let scene = scene().await;
    let nre = scene.numbers().await.next().unwrap();
    let message = drug(&nre);
    let registration = scene.accepted(&message).await;
    assert_eq!(registration.nre, nre);
    assert!(is_auth_code(&registration.auth_code));
    assert!(registration.warnings.is_empty());
    let communications: Vec<_> = registration.communications.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(communications, ["0199", "0198", "0197", "0100"]);

    let found = viewed(&scene, &scene.holder, &nre).await;
    assert_eq!(found.state, ProcessState::ToDispense);
    assert_eq!(found.message.patient_code, "");
    assert_eq!(same_content(&message, &found.message), Ok(()));
    let adopted = found.registration().unwrap();
    assert_eq!(
        (adopted.auth_code, adopted.registered_at),
        (registration.auth_code, registration.registered_at.with_nanosecond(0).unwrap())
    );

    let annul = || scene.client.annul(&scene.holder, &nre, TEST_HOLDER);
    assert_eq!(annul().await, AnnulOutcome::Annulled);
    assert_eq!(viewed(&scene, &scene.holder, &nre).await.state, ProcessState::Annulled);
    let AnnulOutcome::Refused { errors } = annul().await else { panic!() };
    assert_eq!(codes(&errors), ["1120"]);
    assert_eq!(scene.send(&message).await, SendOutcome::AlreadyUsed);
}

#[tokio::test]
async fn a_service_needs_a_diagnosis() {
    let scene = scene().await;
    let mut numbers = scene.numbers().await;
    let mut message = service(&numbers.next().unwrap());
    message.diagnosis_text.clear();
    assert_eq!(scene.refused(&message).await, ["1233"]);
    message.diagnosis_code = "525.10".into();
    scene.accepted(&message).await;
    scene.accepted(&service(&numbers.next().unwrap())).await;
}

#[tokio::test]
async fn asl_999_is_refused_and_the_number_stays_free() {
    let scene = scene().await;
    let nre = scene.numbers().await.next().unwrap();
    let refused = PrescriptionMessage { asl: "999".into(), ..drug(&nre) };
    assert_eq!(scene.refused(&refused).await, ["1020"]);
    scene.accepted(&drug(&nre)).await;
}

#[tokio::test]
async fn a_quantity_of_twelve_is_a_fault() {
    let scene = scene().await;
    let mut message = drug("");
    message.rows[0].quantity = 12;
    let SendOutcome::NotProcessed(NotProcessed::Fault(text)) = scene.send(&message).await else { panic!() };
    assert!(text.starts_with("cvc-simple-type 1") && text.ends_with("integerType. Value is '12'"), "{text}");
}

#[tokio::test]
async fn an_unknown_number_is_unknown() {
    let scene = scene().await;
    let nre = "1300A0999999999";
    assert_eq!(scene.client.view(&scene.holder, nre, TEST_HOLDER).await, ViewOutcome::Unknown);
    assert_eq!(scene.client.annul(&scene.holder, nre, TEST_HOLDER).await, AnnulOutcome::Unknown);
    let query =
        UsedNresQuery { region: "130".into(), doctor: TEST_HOLDER.into(), nre: nre.into(), ..Default::default() };
    assert_eq!(scene.client.used_nres(&scene.holder, &query).await, UsedNres::Listed(Vec::new()));
}

#[tokio::test]
async fn an_unknown_user_or_a_wrong_password_is_a_fault_about_credentials() {
    let scene = scene().await;
    let nobody = SenderCredentials { username: "NESSUNO".into(), ..scene.holder.clone() };
    let wrong = SenderCredentials { password: "sbagliata".into(), ..scene.holder.clone() };
    for credentials in [nobody, wrong] {
        let outcome = scene.client.send(&credentials, &drug("")).await;
        let expected = NotProcessed::CredentialsRefused("Credenziali invalide".into());
        assert_eq!(outcome, SendOutcome::NotProcessed(expected));
    }
}

#[tokio::test]
async fn a_wrong_pin_is_refused() {
    let scene = scene().await;
    let wrong = SenderCredentials { pin: "0000000000".into(), ..scene.holder.clone() };
    let outcome = scene.client.send(&wrong, &drug("")).await;
    let SendOutcome::NotProcessed(NotProcessed::CredentialsRefused(text)) = outcome else { panic!("{outcome:?}") };
    assert!(text.contains("1002"), "{text}");
}

#[tokio::test]
async fn what_a_substitute_sends_only_the_substitute_annuls() {
    let scene = scene().await;
    let nre = scene.numbers().await.next().unwrap();
    let message = PrescriptionMessage { substitute: TEST_SUBSTITUTE.into(), ..drug(&nre) };
    let outcome = scene.client.send(&scene.substitute, &message).await;
    let SendOutcome::Accepted(registration) = outcome else { panic!("{outcome:?}") };
    assert_eq!(codes(&registration.warnings), ["1028"]);

    assert_eq!(same_content(&message, &viewed(&scene, &scene.holder, &nre).await.message), Ok(()));
    assert_eq!(viewed(&scene, &scene.substitute, &nre).await.state, ProcessState::ToDispense);
    let AnnulOutcome::Refused { errors } = scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await else { panic!() };
    assert_eq!(codes(&errors), ["1125"]);
    assert_eq!(scene.client.annul(&scene.substitute, &nre, TEST_SUBSTITUTE).await, AnnulOutcome::Annulled);
}

#[tokio::test]
async fn a_substitutes_data_with_the_holders_login_are_refused() {
    let scene = scene().await;
    let message = PrescriptionMessage { substitute: TEST_SUBSTITUTE.into(), ..drug("") };
    assert_eq!(scene.refused(&message).await, ["1212"]);
}

#[tokio::test]
async fn others_do_not_see_nor_annul() {
    let scene = scene().await;
    let nre = scene.numbers().await.next().unwrap();
    scene.accepted(&drug(&nre)).await;
    let ViewOutcome::Refused { errors } = scene.client.view(&scene.substitute, &nre, TEST_SUBSTITUTE).await else {
        panic!()
    };
    assert!(codes(&errors).contains(&"1125".to_owned()));
}

#[tokio::test]
async fn the_list_needs_a_type_and_shows_the_holders_numbers() {
    let scene = scene().await;
    let mut numbers = scene.numbers().await;
    let (first, second) = (numbers.next().unwrap(), numbers.next().unwrap());
    let registration = scene.accepted(&drug(&first)).await;
    scene.accepted(&service(&second)).await;
    let assigned = scene.accepted(&drug("")).await.nre;
    assert_eq!(assigned, "1300A4000000001");

    let period = Some((local_now() - TimeDelta::hours(1), local_now() + TimeDelta::hours(1)));
    let by_dates = |kind: &str| UsedNresQuery {
        region: "130".into(),
        doctor: TEST_HOLDER.into(),
        kind: kind.into(),
        period,
        ..Default::default()
    };
    let UsedNres::Refused { errors } = scene.client.used_nres(&scene.holder, &by_dates("")).await else { panic!() };
    assert_eq!(codes(&errors), ["1153"]);
    let UsedNres::Listed(records) = scene.client.used_nres(&scene.holder, &by_dates("F")).await else { panic!() };
    let found: Vec<_> = records.iter().map(|record| (record.nre.as_str(), record.lot.as_str())).collect();
    assert_eq!(found, [(first.as_str(), &first[..13]), (assigned.as_str(), "1300A40")]);
    assert_eq!(records[0].auth_code, registration.auth_code);
    assert!(records[0].compiled_at.is_some());
    let yesterday = UsedNresQuery {
        period: period.map(|(from, to)| (from - TimeDelta::days(1), to - TimeDelta::days(1))),
        ..by_dates("F")
    };
    assert_eq!(scene.client.used_nres(&scene.holder, &yesterday).await, UsedNres::Listed(Vec::new()));
}

#[tokio::test]
async fn numbers_must_come_from_ones_own_lots() {
    let scene = scene().await;
    scene.simulator.engine.add_doctor(&colleague()).unwrap();
    let theirs = login(&scene, &colleague());
    let LotOutcome::Granted { prefix, .. } = scene.client.request_lot(&theirs, "130", "VRDLSN75D41F205X").await else {
        panic!()
    };
    let cases = [
        (format!("{prefix}00"), "1015"),
        ("1300A0888888800".to_owned(), "1013"),
        ("0500A0000000100".to_owned(), "1008"),
        ("1300A0123".to_owned(), "1010"),
        ("13X0A0888888800".to_owned(), "1009"),
        ("130-A0888888800".to_owned(), "1011"),
        ("1300A08888888X0".to_owned(), "1197"),
    ];
    for (nre, code) in cases {
        assert_eq!(scene.refused(&drug(&nre)).await, [code], "{nre}");
    }
}

fn colleague() -> Doctor {
    Doctor {
        username: "verdi".into(),
        password: "Salve123".into(),
        pin: "1234567890".into(),
        fiscal_code: "VRDLSN75D41F205X".into(),
        surname: "VERDI".into(),
        name: "ALESSANDRA".into(),
        region: "130".into(),
        asl: "201".into(),
        specialisation: "F".into(),
        structure: String::new(),
    }
}

fn login(scene: &Scene, doctor: &Doctor) -> SenderCredentials {
    let session = scene.simulator.engine.create_session(&doctor.username).unwrap().unwrap();
    SenderCredentials {
        username: doctor.username.clone(),
        password: doctor.password.clone().into(),
        pin: doctor.pin.clone().into(),
        session_id: Some(session.id.into()),
    }
}

type Edit = fn(&mut PrescriptionMessage);

#[tokio::test]
async fn every_mistake_of_a_message_is_named_with_its_row() {
    let scene = scene().await;
    let edits: [(Edit, &str); 22] = [
        (|m| m.region = "050".into(), "1026"),
        (|m| m.specialisation = "P".into(), "1022"),
        (|m| m.structure = "X1".into(), "1021"),
        (|m| m.doctor = "PROVAX".into(), "1023"),
        (|m| m.doctor = TEST_SUBSTITUTE.into(), "1007"),
        (|m| m.doctor = "RSSMRA80A01H501U".into(), "1004"),
        (|m| m.patient_code.clear(), "1012"),
        (|m| m.patient_code = "PNIMRA70A01H501X".into(), "1036"),
        (|m| m.patient_code = "STP0000000000001".into(), "1038"),
        (|m| m.assistance = "ST".into(), "1039"),
        (|m| m.assistance = "ZZ".into(), "1032"),
        (|m| m.assistance = "UE".into(), "9911"),
        (|m| m.exemption = "013".into(), "9907"),
        (|m| m.patient_asl.clear(), "9908"),
        (|m| m.visit = "X".into(), "9909"),
        (|m| m.compiled_at += TimeDelta::days(1), "9910"),
        (|m| m.rows[0].quantity = 3, "9901"),
        (|m| m.foreign.state = "FR".into(), "9913"),
        (|m| (m.assistance, m.foreign.state) = ("UE".into(), "FR".into()), "9913"),
        (|m| m.header1 = "PT=7".into(), "9912"),
        (|m| m.header1 = "7;".into(), "9912"),
        (
            |m| {
                m.rows[0].product_code = "023086150".into();
                (m.rows[0].not_substitutable, m.rows[0].reason_code) = (true, "5".into());
            },
            "9906",
        ),
    ];
    for (edit, code) in edits {
        let mut message = drug("");
        edit(&mut message);
        let found = scene.refused(&message).await;
        assert!(found.contains(&code.to_owned()), "{code}: {found:?}");
    }
    let mut message = drug("");
    message.rows.push(PrescriptionRow { free_text: "x".into(), not_substitutable: true, ..Default::default() });
    let SendOutcome::Refused { errors, communications } = scene.send(&message).await else { panic!() };
    let rows: Vec<_> = errors.iter().map(|error| (error.code.as_str(), error.row)).collect();
    assert_eq!(rows, [("9903", 2), ("9904", 2), ("9905", 2), ("9906", 2)]);
    assert!(communications.iter().any(|item| item.code == "0197"), "the regional sentence comes with a refusal too");
    assert_eq!(scene.registered(), 0);
}

#[tokio::test]
async fn packs_with_a_limit_of_their_own_are_let_through() {
    let scene = scene().await;
    let mut message = drug("");
    message.rows[0].product_code = "023086150".into();
    message.rows[0].quantity = 6;
    assert_eq!(scene.refused(&message).await, ["9901"]);
    scene.simulator.engine.allow_packs("023086150", 6);
    scene.accepted(&message).await;
}

#[tokio::test]
async fn every_field_comes_back_as_it_was_sent() {
    let scene = scene().await;
    let mut numbers = scene.numbers().await;
    for make in [everything, foreign] {
        let nre = numbers.next().unwrap();
        let message = make(&nre);
        scene.accepted(&message).await;
        let mut shown = viewed(&scene, &scene.holder, &nre).await.message;
        assert_eq!(shown.patient_code, "");
        assert!(shown.header1.ends_with("COGNOME_MEDICO=PRO;NOME_MEDICO=VA"));
        shown.patient_code.clone_from(&message.patient_code);
        shown.header1.clone_from(&message.header1);
        if message.patient_address.is_empty() {
            assert_eq!(shown.patient_address, "|||");
            shown.patient_address.clear();
        }
        assert!(shown == message, "every field survives");
        let kept = scene.simulator.engine.snapshot().prescriptions;
        let kept = kept.iter().find(|held| held.registered.nre == nre).unwrap();
        assert!(kept.registered.message == message, "the simulator decrypted the patient's code");
    }
}

#[tokio::test]
async fn a_dispensed_prescription_cannot_be_annulled() {
    let scene = scene().await;
    let nre = scene.numbers().await.next().unwrap();
    scene.accepted(&drug(&nre)).await;
    assert!(scene.simulator.engine.set_state(&nre, 8).unwrap());
    assert_eq!(viewed(&scene, &scene.holder, &nre).await.state, ProcessState::Dispensed);
    let AnnulOutcome::Refused { errors } = scene.client.annul(&scene.holder, &nre, TEST_HOLDER).await else { panic!() };
    assert_eq!(codes(&errors), ["1120"]);
}

#[tokio::test]
async fn sacs_own_paper_comes_back_when_there_is_one() {
    let scene = scene().await;
    assert_eq!(scene.accepted(&drug("")).await.pdf, None);
    scene.simulator.engine.set_promemoria(true);
    let pdf = scene.accepted(&drug("")).await.pdf.unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let creator = sac_simulator::PAPER_CREATOR.as_bytes();
    assert!(pdf.windows(creator.len()).any(|window| window == creator), "not to be taken for the portal's own");
}

#[tokio::test]
async fn the_simulator_remembers_across_a_restart() {
    let scene = scene().await;
    scene.simulator.engine.add_doctor(&colleague()).unwrap();
    let nre = scene.numbers().await.next().unwrap();
    let registration = scene.accepted(&drug(&nre)).await;
    let certificate = scene.simulator.certificate_pem.clone();
    let Scene { simulator, folder, holder, .. } = scene;
    simulator.stop().await;
    let config = sac_simulator::SimulatorConfig::new(folder.path().to_owned());
    let simulator = sac_simulator::start(config).await.unwrap();
    assert_eq!(simulator.certificate_pem, certificate);
    let client = crate::support::client(&simulator.url(), &certificate, Default::default());
    let ViewOutcome::Found(found) = client.view(&holder, &nre, TEST_HOLDER).await else { panic!() };
    assert_eq!(found.auth_code, registration.auth_code);
    assert_eq!(client.send(&holder, &drug(&nre)).await, SendOutcome::AlreadyUsed);
    assert!(simulator.engine.create_session("verdi").unwrap().is_some());
}
