//! INVIA TUTTI: exactly what was seen, one by one, with progress.

use std::time::{Duration, Instant};

use millecloud::db::schema::{validation_round_rows, validation_rounds};
use millecloud::identity::by::{By, Seen};
use millecloud::prescriptions::queries as pipeline;
use millecloud::prescriptions::service::correct_pending;
use sac_simulator::{Door, Fault, FaultPlan};

use super::*;

fn plan(fault: Fault, next: u32) -> FaultPlan {
    FaultPlan { service: Some(Door::Send), next: Some(next), probability: None, fault }
}

/// R9: render, then one is added and one edited, then the click.
#[actix_web::test]
async fn what_changed_after_the_page_was_shown_is_named_and_not_sent() {
    let office = office().await;
    let ids = office.prepare(3).await;
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    asked.assert_text("Inviare 3 prescrizioni?");
    let new = office.prepare(1).await[0];
    let (doctor, edited, now) = (office.doctor_id, ids[1], office.app.site.clock.now());
    office
        .app
        .write(move |conn| -> Result<(), DbError> {
            let row = pipeline::find(conn, edited)?.unwrap();
            let mut items: Vec<_> =
                pipeline::list_items(conn, &[edited])?.into_iter().map(|item| item.content).collect();
            items[0].pieces = 2;
            let content = millecloud::prescriptions::model::Content { head: row.head(), items };
            correct_pending(
                conn,
                &By::guarded(Owner::of_doctor(doctor), doctor, now),
                Seen::new(edited, row.revision),
                &content,
            )
            .unwrap();
            Ok(())
        })
        .await;
    let round = asked.submit("dialog form", &[]).await;
    round.assert_status(200).assert_text("Non inviate");
    round
        .assert_text("è cambiata dopo che avevi aperto l’elenco")
        .assert_text("è arrivata dopo che avevi aperto l’elenco");
    office.app.until_settled().await;
    let states =
        [office.state(ids[0]).await, office.state(ids[1]).await, office.state(ids[2]).await, office.state(new).await];
    assert_eq!(states, [State::Accepted, State::Pending, State::Accepted, State::Pending]);
    let after = office.doctor.get(&round.path).await;
    after.assert_text("2 ricette inviate su 2");
    assert_eq!(after.all("#rimaste li").len(), 2);
}

/// R8 and R9: many arrivals are one round; some refused stop nothing; only those are tried again.
#[actix_web::test]
async fn failures_stop_nothing_and_only_they_are_tried_again() {
    let office = office().await;
    office.prepare(10).await;
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    office.app.simulator.engine.plan_fault(plan(Fault::Refuse { code: "1037".into() }, 3));
    let clicks = (0..8).map(|_| asked.submit_raw("dialog form", &[]));
    let answers = futures_util::future::join_all(clicks).await;
    let mut places: Vec<String> = answers.iter().map(|answer| answer.header("location").unwrap()).collect();
    places.dedup();
    assert_eq!(places.len(), 1, "all arrivals lead to the same page");
    let rounds: i64 = office.app.read(|conn| Ok(validation_rounds::table.count().get_result(conn)?)).await;
    assert_eq!(rounds, 1);
    office.app.until_settled().await;
    let round = office.doctor.get(&places[0]).await;
    round.assert_text("7 ricette inviate su 10").assert_text("3 sono state rifiutate dal SAC");
    assert_eq!((round.all("li.todo__ok").len(), round.all("li.todo__err").len()), (7, 3));
    assert_eq!(office.counters().await, ["0", "7", "0", "3"]);
    // The fragment for the script, and no more polling once all is told.
    let part = office.doctor.get_with(&places[0], &[("X-Frammento", "invii")]).await;
    part.assert_status(200);
    assert!(part.body.contains("data-done") && !part.body.contains("<html"));
    let again = round.submit("#azioni form", &[]).await;
    office.app.until_settled().await;
    office.doctor.get(&again.path).await.assert_text("10 ricette inviate su 10");
    assert_eq!(office.counters().await, ["0", "10", "0", "0"]);
    let rows: i64 = office.app.read(|conn| Ok(validation_round_rows::table.count().get_result(conn)?)).await;
    assert_eq!(rows, 10);
}

#[actix_web::test]
async fn another_page_with_the_same_key_is_refused() {
    let office = office().await;
    office.prepare(2).await;
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    let (action, fields) = asked.filled("dialog form", &[]);
    office.doctor.post_raw(&action, &fields, &[("sec-fetch-site", "same-origin")]).await.assert_status(303);
    let fewer: Vec<_> = fields.into_iter().filter(|(name, _)| name != "vista").collect();
    office.doctor.post_raw(&action, &fewer, &[("sec-fetch-site", "same-origin")]).await.assert_status(409);
}

/// Two hundred rows at two seconds each: the answer does not wait for any of them.
#[actix_web::test]
async fn two_hundred_rows_answer_at_once() {
    let office = office().await;
    office.prepare(201).await;
    office.app.simulator.engine.plan_fault(plan(Fault::Delay { millis: 2_000 }, 1_000));
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    asked.assert_text("Inviare 200 prescrizioni?");
    let start = Instant::now();
    let answer = asked.submit_raw("dialog form", &[]).await;
    let took = start.elapsed();
    answer.assert_status(303);
    println!("200 rows were answered in {took:?}");
    // A debug build on a busy machine is slow, but waiting for SAC would take 100 s.
    assert!(took < Duration::from_secs(5), "{took:?}");
    let round = office.doctor.get(&answer.header("location").unwrap()).await;
    round.assert_text("ricette inviate su 200").assert_text("sono ancora in viaggio");
    assert!(round.body.contains("http-equiv=\"refresh\"") && round.body.contains("data-poll"));
    round.assert_text("Una non è partita");
    office.pending().await.assert_text("INVIA TUTTI (1)");
}

/// What will be sent is shown with everything the list says of it, and no key pressed by accident sends it.
#[actix_web::test]
async fn the_question_shows_what_the_list_shows() {
    let office = office().await;
    let id = office.prepare(1).await[0];
    let list = office.pending().await;
    office.send(&list, id).await.assert_text("La prescrizione è stata processata.");
    office.prepare_two().await;
    let list = office.pending().await;
    let asked = office.doctor.get(&paths::pending_send_all()).await;
    assert_eq!(asked.all("dialog .rows .tag"), list.all("main .todo .tag"));
    assert!(asked.all("dialog .rows .tag").iter().any(|tag| tag == "Mai prescritto prima"));
    assert!(asked.one("dialog .rows").contains("Ultima volta oggi"));
    assert!(asked.one("dialog .rows").contains("preparata da Maria SEGRETI"));
    assert!(asked.all("[autofocus]").is_empty());
    assert_eq!(asked.attribute("dialog h1", "tabindex").as_deref(), Some("-1"));
}
