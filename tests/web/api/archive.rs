//! Patients and formulary through the interface: right answers, and nothing of anybody else's.

use diesel::prelude::*;
use millecloud::db::schema::accesses;
use millecloud::identity::associations::AssociationState;
use serde_json::{Value, json};

use super::World;
use crate::support::TestApp;
use crate::support::app::PASSWORD;

fn search(text: &str) -> Value {
    json!({"text": text, "show": "all"})
}

#[actix_web::test]
async fn patients_are_searched_in_the_archive_of_the_address() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/search", world.paolo);
    for text in ["sacc", "SCCCLD63E30L483Q", "s c", ""] {
        let found = world.program.post(&address, &search(text)).await;
        found.assert_status(200);
        let ids: Vec<&Value> = found.body["patients"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        assert_eq!(ids, [&json!(world.own.patient)], "{text}");
    }
    assert_eq!(world.program.post(&address, &search("zzz")).await.body, json!({"patients": []}));
    let wrong = world.program.post(&address, &search("a\u{202e}b")).await;
    assert_eq!(wrong.assert_status(422).wrong(), ["text"]);
    let mut marked = search("");
    for cursor in ["x", "", "LTE", &"A".repeat(3000)] {
        marked["cursor"] = json!(cursor);
        assert_eq!(world.program.post(&address, &marked).await.assert_status(422).wrong(), ["cursor"]);
    }
    world.program.post(&address, &json!({"text": "a", "more": 1})).await.assert_status(422);
    world.program.post(&address, &json!({"text": "a", "show": "some"})).await.assert_status(422);
}

#[actix_web::test]
async fn a_long_list_comes_page_by_page_and_whole() {
    let app = TestApp::start().await;
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    let hash = app.site.passwords.hash_blocking(PASSWORD).unwrap();
    let demo = app.write(move |conn| Ok(millecloud::practice::load_demo(conn, hash, now, today)?)).await;
    let rossi = app.add_doctor("rossi", "RSSMRA70A01H501S").await;
    let doctor = app.connect(millecloud::practice::DEMO_DOCTOR.username).await;
    let address = format!("/api/v1/doctors/{demo}/patients/search");
    let (mut seen, mut wanted) = (Vec::new(), search(""));
    loop {
        let page = doctor.post(&address, &wanted).await;
        page.assert_status(200);
        seen.extend(page.body["patients"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()));
        let Some(next) = page.body["next"].as_str() else { break };
        wanted["cursor"] = json!(next);
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), seen.len());
    assert!(seen.len() > 40, "{}", seen.len());
    // A mark of another archive is none of this one.
    let foreign = app.connect("rossi").await;
    let elsewhere = format!("/api/v1/doctors/{rossi}/patients/search");
    foreign.post(&elsewhere, &wanted).await.assert_status(422);
}

#[actix_web::test]
async fn one_patient_comes_with_what_prescribing_needs() {
    let world = World::new().await;
    let card = world.program.get(&format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient)).await;
    card.assert_status(200);
    assert_eq!(card.body["surname"], "SACCAVINI");
    assert_eq!(card.body["status"], "active");
    assert_eq!(card.body["problems"], json!([{"id": world.own.problem, "description": "INFLUENZA"}]));
    assert_eq!(card.body["allergies"].as_array().unwrap().len(), 1);
    assert_eq!(card.body["exemptions"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn others_and_missing_are_the_same_absence() {
    let world = World::new().await;
    let missing = world.program.get(&format!("/api/v1/doctors/{}/patients/999901", world.paolo)).await;
    missing.assert_status(404);
    for (doctor, patient) in [
        (world.paolo, world.other.patient),
        (world.mario, world.other.patient),
        (world.mario, world.own.patient),
        (world.maria, world.own.patient),
        (999_999, world.own.patient),
        (-1, 0),
    ] {
        let foreign = world.program.get(&format!("/api/v1/doctors/{doctor}/patients/{patient}")).await;
        assert_eq!(foreign.assert_status(404).body, missing.body);
        let other =
            world.program.post(&format!("/api/v1/doctors/{}/patients/search", world.mario), &search("sacc")).await;
        assert_eq!(other.assert_status(404).body, missing.body);
    }
    for odd in ["abc", "9223372036854775808", "1.5", "%00"] {
        let answer = world.program.get(&format!("/api/v1/doctors/{}/patients/{odd}", world.paolo)).await;
        assert_eq!(answer.assert_status(404).body, missing.body, "{odd}");
    }
    // A doctor's program opens that doctor's archive and no other.
    let doctor = world.app.connect("rossi").await;
    doctor.get(&format!("/api/v1/doctors/{}/patients/{}", world.mario, world.other.patient)).await.assert_status(200);
    doctor.get(&format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient)).await.assert_status(404);
}

#[actix_web::test]
async fn an_association_that_ends_ends_at_the_next_request() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient);
    for state in [
        AssociationState::Suspended,
        AssociationState::Removed,
        AssociationState::Invited,
        AssociationState::ToReconfirm,
    ] {
        world.set_association(AssociationState::Active).await;
        world.program.get(&address).await.assert_status(200);
        world.set_association(state).await;
        world.program.get(&address).await.assert_status(404);
        assert_eq!(world.program.get("/api/v1/doctors").await.body, json!({"doctors": []}));
    }
}

