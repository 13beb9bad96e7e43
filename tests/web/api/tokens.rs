//! Tokens: who gets one, what it is good for, when it dies.

use diesel::prelude::*;
use millecloud::db::schema::{api_tokens, known_devices, users};
use millecloud::identity::second_factor;
use serde_json::{Value, json};

use super::World;
use crate::support::TestApp;
use crate::support::app::PASSWORD;

const TOKEN: &str = "/api/v1/token";
const ME: &str = "/api/v1/me";

fn asking(username: &str, password: &str) -> Value {
    json!({"username": username, "password": password, "client": "Gestione studio"})
}

#[actix_web::test]
async fn a_collaborator_gets_a_token_that_says_whose_it_is() {
    let world = World::new().await;
    let me = world.program.get(ME).await;
    me.assert_status(200);
    assert_eq!(me.body["user"]["username"], "segreti");
    assert_eq!(me.body["user"]["role"], "collaborator");
    assert_eq!(me.body["token"]["client"], "Gestione studio");
    assert_eq!(me.body["token"]["scopes"], json!(["read", "prepare", "deliver"]));
    let doctors = world.program.get("/api/v1/doctors").await;
    assert_eq!(doctors.body["doctors"], json!([{"id": world.paolo, "surname": "BORGHETTO", "name": "Paolo"}]));
    let doctor = world.app.connect("rossi").await;
    assert_eq!(doctor.get(ME).await.body["token"]["scopes"], json!(["read", "deliver"]));
    assert_eq!(doctor.get("/api/v1/doctors").await.body["doctors"][0]["id"], world.mario);
}

#[actix_web::test]
async fn the_token_is_kept_as_a_digest_and_a_program_is_no_known_device() {
    let world = World::new().await;
    let token = world.program.token.clone().unwrap();
    assert!(token.len() > 60);
    let content = world.app.content(&[]).await;
    for (table, rows) in content {
        assert!(!rows.contains(&token), "{table} holds a usable token");
    }
    let devices: i64 = world.app.read(|conn| Ok(known_devices::table.count().get_result(conn)?)).await;
    assert_eq!(devices, 0);
}

