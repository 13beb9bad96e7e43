//! What was validated, on its way to the patient.

use diesel::prelude::*;
use millecloud::db::schema::{millebook_enrolments, patients, prescriptions};
use millecloud::prescriptions::model::State;
use serde_json::{Value, json};

use super::studio::Office;

async fn validated(office: &Office) -> (i64, String) {
    let id = office.prepare("uno").await;
    office.validate(id).await;
    (id, format!("prescriptions/{id}/deliveries"))
}

#[actix_web::test]
async fn a_mail_is_asked_for_once_and_followed() {
    let office = Office::new().await;
    let (id, path) = validated(&office).await;
    let body = json!({"channel": "email"});
    let none = office.post(&path, "a", &body).await;
    assert_eq!(none.assert_status(422).wrong(), ["address"], "nobody's address is known");
    let patient = office.world.own.patient;
    office
        .world
        .app
        .write(move |conn| {
            let row = patients::table.find(patient);
            Ok(diesel::update(row).set(patients::email.eq("claudio@example.it")).execute(conn)?)
        })
        .await;
    for _ in 0..3 {
        let asked = office.post(&path, "a", &body).await;
        assert_eq!(asked.assert_status(201).body, json!({"prescription": id, "channel": "email"}));
    }
    let listed = office.get(&path).await;
    let rows = listed.assert_status(200).body["deliveries"].as_array().unwrap().clone();
    let mails: Vec<&Value> = rows.iter().filter(|row| row["channel"] == "email").collect();
    assert_eq!(mails.len(), 1, "{rows:?}");
    let wrong = office.post(&path, "b", &json!({"channel": "email", "address": "a@b"})).await;
    assert_eq!(wrong.assert_status(422).wrong(), ["address"]);
    office.post(&path, "b", &json!({"channel": "fax"})).await.assert_status(422);
    office.post(&path, "b", &json!({"channel": "millebook"})).await.assert_status(409);
}

#[actix_web::test]
async fn a_print_is_counted_and_the_paper_is_at_hand() {
    let office = Office::new().await;
    let (id, path) = validated(&office).await;
    office.post(&path, "a", &json!({"channel": "print"})).await.assert_status(201);
    let rows = office.get(&path).await.body["deliveries"].as_array().unwrap().clone();
    assert!(rows.iter().any(|row| row["channel"] == "print" && row["state"] == "delivered"), "{rows:?}");
    office.get(&format!("prescriptions/{id}/promemoria")).await.assert_status(200);
}

#[actix_web::test]
async fn somebody_who_has_died_gets_nothing_unless_it_is_meant() {
    let office = Office::new().await;
    let (_, path) = validated(&office).await;
    let patient = office.world.own.patient;
    office
        .world
        .app
        .write(move |conn| {
            Ok(diesel::update(patients::table.find(patient)).set(patients::status.eq("deceased")).execute(conn)?)
        })
        .await;
    for (key, channel) in ["email", "print", "millebook"].into_iter().enumerate() {
        let body = json!({"channel": channel, "address": "claudio@example.it"});
        office.post(&path, &format!("k{key}"), &body).await.assert_status(409);
    }
    let meant = json!({"channel": "print", "deceased_confirmed": true});
    office.post(&path, "m", &meant).await.assert_status(201);
}

#[actix_web::test]
async fn only_what_is_valid_and_in_sight_is_given() {
    let office = Office::new().await;
    let waiting = office.prepare("uno").await;
    let body = json!({"channel": "print"});
    office.post(&format!("prescriptions/{waiting}/deliveries"), "a", &body).await.assert_status(409);
    let missing = office.post("prescriptions/999901/deliveries", "b", &body).await;
    missing.assert_status(404);
    for foreign in [office.world.own.prescription, office.world.other.prescription] {
        let path = format!("prescriptions/{foreign}/deliveries");
        assert_eq!(office.post(&path, "c", &body).await.assert_status(404).body, missing.body);
        assert_eq!(office.get(&path).await.assert_status(404).body, missing.body);
    }
}

/// R13, for programs: every state that is not the right one, in every channel.
#[actix_web::test]
async fn no_channel_gives_in_a_wrong_state() {
    let office = Office::new().await;
    let (id, path) = validated(&office).await;
    let (patient, doctor, now) = (office.world.own.patient, office.world.paolo, office.world.app.site.clock.now());
    office
        .world
        .app
        .write(move |conn| {
            let row = (
                millebook_enrolments::patient_id.eq(patient),
                millebook_enrolments::consent_at.eq(now),
                millebook_enrolments::enrolled_by.eq(doctor),
            );
            Ok(diesel::insert_into(millebook_enrolments::table).values(row).execute(conn)?)
        })
        .await;
    let before = office.get(&path).await.body["deliveries"].as_array().unwrap().len();
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        let set = *state;
        office
            .world
            .app
            .write(move |conn| {
                Ok(diesel::update(prescriptions::table.find(id)).set(prescriptions::state.eq(set)).execute(conn)?)
            })
            .await;
        for channel in ["email", "print", "millebook"] {
            let body = json!({"channel": channel, "address": "claudio@example.it"});
            let answer = office.post(&path, &format!("{state:?}-{channel}"), &body).await;
            assert_eq!(answer.status, 409, "{channel} in {state:?}: {}", answer.body);
        }
        let paper = office.get(&format!("prescriptions/{id}/promemoria")).await;
        assert_eq!(paper.status, 409, "{state:?}");
        assert_eq!(office.get(&format!("prescriptions/{id}")).await.body["deliverable"], false, "{state:?}");
    }
    assert_eq!(office.get(&path).await.body["deliveries"].as_array().unwrap().len(), before, "nothing was written");
}