#[actix_web::test]
async fn the_formulary_is_searched() {
    let world = World::new().await;
    let address = |query: &str| format!("/api/v1/doctors/{}/formulary?{query}", world.paolo);
    // Before the first import there is nothing to search.
    let nothing = world.program.get(&address("q=zimox")).await;
    assert_eq!(nothing.assert_status(200).body["edition"], Value::Null);
    let now = world.app.site.clock.now();
    world.app.write(move |conn| Ok(millecloud::formulary::starter::load(conn, now)?)).await;
    let found = world.program.get(&address("q=zimox")).await;
    found.assert_status(200);
    let aics: Vec<&str> =
        found.body["packages"].as_array().unwrap().iter().map(|row| row["aic"].as_str().unwrap()).collect();
    assert!(aics.contains(&"023086150"), "{aics:?}");
    for by in ["name", "substance", "aic", "atc"] {
        world.program.get(&address(&format!("q=am&by={by}"))).await.assert_status(200);
    }
    for (query, field) in [("q=z", "q"), ("q=", "q"), ("q=zimox&cursor=x", "cursor"), ("q=a%E2%80%AEb", "q")] {
        assert_eq!(world.program.get(&address(query)).await.assert_status(422).wrong(), [field], "{query}");
    }
    for query in ["", "by=name", "q=zimox&by=price", "q=zimox&altro=1"] {
        world.program.get(&address(query)).await.assert_status(400);
    }
    world.program.get(&format!("/api/v1/doctors/{}/formulary?q=zimox", world.mario)).await.assert_status(404);
}

/// Act, user, role, patient, prescription.
type Noted = (String, i64, String, Option<i64>, Option<i64>);

#[actix_web::test]
async fn what_a_program_is_shown_is_noted() {
    let world = World::new().await;
    let base = format!("/api/v1/doctors/{}", world.paolo);
    let doctor = world.app.connect("borghetto").await;
    let (patient, prescription) = (world.own.patient, world.own.prescription);
    doctor.post(&format!("{base}/patients/search"), &search("sacc")).await.assert_status(200);
    for path in [
        format!("{base}/patients/{patient}"),
        format!("{base}/prescriptions/{prescription}"),
        format!("{base}/prescriptions/{prescription}/deliveries"),
    ] {
        doctor.get(&path).await.assert_status(200);
    }
    doctor.get(&format!("{base}/patients/{}", world.other.patient)).await.assert_status(404);
    let rows: Vec<Noted> = world
        .app
        .read(|conn| {
            let columns =
                (accesses::act, accesses::actor_id, accesses::role, accesses::patient_id, accesses::prescription_id);
            Ok(accesses::table.order(accesses::seq).select(columns).load(conn)?)
        })
        .await;
    let acts: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.3, row.4)).collect();
    let (of, about) = (Some(patient), Some(prescription));
    assert_eq!(acts, [("RI", None, None), ("CA", of, None), ("AP", of, about), ("CO", of, about)]);
    assert!(rows.iter().all(|row| row.1 == world.paolo && row.2 == "M"));
}
