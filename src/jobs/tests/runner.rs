//! The runner: at once when woken, fair, polite to a SAC that is down, out of numbers and back, stopped in the middle.

use super::*;
use crate::db::testing;
use crate::prescriptions::model::WaitReason;

/// From the confirmation's commit to the recorded code, nothing waits for a timer: the poll is an hour away.
#[actix_web::test]
async fn a_confirmation_is_carried_at_once() {
    let mut bench = bench_at(Timings { poll: Duration::from_secs(3600), ..Timings::default() }).await;
    bench.start_runner();
    assert_eq!(bench.pipeline.request_lot(bench.world.owner, true).await.unwrap(), Some(String::new()));
    let id = bench.confirm_one().await;
    let started = std::time::Instant::now();
    assert!(bench.pipeline.wait_for(&[id], Duration::from_secs(8)).await.unwrap());
    assert_eq!(bench.row(id).await.state, State::Accepted);
    // A generous bound: the machine of the tests is shared. The benchmark measures.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[actix_web::test]
async fn waiting_ends_when_the_time_is_over() {
    let mut bench = bench().await;
    bench.stop_runner().await;
    let id = bench.confirm_one().await;
    assert!(!bench.pipeline.wait_for(&[id], Duration::from_millis(200)).await.unwrap());
}

/// A new doctor's first prescription: no lot yet, so one is asked for, and the prescription goes.
#[actix_web::test]
async fn the_first_prescription_fetches_its_own_numbers() {
    let mut bench = bench_at(Timings::scaled(50)).await;
    bench.start_runner();
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!(bench.snapshot().lots.len(), 1);
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn out_of_numbers_and_out_of_lots_rows_wait_and_nothing_is_lost() {
    let mut bench = bench_at(Timings::scaled(50)).await;
    bench.always(Door::Lot, Fault::NoLots);
    bench.start_runner();
    let ids = bench.confirm(3).await;
    for id in &ids {
        let row = bench.until(*id, "waiting", |row| row.wait_reason == WaitReason::NoNre).await;
        assert_eq!((row.state, row.nre), (State::ToSend, None));
    }
    let owner = bench.world.owner;
    // The rows wait from the moment the request leaves; why it failed is known when it is answered.
    let mut error = String::new();
    for _ in 0..600 {
        // None has left yet, when the first row has only just been told to wait.
        if let Some((_, told)) = bench.write(move |conn| queries::find_lot_request(conn, owner)).await
            && !told.is_empty()
        {
            error = told;
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(!error.is_empty(), "the page of the lots can say why");
    bench.simulator().engine.clear_faults();
    for id in &ids {
        bench.until_state(*id, State::Accepted).await;
    }
    bench.assert_books_agree().await;
}

/// The process is killed with a lot request out: the doctor asks again as soon as its short lease is over, not after the
/// two minutes of a prescription's.
#[actix_web::test]
async fn a_lot_request_that_was_killed_does_not_refuse_the_doctor() {
    let bench = bench_at(Timings { lot_lease: Duration::from_millis(500), ..Timings::default() }).await;
    bench.fault(Door::Lot, Fault::LateAccept { millis: 60_000 });
    let (pipeline, owner) = (bench.pipeline.clone(), bench.world.owner);
    let killed = tokio::spawn(async move { pipeline.request_lot(owner, true).await });
    while bench.calls(Door::Lot) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killed.abort();
    let started = std::time::Instant::now();
    while bench.pipeline.request_lot(owner, true).await.unwrap() != Some(String::new()) {
        assert!(started.elapsed() < Duration::from_secs(100), "the dead request still holds the doctor's place");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(bench.write(move |conn| queries::list_lots(conn, owner)).await.len(), 1);
}

#[actix_web::test]
async fn below_the_low_mark_one_lot_is_asked_for() {
    let bench = bench().await;
    bench.write(|conn| diesel::update(nre_lots::table).set(nre_lots::next_number.eq(75)).execute(conn)).await;
    for id in bench.confirm(10).await {
        bench.until_state(id, State::Accepted).await;
    }
    for _ in 0..100 {
        if bench.snapshot().lots.len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        (bench.snapshot().lots.len(), bench.calls(Door::Lot)),
        (2, 2),
        "one more, not one for each prescription"
    );
}

/// SAC is down: after five failures only probes go out; when it is back, everything goes.
#[actix_web::test]
async fn a_storm_is_drained_and_an_open_breaker_is_not_knocked_at() {
    let mut bench = bench().await;
    let address = bench.sac_goes_away().await;
    let listener = std::net::TcpListener::bind(address).unwrap();
    listener.set_nonblocking(true).unwrap();
    let knocks = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&knocks);
    // A SAC that accepts connections and closes them at once.
    let down = tokio::spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        while let Ok((connection, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            drop(connection);
        }
    });
    let ids = bench.confirm(30).await;
    // Send and view have a breaker each: five failures, four calls that were out already, then a probe each 600 ms.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let knocked = knocks.load(std::sync::atomic::Ordering::SeqCst);
    assert!((5..=28).contains(&knocked), "{knocked} calls to a SAC that is down");
    down.abort();
    let _aborted = down.await;
    bench.sac_comes_back(address).await;
    for id in ids {
        bench.until_state(id, State::Accepted).await;
    }
    bench.assert_books_agree().await;
}

/// A doctor with a hundred rows does not starve the one with a single one.
#[actix_web::test]
async fn the_queue_is_fair() {
    let mut bench = bench().await;
    bench.stop_runner().await;
    let other = {
        let db = &mut bench.world.db;
        let doctor = testing::insert_doctor(db, "verdi", "VERDI", "Anna");
        let patient = testing::insert_patient(db, doctor, "ROSSI", "Mario", "RSSMRA63E30L483L");
        (Owner::of_doctor(doctor), patient)
    };
    let many = bench.confirm_for(bench.world.owner, bench.world.patient, 60).await;
    let one = bench.confirm_for(other.0, other.1, 1).await[0];
    let (now, states) = (bench.clock.now(), vec![State::ToSend]);
    let (first, second) = (bench.world.owner.id(), other.0.id());
    assert_eq!(bench.write(queries::list_doctors_in_line).await, [first, second]);
    let lines = bench
        .write(move |conn| {
            let of = |conn: &mut _, doctor| queries::list_due(conn, doctor, &states, now, 4);
            Ok((of(conn, first)?, of(conn, second)?))
        })
        .await;
    assert_eq!(lines.0.iter().map(|due| due.id).collect::<Vec<_>>(), many[..4], "four of the first doctor");
    assert_eq!(lines.1.iter().map(|due| due.id).collect::<Vec<_>>(), [one], "one of the second");
}

/// Calls end one at a time, and somebody else comes while a hundred rows of one doctor are on their way: theirs is the next.
#[actix_web::test]
async fn whoever_comes_later_is_not_kept_waiting_by_a_long_line() {
    let mut bench = bench().await;
    bench.stop_runner().await;
    let other = {
        let db = &mut bench.world.db;
        let doctor = testing::insert_doctor(db, "verdi", "VERDI", "Anna");
        (Owner::of_doctor(doctor), testing::insert_patient(db, doctor, "ROSSI", "Mario", "RSSMRA63E30L483L"))
    };
    for millis in [200, 300, 400, 500] {
        bench.fault(Door::Send, Fault::Delay { millis });
    }
    let many = bench.confirm_for(bench.world.owner, bench.world.patient, 40).await;
    bench.start_runner();
    for _ in 0..200 {
        if bench.calls(Door::Send) == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.always(Door::Send, Fault::Delay { millis: 400 });
    let one = bench.confirm_for(other.0, other.1, 1).await[0];
    bench.pipeline.wake();
    // Their doctor has no credentials: served means told so.
    bench.until(one, "served", |row| row.wait_reason != WaitReason::None).await;
    let mut sent = 0;
    for id in &many {
        sent += usize::from(bench.row(*id).await.state == State::Accepted);
    }
    assert!(sent < 12, "{sent} of the long line went first");
}

/// Stopped while calls are out: they end and are recorded, nothing new is begun.
#[actix_web::test]
async fn stopping_finishes_what_is_out() {
    let mut bench = bench().await;
    bench.always(Door::Send, Fault::Delay { millis: 700 });
    let ids = bench.confirm(6).await;
    for _ in 0..200 {
        if bench.calls(Door::Send) == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bench.stop_runner().await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(bench.row(*id).await.state);
    }
    assert_eq!(states.iter().filter(|state| **state == State::Accepted).count(), 4, "{states:?}");
    assert_eq!(states.iter().filter(|state| **state == State::ToSend).count(), 2, "{states:?}");
    bench.assert_books_agree().await;
}

/// The process died with the request out; another one takes over when the lease has ended.
#[actix_web::test]
async fn a_new_runner_finds_out_what_became_of_the_dead_ones_work() {
    for registered in [true, false] {
        let mut bench = bench().await;
        bench.stop_runner().await;
        let id = bench.confirm_for(bench.world.owner, bench.world.patient, 1).await[0];
        let (timings, now) = (*bench.pipeline.timings(), bench.clock.now());
        let claimed = bench.write(move |conn| service::claim(conn, id, &timings, now)).await;
        let service::Claim::Work(work) = claimed else { panic!("not claimed") };
        if registered {
            let secrets = bench.pipeline.open_credentials(&work.credentials).unwrap();
            let _lost = bench.pipeline.sac().send(&secrets, &work.message).await;
        }
        bench.start_runner();
        bench.until_state(id, State::Accepted).await;
        assert_eq!(bench.snapshot().prescriptions.len(), 1);
        bench.assert_books_agree().await;
    }
}

/// The clock goes back two hours while rows wait: they do not wait two hours more.
#[actix_web::test]
async fn a_clock_put_back_delays_nothing() {
    let mut bench = bench().await;
    let address = bench.sac_goes_away().await;
    let id = bench.confirm_one().await;
    bench.until(id, "waiting", |row| row.wait_reason == WaitReason::SacDown).await;
    bench.clock.advance(chrono::TimeDelta::hours(-2));
    bench.sac_comes_back(address).await;
    bench.until_state(id, State::Accepted).await;
}

/// The clock is two hours ahead, the process is killed with a request out, the clock is right again, another process
/// starts: it waits one lease, not two hours.
#[actix_web::test]
async fn a_lease_of_a_clock_that_ran_ahead_ends_in_its_own_time() {
    let mut bench = bench().await;
    bench.stop_runner().await;
    let right = bench.clock.now();
    let id = bench.confirm_for(bench.world.owner, bench.world.patient, 1).await[0];
    let (timings, ahead) = (*bench.pipeline.timings(), right + chrono::TimeDelta::hours(2));
    let claimed = bench.write(move |conn| service::claim(conn, id, &timings, ahead)).await;
    assert!(matches!(claimed, service::Claim::Work(_)));
    bench.start_runner();
    bench.until_state(id, State::Accepted).await;
    bench.assert_books_agree().await;
}

/// Fifty wrong calls in a row at random, thirty prescriptions, two of them annulled: the books agree in the end.
#[actix_web::test]
async fn thirty_prescriptions_through_bad_weather() {
    let bench = bench().await;
    let faults = [
        Fault::AcceptThenDrop,
        Fault::Status { status: 502, accept: false },
        Fault::Status { status: 504, accept: true },
        Fault::AlreadyUsed,
        Fault::Truncated,
    ];
    for fault in faults {
        for door in [Door::Send, Door::View] {
            let plan = FaultPlan { service: Some(door), next: None, probability: Some(0.1), fault: fault.clone() };
            bench.simulator().engine.plan_fault(plan);
        }
    }
    let ids = bench.confirm(30).await;
    for id in ids {
        bench.until_state(id, State::Accepted).await;
    }
    bench.assert_books_agree().await;
}
