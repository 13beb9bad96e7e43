//! The whole job of the studio through the interface: prepare, follow, download, print. The doctor validates on the portal.

use diesel::prelude::*;
use futures_util::future::join_all;
use millecloud::db::schema::prescriptions;
use millecloud::db::{Db, DbError, Owner};
use millecloud::formulary::starter;
use millecloud::identity::associations::AssociationState;
use millecloud::identity::by::{By, Seen};
use millecloud::prescriptions::model::State;
use millecloud::web::paths;
use reqwest::Method;
use serde_json::{Value, json};

use super::World;
use crate::support::browser::Browser;
use crate::support::page::Page;
use crate::support::program::Answer;

const ZIMOX: &str = "023086150";

/// A world in which BORGHETTO can send.
pub(super) struct Office {
    pub(super) world: World,
    doctor: Browser,
}

impl Office {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        world.app.enable_sac(world.paolo).await;
        let now = world.app.site.clock.now();
        world.app.write(move |conn| -> Result<bool, DbError> { Ok(starter::load(conn, now)?) }).await;
        let doctor = world.app.login("borghetto").await;
        doctor.get(&paths::lots()).await.submit("main form", &[]).await;
        Self { world, doctor }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/doctors/{}/{rest}", self.world.paolo)
    }

    pub(super) fn zimox(&self) -> Value {
        json!({"patient": self.world.own.patient, "items": [{"aic": ZIMOX, "pieces": 1, "posology": "1 ogni 12 ore"}]})
    }

    pub(super) fn crestor(&self, note: &str) -> Value {
        json!({"patient": self.world.own.patient, "items": [{"aic": "035885058", "pieces": 1, "note": note}]})
    }

    pub(super) async fn post(&self, rest: &str, key: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.world.program.send(Method::POST, &self.path(rest), Some(body.to_string()), &headers).await
    }

    pub(super) async fn get(&self, rest: &str) -> Answer {
        self.world.program.get(&self.path(rest)).await
    }

    pub(super) async fn prepare(&self, key: &str) -> i64 {
        let made = self.post("prescriptions", key, &self.zimox()).await;
        made.assert_status(201).body["prescriptions"][0].as_i64().unwrap()
    }

    async fn counters(&self) -> (i64, i64, i64) {
        let counters = self.get("counters").await;
        counters.assert_status(200);
        let number = |name: &str| counters.body[name].as_i64().unwrap();
        (number("waiting"), number("validated"), number("annulled"))
    }

    async fn pending(&self) -> Page {
        self.doctor.get(&paths::pending()).await
    }

    /// The doctor's yes, and SAC's.
    pub(super) async fn validate(&self, id: i64) {
        self.send(id, State::Accepted).await;
    }

    /// The doctor's yes, and how it ended.
    pub(super) async fn send(&self, id: i64, end: State) {
        self.pending().await.submit(&format!("form[action='{}']", paths::pending_send(id)), &[]).await;
        self.until(id, end).await;
    }

    /// Waits until a prescription stands so.
    async fn until(&self, id: i64, wanted: State) {
        for _ in 0..600 {
            let find =
                move |conn: &mut Db| Ok(prescriptions::table.find(id).select(prescriptions::state).first(conn)?);
            let state: State = self.world.app.read(find).await;
            if state == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("prescription {id} is not {}", wanted.as_str());
    }

    /// The doctor's no.
    async fn decline(&self, id: i64) {
        let (owner, paolo, now) =
            (Owner::of_doctor(self.world.paolo), self.world.paolo, self.world.app.site.clock.now());
        self.world
            .app
            .write(move |conn| -> Result<(), DbError> {
                millecloud::prescriptions::service::decline_pending(
                    conn,
                    &By::guarded(owner, paolo, now),
                    Seen::new(id, 1),
                    "Già in terapia",
                )
                .map_err(|_| diesel::result::Error::NotFound)?;
                Ok(())
            })
            .await;
    }

    async fn acknowledge(&self, id: &Value) -> Answer {
        self.world.program.send(Method::PUT, &self.path(&format!("downloads/{id}/acknowledgement")), None, &[]).await
    }
}

