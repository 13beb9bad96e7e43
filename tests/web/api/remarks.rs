//! What is to be said of a drug: told when it is prepared, and for as long as it waits.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::allergies;
use serde_json::json;

use super::studio::Office;

/// The patient of the own archive is allergic to this.
async fn allergic(office: &Office, words: &'static str) {
    let (patient, doctor, now) = (office.world.own.patient, office.world.paolo, office.world.app.site.clock.now());
    let write = move |conn: &mut millecloud::db::Db| -> Result<(), DbError> {
        diesel::delete(allergies::table.filter(allergies::patient_id.eq(patient))).execute(conn)?;
        let row = (
            (allergies::patient_id.eq(patient), allergies::substance.eq(words), allergies::atc_prefix.eq("")),
            (allergies::reaction.eq(""), allergies::noted_on.eq(now.date()), allergies::revision.eq(1)),
            (allergies::updated_at.eq(now), allergies::updated_by.eq(doctor)),
        );
        diesel::insert_into(allergies::table).values(row).execute(conn)?;
        Ok(())
    };
    office.world.app.write(write).await;
}

#[actix_web::test]
async fn an_allergy_is_told_in_the_answer_and_while_it_waits() {
    let office = Office::new().await;
    allergic(&office, "penicilline").await;
    let made = office.post("prescriptions", "b", &office.zimox()).await;
    let body = &made.assert_status(201).body;
    let (id, remark) = (body["prescriptions"][0].as_i64().unwrap(), &body["remarks"][0]);
    assert_eq!((remark["prescription"].as_i64(), remark["aic"].as_str()), (Some(id), Some("023086150")));
    let alert = &remark["alerts"][0];
    assert_eq!((alert["level"].as_str(), alert["subject"].as_str()), (Some("stop"), Some("penicilline")));
    assert!(alert["source"].as_str().unwrap().contains("non revisionate"));
    let again = office.post("prescriptions", "b", &office.zimox()).await;
    assert_eq!(again.assert_status(201).body["prescriptions"], body["prescriptions"], "prepared once");
    let one = office.get(&format!("prescriptions/{id}")).await;
    assert_eq!(one.assert_status(200).body["items"][0]["alerts"], remark["alerts"]);
}

#[actix_web::test]
async fn a_double_and_what_was_not_compared_are_told_and_nothing_where_there_is_nothing_to_say() {
    let office = Office::new().await;
    allergic(&office, "nessuna").await;
    let made = office.post("prescriptions", "a", &office.crestor("13")).await;
    assert_eq!(made.assert_status(201).body["remarks"], json!([]));
    allergic(&office, "polline di betulla 12").await;
    let twice = office.post("prescriptions", "b", &office.crestor("13")).await;
    let remark = &twice.assert_status(201).body["remarks"][0];
    let double = "Doppia: la stessa confezione aspetta anche in un’altra ricetta del paziente.";
    assert_eq!((remark["warnings"][0].as_str(), &remark["alerts"]), (Some(double), &json!([])));
    assert!(
        remark["warnings"][1].as_str().unwrap().contains("«polline di betulla 12»"),
        "what was not compared is said"
    );
}
