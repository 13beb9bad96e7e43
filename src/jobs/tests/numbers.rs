//! Where the numbers come from, end to end: SAC assigns them (policy C), or a lost answer costs one (policy B).

use super::*;
use crate::db::schema::{nre_rechecks, sac_comparisons, sac_credentials};
use crate::identity::by::{By, Seen};
use crate::identity::events::{self, EventKind};
use crate::prescriptions::model::WaitReason;
use crate::prescriptions::service::ask_resend;

/// No lot, SAC assigns; a quarter of an hour is a moment.
async fn assigning() -> Bench {
    let searches = [20, 60, 120].map(Duration::from_millis);
    let mut bench = bench_at(Timings { searches, ..Timings::scaled(50) }).await;
    bench.write(|conn| set_region_rule(conn, "SAC", "C")).await;
    bench.start_runner();
    bench
}

async fn replacing(timings: Timings) -> Bench {
    let mut bench = bench_at(timings).await;
    bench.write(|conn| set_region_rule(conn, "LOTTO", "B")).await;
    bench.start_runner();
    let owner = bench.world.owner;
    assert_eq!(bench.pipeline.request_lot(owner, true).await.unwrap(), Some(String::new()));
    bench
}

#[actix_web::test]
async fn sac_assigns_the_numbers_and_no_lot_is_asked_for() {
    let bench = assigning().await;
    for id in bench.confirm(5).await {
        let row = bench.until_state(id, State::Accepted).await;
        assert!(row.nre.unwrap().starts_with("0500A4"));
    }
    assert_eq!(bench.calls(Door::Lot), 0);
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn a_lost_answer_is_found_in_the_list_among_others() {
    let bench = assigning().await;
    for fault in [Fault::AcceptThenDrop, Fault::AcceptThenGarble, Fault::Status { status: 500, accept: true }] {
        let before = bench.confirm(2).await;
        bench.fault(Door::Send, fault.clone());
        let after = bench.confirm(3).await;
        for id in before.into_iter().chain(after) {
            bench.until_state(id, State::Accepted).await;
        }
        bench.assert_books_agree().await;
    }
    assert_eq!(bench.calls(Door::Send), 15, "nothing was sent twice");
}

/// Twins, all answers lost: as many prescriptions at SAC as here.
#[actix_web::test]
async fn twins_whose_answers_are_all_lost_are_each_adopted_once() {
    let bench = assigning().await;
    let plan = FaultPlan { service: Some(Door::Send), next: Some(4), probability: None, fault: Fault::AcceptThenDrop };
    bench.simulator().engine.plan_fault(plan);
    for id in bench.confirm(4).await {
        bench.until_state(id, State::Accepted).await;
    }
    assert_eq!((bench.calls(Door::Send), bench.snapshot().prescriptions.len()), (4, 4));
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn what_never_arrived_waits_for_the_doctor_and_then_goes_out_once() {
    let bench = assigning().await;
    bench.fault(Door::Send, Fault::Status { status: 503, accept: false });
    let id = bench.confirm_one().await;
    let row = bench.until(id, "searched for", |row| row.wait_reason == WaitReason::NothingListed).await;
    assert_eq!((bench.calls(Door::Send), row.attention), (1, true));
    let (owner, now, revision) = (bench.world.owner, bench.clock.now(), row.revision);
    bench
        .write(move |conn| Ok(ask_resend(conn, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)).is_ok()))
        .await;
    bench.pipeline.wake();
    bench.until_state(id, State::Accepted).await;
    assert_eq!((bench.calls(Door::Send), bench.snapshot().prescriptions.len()), (2, 1));
    bench.assert_books_agree().await;
}

/// The list lags behind: the first searches see nothing, and nothing is sent again.
#[actix_web::test]
async fn a_list_that_lags_behind_makes_no_double() {
    let bench = assigning().await;
    bench.fault(Door::Send, Fault::AcceptThenDrop);
    let plan =
        FaultPlan { service: Some(Door::UsedNres), next: Some(2), probability: None, fault: Fault::NotYetVisible };
    bench.simulator().engine.plan_fault(plan);
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!((bench.calls(Door::Send), bench.calls(Door::UsedNres)), (1, 3));
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn a_list_that_cannot_be_had_leaves_it_in_doubt() {
    let bench = assigning().await;
    bench.always(Door::UsedNres, Fault::Status { status: 503, accept: false });
    bench.fault(Door::Send, Fault::Status { status: 503, accept: false });
    let id = bench.confirm_one().await;
    let row = bench.until(id, "searched for", |row| row.tries > 2).await;
    assert_eq!((row.state, row.can_resend(), bench.calls(Door::Send)), (State::Uncertain, false, 1));
    bench.simulator().engine.clear_faults();
    bench.until(id, "searched for in vain", |row| row.wait_reason == WaitReason::NothingListed).await;
    assert_eq!(bench.calls(Door::Send), 1);
}

/// The region wants another number: one prescription is alive at the end, under the new one.
#[actix_web::test]
async fn a_lost_answer_costs_a_number_and_makes_no_double() {
    let bench = replacing(Timings::scaled(50)).await;
    for fault in [Fault::AcceptThenDrop, Fault::Status { status: 503, accept: false }] {
        bench.fault(Door::Send, fault);
        let id = bench.confirm_one().await;
        bench.until_state(id, State::Accepted).await;
        bench.assert_books_agree().await;
    }
    assert_eq!(bench.calls(Door::Send), 4);
    let annulled = bench.snapshot().prescriptions.iter().filter(|held| held.state == 4).count();
    assert_eq!(annulled, 1, "the one that had been registered");
}

/// The first request lands after its number was given up: it is annulled at one of the looks that follow.
#[actix_web::test]
async fn what_lands_late_under_the_old_number_is_annulled() {
    let rechecks = [300, 1_000, 6_000].map(Duration::from_millis);
    let bench = replacing(Timings { rechecks, ..Timings::scaled(50) }).await;
    // Longer than the client waits (two seconds), and than the first view and annulment take.
    bench.fault(Door::Send, Fault::LateAccept { millis: 3_000 });
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    for _ in 0..600 {
        let left: i64 = bench.write(|conn| nre_rechecks::table.count().get_result(conn)).await;
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    bench.assert_books_agree().await;
}

/// What the doctor is shown after a comparison: what SAC has and is not here, what is here and SAC does not list.
async fn compared(bench: &Bench) -> (Vec<String>, Vec<i64>) {
    let owner = bench.world.owner;
    bench.clock.advance(chrono::TimeDelta::days(1));
    // The session of yesterday would have ended.
    let later = bench.clock.now() + chrono::TimeDelta::hours(2);
    bench
        .write(move |conn| {
            diesel::update(sac_credentials::table).set(sac_credentials::session_expires_at.eq(later)).execute(conn)?;
            let now = later - chrono::TimeDelta::hours(2);
            diesel::update(sac_comparisons::table).set(sac_comparisons::next_at.eq(now)).execute(conn)
        })
        .await;
    bench.pipeline.compare().await.unwrap();
    bench
        .write(move |conn| {
            let found = queries::list_found(conn, owner)?.into_iter().map(|found| found.nre).collect();
            let missing = queries::list_missing(conn, owner)?.into_iter().map(|missing| missing.id).collect();
            Ok((found, missing))
        })
        .await
}

async fn told(bench: &Bench) -> usize {
    let owner = bench.world.owner;
    let events = bench.write(move |conn| events::list(conn, owner.id())).await;
    events.iter().filter(|event| event.kind == EventKind::SacDiffers).count()
}

#[actix_web::test]
async fn a_night_without_differences_says_nothing_and_costs_one_call() {
    let bench = bench().await;
    for id in bench.confirm(3).await {
        bench.until_state(id, State::Accepted).await;
    }
    assert_eq!(compared(&bench).await, (Vec::new(), Vec::new()));
    assert_eq!((bench.calls(Door::UsedNres), told(&bench).await), (1, 0));
    // The same day is not compared twice.
    bench.pipeline.compare().await.unwrap();
    assert_eq!(bench.calls(Door::UsedNres), 1);
}

#[actix_web::test]
async fn what_is_on_one_side_only_is_shown_once() {
    let bench = bench().await;
    let ids = bench.confirm(3).await;
    for id in &ids {
        bench.until_state(*id, State::Accepted).await;
    }
    let (forgotten, unlisted) = (ids[0], ids[1]);
    let number = bench.row(forgotten).await.nre.unwrap();
    bench
        .write(move |conn| {
            // One that is not here any more, and one that SAC never had.
            use crate::db::schema::nre_uses;
            diesel::delete(nre_uses::table.filter(nre_uses::prescription_id.eq(forgotten))).execute(conn)?;
            diesel::update(prescriptions::table.find(forgotten))
                .set((prescriptions::nre.eq(None::<String>), prescriptions::state.eq(State::Discarded)))
                .execute(conn)?;
            diesel::update(prescriptions::table.find(unlisted))
                .set(prescriptions::nre.eq(Some("0500A0999999901")))
                .execute(conn)
        })
        .await;
    let (found, missing) = compared(&bench).await;
    assert!(found.contains(&number), "{found:?}");
    assert_eq!(missing, [unlisted]);
    assert_eq!(told(&bench).await, 1);
    // The next night it is still so, and nobody is told again.
    let (_, missing) = compared(&bench).await;
    assert_eq!((missing, told(&bench).await), (vec![unlisted], 1));
}

#[actix_web::test]
async fn without_a_session_or_a_list_it_is_tried_again_later() {
    let bench = bench().await;
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    bench.always(Door::UsedNres, Fault::Status { status: 503, accept: false });
    assert_eq!(compared(&bench).await, (Vec::new(), Vec::new()));
    assert_eq!(bench.calls(Door::UsedNres), 1);
    bench.simulator().engine.clear_faults();
    bench.clock.advance(chrono::TimeDelta::hours(3));
    bench.pipeline.compare().await.unwrap();
    assert_eq!(bench.calls(Door::UsedNres), 1, "the session is over: nothing is asked");
    assert_eq!(compared(&bench).await, (Vec::new(), Vec::new()));
    assert_eq!(bench.calls(Door::UsedNres), 2, "what was not compared is compared with the next day");
}