#[actix_web::test]
async fn the_whole_job_with_its_counters() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    assert_eq!(office.counters().await, (1, 0, 0));
    let waiting = office.get("prescriptions").await;
    assert_eq!(waiting.body["prescriptions"][0]["id"], id);
    assert_eq!(waiting.body["prescriptions"][0]["state"], "pending");
    office.get(&format!("prescriptions/{id}/promemoria")).await.assert_status(409);

    office.validate(id).await;
    assert_eq!(office.counters().await, (0, 1, 0));
    let detail = office.get(&format!("prescriptions/{id}")).await;
    assert_eq!(detail.assert_status(200).body["state"], "accepted");
    assert_eq!(detail.body["auth_code"].as_str().unwrap().len(), 30);
    assert_eq!(detail.body["events"][0]["event"], "INVIA_AL_CLOUD");
    assert_eq!(detail.body["events"][0]["by"], "Maria SEGRETI");
    assert_eq!(detail.body["items"][0]["aic"], ZIMOX);

    let offer = office.post("downloads", "scarico", &json!({})).await;
    assert_eq!(offer.assert_status(201).body["prescriptions"][0]["id"], id);
    assert_eq!(office.counters().await, (0, 1, 0), "an offer is not an acknowledgement");
    office.acknowledge(&offer.body["id"]).await.assert_status(204);
    office.acknowledge(&offer.body["id"]).await.assert_status(204);
    assert_eq!(office.counters().await, (0, 0, 0));
    let nothing = office.post("downloads", "scarico-2", &json!({})).await;
    assert_eq!(nothing.assert_status(200).body, json!({"id": null, "prescriptions": []}));

    let paper = office.get(&format!("prescriptions/{id}/promemoria")).await;
    paper.assert_status(200);
    assert!(paper.bytes.starts_with(b"%PDF-"));
    assert_eq!(paper.header("content-type").as_deref(), Some("application/pdf"));
}

#[actix_web::test]
async fn a_refused_one_comes_with_its_reason() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    office.decline(id).await;
    assert_eq!(office.counters().await, (0, 0, 1));
    let offer = office.post("downloads", "scarico", &json!({})).await;
    let card = &offer.body["prescriptions"][0];
    assert_eq!((card["state"].as_str(), card["reason"].as_str()), (Some("declined"), Some("Già in terapia")));
    assert_eq!(card["deliverable"], false);
    office.acknowledge(&offer.body["id"]).await.assert_status(204);
    assert_eq!(office.counters().await, (0, 0, 0));
    assert_eq!(office.get("prescriptions?view=annulled").await.body["prescriptions"][0]["id"], id);
}

