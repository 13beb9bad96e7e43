//! Budgets (R63): a program gone mad, or a person who copies the archive, is slowed and told until when.

use chrono::TimeDelta;
use diesel::prelude::*;
use millecloud::db::schema::security_events;
use millecloud::identity::events::EventKind;
use serde_json::json;

use super::World;

#[actix_web::test]
async fn too_much_at_once_waits_and_the_bucket_fills_again() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient);
    let mut opened = 0;
    let refused = loop {
        let answer = world.program.get(&address).await;
        if answer.status != 200 {
            break answer;
        }
        opened += 1;
        assert!(opened < 200, "no budget at all");
    };
    refused.assert_status(429);
    // A slow machine earns one a second meanwhile.
    assert!(opened >= 60, "only {opened}");
    assert_eq!(refused.header("retry-after").as_deref(), Some("1"));
    // Another token of the same user has no budget of its own; another action and another user have.
    let other = world.app.connect("segreti").await;
    let mut answer = other.get(&address).await;
    // What a slow machine earned while it connected is soon spent; a budget of its own would last for sixty.
    for _ in 0..30 {
        if answer.status == 429 {
            break;
        }
        answer = other.get(&address).await;
    }
    answer.assert_status(429);
    world.program.get("/api/v1/me").await.assert_status(200);
    let search = format!("/api/v1/doctors/{}/patients/search", world.paolo);
    world.program.post(&search, &json!({"text": "sacc"})).await.assert_status(200);
    world.app.connect("borghetto").await.get(&address).await.assert_status(200);
    world.app.site.clock.advance(TimeDelta::seconds(2));
    world.program.get(&address).await.assert_status(200);
    // The doctor is told once whose program it was, not of the own one's.
    let (paolo, slowed) = (world.paolo, security_events::kind.eq(EventKind::CollaboratorSlowed));
    let told: Vec<(i64, String)> = world
        .app
        .read(move |conn| {
            let rows = security_events::table.filter(slowed);
            Ok(rows.select((security_events::user_id, security_events::device)).load(conn)?)
        })
        .await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == paolo && !told[0].1.trim().is_empty(), "{told:?}");
}

#[actix_web::test]
async fn parallel_requests_spend_each_their_own() {
    let world = World::new().await;
    let address = format!("/api/v1/doctors/{}/patients/{}", world.paolo, world.own.patient);
    world.program.document().await;
    let asked = (0..100).map(|_| world.program.get(&address));
    let answers = futures_util::future::join_all(asked).await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 429)));
    assert!(refused >= 20, "only {refused} of 100 were refused");
}