#[actix_web::test]
async fn unknown_and_known_users_are_refused_alike_and_guesses_are_slowed() {
    let world = World::new().await;
    world.app.site.clock.stop();
    let stranger = world.app.program();
    let unknown = stranger.post(TOKEN, &asking("nessuno", "una password sbagliata")).await;
    let known = stranger.post(TOKEN, &asking("segreti", "una password sbagliata")).await;
    unknown.assert_status(401);
    known.assert_status(401);
    assert_eq!(unknown.body, known.body);
    let again = stranger.post(TOKEN, &asking("segreti", PASSWORD)).await;
    again.assert_status(429);
    assert!(again.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[actix_web::test]
async fn a_temporary_password_opens_nothing() {
    let world = World::new().await;
    let id = world.maria;
    set(&world.app, id, "temporary").await;
    // Neither the token that was there, nor a new one.
    world.program.get(ME).await.assert_status(401);
    let refused = world.app.program().post(TOKEN, &asking("segreti", PASSWORD)).await;
    refused.assert_status(403);
    assert!(refused.body["detail"].as_str().unwrap().contains("portale"));
    let tokens: i64 = world.app.read(|conn| Ok(api_tokens::table.count().get_result(conn)?)).await;
    assert_eq!(tokens, 1);
}

async fn set(app: &TestApp, id: i64, state: &'static str) {
    app.write(move |conn| {
        Ok(diesel::update(users::table.find(id)).set(users::password_state.eq(state)).execute(conn)?)
    })
    .await;
}

#[actix_web::test]
async fn what_is_asked_must_make_sense() {
    let world = World::new().await;
    let stranger = world.app.program();
    let empty = stranger.post(TOKEN, &json!({"username": " ", "password": "", "client": "", "scopes": []})).await;
    empty.assert_status(422);
    assert_eq!(empty.wrong(), ["username", "password", "client", "scopes"]);
    for body in [json!({}), json!({"username": "a"}), json!([]), json!({"username": 1, "password": "a", "client": "a"})]
    {
        stranger.post(TOKEN, &body).await.assert_status(422);
    }
    let mut wanted = asking("rossi", PASSWORD);
    wanted["scopes"] = json!(["read", "prepare"]);
    assert_eq!(stranger.post(TOKEN, &wanted).await.assert_status(422).wrong(), ["scopes"]);
    let client = json!({"username": "rossi", "password": PASSWORD, "client": "a\u{202e}b"});
    assert_eq!(stranger.post(TOKEN, &client).await.assert_status(422).wrong(), ["client"]);
}

#[actix_web::test]
async fn a_token_of_fewer_scopes_does_less() {
    let world = World::new().await;
    let mut wanted = asking("segreti", PASSWORD);
    wanted["scopes"] = json!(["deliver"]);
    let given = world.app.program().post(TOKEN, &wanted).await;
    let narrow = world.app.program().with_token(given.body["token"].as_str().unwrap());
    narrow.get(ME).await.assert_status(200);
    narrow.get("/api/v1/doctors").await.assert_status(403);
    narrow.get(&format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient)).await.assert_status(403);
}

#[actix_web::test]
async fn it_dies_when_it_is_ended() {
    let world = World::new().await;
    let other = world.app.connect("segreti").await;
    world.program.delete(TOKEN).await.assert_status(204);
    let dead = world.program.get(ME).await;
    dead.assert_status(401);
    assert!(dead.header("www-authenticate").unwrap().starts_with("Bearer"));
    world.program.delete(TOKEN).await.assert_status(401);
    other.get(ME).await.assert_status(200);
}

#[actix_web::test]
async fn it_dies_with_the_password_the_user_and_its_time() {
    let world = World::new().await;
    let (id, now) = (world.maria, world.app.site.clock.now());
    let doctor = world.app.connect("borghetto").await;
    world
        .app
        .write(move |conn| {
            let hash = "$2b$04$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu";
            let state = millecloud::identity::model::PasswordState::Definitive;
            Ok(millecloud::identity::queries::set_password(conn, id, hash, state, now + chrono::TimeDelta::seconds(1))?)
        })
        .await;
    world.program.get(ME).await.assert_status(401);

    let paolo = world.paolo;
    let activate = |active: bool| {
        world.app.write(move |conn| {
            Ok(diesel::update(users::table.find(paolo)).set(users::active.eq(active)).execute(conn)?)
        })
    };
    activate(false).await;
    doctor.get(ME).await.assert_status(401);
    activate(true).await;
    doctor.get(ME).await.assert_status(200);
    world.app.site.clock.advance(chrono::TimeDelta::days(90));
    doctor.get(ME).await.assert_status(401);
}

#[actix_web::test]
async fn its_owner_sees_it_on_the_portal_and_ends_it_there() {
    let world = World::new().await;
    let (browser, doctor) = (world.app.login("segreti").await, world.app.connect("borghetto").await);
    let page = browser.get("/millecloud/accessi").await;
    page.assert_text("Programmi collegati").assert_text("Gestione studio");
    let id = page.attribute("button[name=programma]", "value").unwrap();
    let done = page.submit("section[aria-labelledby=t-programmi] form", &[("programma", &id)]).await;
    done.assert_text("Il programma è stato scollegato").assert_no_text("Programmi collegati");
    world.program.get(ME).await.assert_status(401);
    // The name of somebody else's ends nothing.
    let other = world.app.login("borghetto").await.get("/millelight/accessi").await;
    let id = other.attribute("button[name=programma]", "value").unwrap();
    let token = ("_csrf".to_owned(), done.attribute("input[name=_csrf]", "value").unwrap());
    browser.post("/millecloud/accessi", &[token, ("programma".to_owned(), id)]).await;
    doctor.get(ME).await.assert_status(200);
}

#[actix_web::test]
async fn a_second_factor_is_asked_of_a_program_too() {
    let world = World::new().await;
    let before = world.app.connect("borghetto").await;
    let secret = world.app.turn_on_second_factor(world.paolo).await;
    before.get(ME).await.assert_status(401);
    let stranger = world.app.program();
    let mut wanted = asking("borghetto", PASSWORD);
    assert_eq!(stranger.post(TOKEN, &wanted).await.assert_status(422).wrong(), ["code"]);
    wanted["code"] = json!("000000");
    stranger.post(TOKEN, &wanted).await.assert_status(401);
    world.app.site.clock.advance(chrono::TimeDelta::seconds(60));
    wanted["code"] = json!(second_factor::code_at(&secret, world.app.site.clock.now()));
    stranger.post(TOKEN, &wanted).await.assert_status(201);
    // The same code is of no use twice.
    stranger.post(TOKEN, &wanted).await.assert_status(401);
}

#[actix_web::test]
async fn what_is_no_token_opens_nothing() {
    let world = World::new().await;
    let token = world.program.token.clone().unwrap();
    let long = "a".repeat(5000);
    for header in ["", "Bearer", "Bearer ", &token, &format!("Basic {token}"), &format!("Bearer {token}x"), &long] {
        let answer = world.app.program().send(reqwest::Method::GET, ME, None, &[("authorization", header)]).await;
        answer.assert_status(401);
    }
    // Nor does a session of the portal.
    let browser = world.app.login("segreti").await;
    assert_eq!(browser.get_raw(ME).await.status, 401);
}