#[actix_web::test]
async fn an_offer_lost_on_the_way_comes_again_the_same() {
    let office = Office::new().await;
    let (first, second) = (office.prepare("uno").await, office.prepare("due").await);
    office.decline(first).await;
    let offer = office.post("downloads", "a", &json!({})).await;
    office.decline(second).await;
    // Under the same key and under another: the same offer, though there is more news by now.
    for key in ["a", "b"] {
        let again = office.post("downloads", key, &json!({})).await;
        assert_eq!((again.status, &again.body), (201, &offer.body), "{key}");
    }
    assert_eq!(office.counters().await, (0, 0, 2));
    office.acknowledge(&offer.body["id"]).await.assert_status(204);
    let rest = office.post("downloads", "c", &json!({})).await;
    assert_ne!(rest.body["id"], offer.body["id"]);
    assert_eq!(rest.body["prescriptions"][0]["id"], second);
    assert_eq!(rest.body["prescriptions"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn what_was_annulled_meanwhile_is_not_offered_as_valid() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    office.validate(id).await;
    let offer = office.post("downloads", "a", &json!({})).await;
    assert_eq!(offer.body["prescriptions"][0]["state"], "accepted");
    let annul = office.doctor.get(&paths::prescription_annul(id)).await;
    annul.submit("dialog form", &[("motivo", "doppia")]).await;
    office.until(id, State::Annulled).await;
    assert_eq!(office.get(&format!("prescriptions/{id}")).await.body["state"], "annulled");
    office.post("downloads", "a", &json!({})).await.assert_status(409);
    let other = office.post("downloads", "b", &json!({})).await;
    assert_ne!(other.body["id"], offer.body["id"]);
    assert_eq!(other.body["prescriptions"][0]["state"], "annulled");
    assert_eq!(other.body["prescriptions"][0]["auth_code"], Value::Null);
    // The late acknowledgement of the old offer takes note of nothing that has changed.
    office.acknowledge(&offer.body["id"]).await.assert_status(204);
    assert_eq!(office.counters().await, (0, 0, 1));
}

#[actix_web::test]
async fn a_key_makes_one_effect_however_often_it_comes() {
    let office = Office::new().await;
    let body = office.zimox();
    let answers = join_all((0..12).map(|_| office.post("prescriptions", "una-volta", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
    }
    assert_eq!(office.counters().await.0, 1);
    let mut other = body.clone();
    other["items"][0]["pieces"] = json!(2);
    office.post("prescriptions", "una-volta", &other).await.assert_status(409);
    // The key of one address is no key of another.
    office.post("downloads", "una-volta", &json!({})).await.assert_status(409);
    // What was refused leaves its key free.
    other["items"][0]["pieces"] = json!(0);
    office.post("prescriptions", "da-correggere", &other).await.assert_status(422);
    office.post("prescriptions", "da-correggere", &body).await.assert_status(201);
    for key in ["", " ", "con spazio", &"k".repeat(65), "è"] {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let path = office.path("prescriptions");
        let answer = office.world.program.send(Method::POST, &path, Some(body.to_string()), &headers).await;
        answer.assert_status(400);
        assert!(answer.body["detail"].as_str().unwrap().contains("Idempotency-Key"));
    }
    assert_eq!(office.counters().await.0, 2);
}

#[actix_web::test]
async fn a_missing_note_is_said_of_the_drug_and_in_the_question_of_invia_tutti() {
    let office = Office::new().await;
    let made = office.post("prescriptions", "a", &office.crestor("")).await;
    let id = made.assert_status(201).body["prescriptions"][0].as_i64().unwrap();
    let said = "Senza nota AIFA: per questo principio attivo esiste la nota 13.";
    let one = office.get(&format!("prescriptions/{id}")).await;
    assert_eq!(one.assert_status(200).body["items"][0]["warnings"], json!([said]));
    let list = office.get("prescriptions?view=waiting").await;
    assert_eq!(list.assert_status(200).body["prescriptions"][0]["items"][0]["warnings"], json!([said]));
    let question = office.doctor.get(&paths::pending_send_all()).await;
    assert!(question.body.contains(said) && question.body.contains("In una c’è qualcosa da guardare prima"));
    let noted = office.post("prescriptions", "b", &office.crestor("13")).await;
    let id = noted.assert_status(201).body["prescriptions"][0].as_i64().unwrap();
    let one = office.get(&format!("prescriptions/{id}")).await;
    let double = "Doppia: la stessa confezione aspetta anche in un’altra ricetta del paziente.";
    assert_eq!(one.assert_status(200).body["items"][0]["warnings"], json!([double]));
}

#[actix_web::test]
async fn what_is_wrong_is_told_field_by_field() {
    let office = Office::new().await;
    let cases = [
        (json!({"aic": "000000000"}), "items/0/aic"),
        (json!({"aic": "0230861\u{0}0"}), "items/0/aic"),
        (json!({"aic": ""}), "items/0/aic"),
        (json!({"pieces": 0}), "items/0/pieces"),
        (json!({"pieces": 10}), "items/0/pieces"),
        (json!({"posology": "x".repeat(201)}), "items/0/posology"),
        (json!({"posology": "a\u{202e}"}), "items/0/posology"),
        (json!({"problem": 999_901}), "items/0/problem"),
        (json!({"note": "999"}), "items/0/note"),
        (json!({"exemption": "ZZZ"}), "items/0/exemption"),
        (json!({"wording": "brand_only"}), "items/0/motive"),
        (json!({"wording": "brand_only", "motive": "zz"}), "items/0/motive"),
        (json!({"plan": "PT-7"}), "items/0/plan_ends_on"),
        (json!({"plan": "a;b", "plan_ends_on": "2030-01-01"}), "items/0/plan"),
    ];
    for (change, field) in cases {
        let mut body = office.zimox();
        for (name, value) in change.as_object().unwrap() {
            body["items"][0][name] = value.clone();
        }
        let answer = office.post("prescriptions", "x", &body).await;
        assert_eq!(answer.assert_status(422).wrong(), [field], "{change}");
    }
    let mut twice = office.zimox();
    let row = twice["items"][0].clone();
    twice["items"] = json!([row, row]);
    assert_eq!(office.post("prescriptions", "x", &twice).await.assert_status(422).wrong(), ["items/1/aic"]);
    for items in [json!([]), Value::Array(vec![row; 13])] {
        twice["items"] = items;
        assert_eq!(office.post("prescriptions", "x", &twice).await.assert_status(422).wrong(), ["items"]);
    }
    for patient in [office.world.other.patient, 999_901, -1] {
        let mut body = office.zimox();
        body["patient"] = json!(patient);
        assert_eq!(office.post("prescriptions", "x", &body).await.assert_status(422).wrong(), ["patient"]);
    }
    let mut more = office.zimox();
    more["validate"] = json!(true);
    office.post("prescriptions", "x", &more).await.assert_status(422);
    assert_eq!(office.counters().await, (0, 0, 0));
}

#[actix_web::test]
async fn a_doctors_program_prepares_nothing_and_sees_the_whole_archive() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    let doctor = office.world.app.connect("borghetto").await;
    let headers = [("content-type", "application/json"), ("idempotency-key", "x")];
    let body = Some(office.zimox().to_string());
    doctor.send(Method::POST, &office.path("prescriptions"), body, &headers).await.assert_status(403);
    assert_eq!(doctor.get(&office.path("prescriptions")).await.body["prescriptions"][0]["id"], id);
    // What the doctor issued in person is not the collaborator's business.
    assert_eq!(office.get("prescriptions?view=validated").await.body["prescriptions"], json!([]));
    let own = office.world.own.prescription;
    doctor.get(&office.path(&format!("prescriptions/{own}"))).await.assert_status(200);
    let missing = office.get("prescriptions/999901").await;
    for id in [own, office.world.other.prescription] {
        assert_eq!(office.get(&format!("prescriptions/{id}")).await.assert_status(404).body, missing.body);
        assert_eq!(office.get(&format!("prescriptions/{id}/promemoria")).await.assert_status(404).body, missing.body);
    }
    assert_eq!(
        doctor.get(&office.path(&format!("prescriptions/{}", office.world.other.prescription))).await.status,
        404
    );
}

#[actix_web::test]
async fn an_offer_is_its_users_alone_and_ends_with_the_association() {
    let office = Office::new().await;
    let id = office.prepare("uno").await;
    office.decline(id).await;
    let offer = office.post("downloads", "a", &json!({})).await;
    let path = office.path(&format!("downloads/{}/acknowledgement", offer.body["id"]));
    let doctor = office.world.app.connect("borghetto").await;
    doctor.send(Method::PUT, &path, None, &[]).await.assert_status(404);
    office.acknowledge(&json!(999_901)).await.assert_status(404);
    office.world.set_association(AssociationState::Removed).await;
    office.acknowledge(&offer.body["id"]).await.assert_status(404);
    office.get("counters").await.assert_status(404);
    office.post("prescriptions", "b", &office.zimox()).await.assert_status(404);
    office.world.set_association(AssociationState::Active).await;
    assert_eq!(office.counters().await, (0, 0, 1));
}

#[actix_web::test]
async fn a_long_list_is_walked_by_its_marks() {
    let office = Office::new().await;
    let (paolo, maria, patient) = (office.world.paolo, office.world.maria, office.world.own.patient);
    let now = office.world.app.site.clock.now();
    office
        .world
        .app
        .write(move |conn| -> Result<(), DbError> {
            let owner = Owner::of_doctor(paolo);
            for n in 0..120 {
                let new = [crate::support::archive::prescription(patient)];
                millecloud::prescriptions::service::create_pending(
                    conn,
                    &By::guarded(owner, maria, now),
                    &format!("{n}"),
                    &new,
                )
                .unwrap();
            }
            Ok(())
        })
        .await;
    let (mut seen, mut query) = (Vec::new(), "prescriptions?view=waiting".to_owned());
    loop {
        let page = office.get(&query).await;
        seen.extend(
            page.assert_status(200).body["prescriptions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_i64().unwrap()),
        );
        let Some(next) = page.body["next"].as_str() else { break };
        query = format!("prescriptions?view=waiting&cursor={next}");
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
    assert_eq!(office.get("prescriptions?cursor=x").await.assert_status(422).wrong(), ["cursor"]);
    office.get("prescriptions?view=all").await.assert_status(400);
}
