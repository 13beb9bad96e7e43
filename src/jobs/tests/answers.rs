//! One test per line of the answer table, and the views that follow.

use super::*;
use crate::identity::by::{By, Seen};
use crate::prescriptions::model::{WaitReason, notes_from_json};
use sac::SacError;

/// A fault strikes the next send; the prescription is registered all the same, once, and its code is adopted.
async fn adopted_after(fault: Fault) {
    let bench = bench().await;
    bench.fault(Door::Send, fault);
    let id = bench.confirm_one().await;
    let row = bench.until_state(id, State::Accepted).await;
    assert!(row.is_deliverable());
    assert_eq!(bench.calls(Door::Send), 1, "adopted, not sent again");
    bench.assert_books_agree().await;
}

/// A fault strikes the next send, and nothing is registered: the same request goes out again.
async fn sent_again_after(fault: Fault) {
    let bench = bench().await;
    bench.fault(Door::Send, fault);
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!((bench.calls(Door::Send), bench.snapshot().prescriptions.len()), (2, 1));
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn accepted() {
    let bench = bench().await;
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!((bench.calls(Door::Send), bench.calls(Door::View)), (1, 0));
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn accepted_with_warnings_and_sacs_own_pdf() {
    let bench = bench().await;
    bench.simulator().engine.set_promemoria(true);
    bench.fault(Door::Send, Fault::Warning { code: "1024".into() });
    let id = bench.confirm_one().await;
    let row = bench.until_state(id, State::Accepted).await;
    let warnings: Vec<SacError> = notes_from_json(&row.errors);
    assert!(warnings.iter().any(|warning| warning.code == "1024" && !warning.blocking), "{warnings:?}");
    let pdf = bench
        .write(move |conn| prescriptions::table.find(id).select(prescriptions::sac_pdf).first::<Option<Vec<u8>>>(conn));
    assert!(pdf.await.unwrap().starts_with(b"%PDF-"));
}

#[actix_web::test]
async fn refused() {
    let bench = bench().await;
    bench.fault(Door::Send, Fault::Refuse { code: "1037".into() });
    let id = bench.confirm_one().await;
    let row = bench.until_state(id, State::Discarded).await;
    let errors: Vec<SacError> = notes_from_json(&row.errors);
    assert!(errors.iter().any(|error| error.code == "1037" && error.blocking));
    assert!(row.auth_code.is_empty());
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn already_used_though_never_seen() {
    sent_again_after(Fault::AlreadyUsed).await;
}

#[actix_web::test]
async fn http_401_waits_for_the_doctor() {
    let bench = bench().await;
    bench.fault(Door::Send, Fault::Status { status: 401, accept: false });
    let id = bench.confirm_one().await;
    let row = bench.until(id, "waiting", |row| row.wait_reason == WaitReason::CredentialsRefused).await;
    assert_eq!((row.state, row.next_try_at), (State::ToSend, None));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.calls(Door::Send), 1, "never tried again alone");
    let (owner, now) = (bench.world.owner, bench.clock.now());
    bench.write(move |conn| queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)).await;
    bench.pipeline.wake();
    bench.until_state(id, State::Accepted).await;
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn an_expired_session_waits_for_the_doctor() {
    let bench = bench().await;
    bench.simulator().engine.revoke_sessions(fixtures::DEMO_DOCTOR).unwrap();
    let id = bench.confirm_one().await;
    let row = bench.until(id, "waiting", |row| row.wait_reason == WaitReason::SessionExpired).await;
    assert_eq!((row.state, row.next_try_at), (State::ToSend, None));
}

/// Every form in which SAC refuses the sender: the queue stands, nothing is burnt, and afterwards everything goes by itself.
#[actix_web::test]
async fn a_refusal_of_the_sender_holds_the_queue_and_burns_nothing() {
    let soap = |text: &str| Fault::SoapFault { status: 500, text: text.into() };
    let saying = |code: &str, text: &str| Fault::RefuseSaying { code: code.into(), text: text.into() };
    let faults = [
        (Fault::Refuse { code: "1001".into() }, WaitReason::CredentialsRefused),
        (Fault::Refuse { code: "1002".into() }, WaitReason::CredentialsRefused),
        (Fault::Refuse { code: "1003".into() }, WaitReason::CredentialsRefused),
        (Fault::Refuse { code: "9101".into() }, WaitReason::SessionExpired),
        (soap("9101 id-sessione non presente o non valido"), WaitReason::SessionExpired),
        (saying("9400", "Password scaduta (from client)"), WaitReason::CredentialsRefused),
        (soap("Password scaduta (from client)"), WaitReason::CredentialsRefused),
        (saying("9401", "Utente disabilitato (from client)"), WaitReason::CredentialsRefused),
        (soap("Utente disabilitato (from client)"), WaitReason::CredentialsRefused),
        (saying("9402", "Credenziali non presenti (from client)"), WaitReason::CredentialsRefused),
        (soap("Credenziali non presenti (from client)"), WaitReason::CredentialsRefused),
    ];
    let bench = bench().await;
    for (fault, reason) in faults {
        let before = bench.calls(Door::Send);
        bench.fault(Door::Send, fault.clone());
        let id = bench.confirm_one().await;
        let row = bench.until(id, "waiting", |row| row.wait_reason == reason).await;
        assert_eq!((row.state, row.next_try_at), (State::ToSend, None), "{fault:?}");
        let later = bench.confirm_one().await;
        bench.until(later, "waiting too", |row| row.wait_reason == reason).await;
        assert_eq!(bench.calls(Door::Send), before + 1, "{fault:?}: never tried again alone");
        let (owner, now) = (bench.world.owner, bench.clock.now());
        bench.write(move |conn| queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)).await;
        bench.pipeline.wake();
        let accepted = bench.until_state(id, State::Accepted).await;
        assert_eq!(accepted.nre, row.nre, "{fault:?}: the same number");
        bench.until_state(later, State::Accepted).await;
    }
    bench.assert_books_agree().await;
}

/// The lots are asked for with the same credentials: refused there, nobody asks again with them.
#[actix_web::test]
async fn a_refusal_at_the_lots_holds_the_queue_too() {
    let mut bench = bench_at(Timings::scaled(50)).await;
    bench.fault(Door::Lot, Fault::SoapFault { status: 500, text: "Password scaduta (from client)".into() });
    bench.start_runner();
    let id = bench.confirm_one().await;
    bench.until(id, "waiting", |row| row.wait_reason == WaitReason::CredentialsRefused).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.calls(Door::Lot), 1, "never tried again alone");
    let (owner, now) = (bench.world.owner, bench.clock.now());
    bench.write(move |conn| queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)).await;
    bench.pipeline.wake();
    bench.until_state(id, State::Accepted).await;
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn a_fault_waits_for_somebody() {
    let bench = bench().await;
    bench.fault(Door::Send, Fault::SoapFault { status: 500, text: "cvc-simple-type 1: integerType".into() });
    let id = bench.confirm_one().await;
    let row = bench.until(id, "waiting", |row| row.wait_reason == WaitReason::MessageRefused).await;
    assert_eq!((row.state, row.next_try_at, row.attention), (State::ToSend, None, true));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bench.calls(Door::Send), 1);
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn connection_refused_goes_back_to_the_queue() {
    let mut bench = bench().await;
    let address = bench.sac_goes_away().await;
    let id = bench.confirm_one().await;
    let row = bench.until(id, "waiting", |row| row.wait_reason == WaitReason::SacDown).await;
    assert_eq!(row.state, State::ToSend);
    bench.sac_comes_back(address).await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!(bench.calls(Door::View), 0, "not processed is proven: nothing to verify");
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn a_connection_dropped_after_accepting() {
    adopted_after(Fault::AcceptThenDrop).await;
}

#[actix_web::test]
async fn a_timeout_after_accepting() {
    adopted_after(Fault::Delay { millis: 2_500 }).await;
}

/// SAC takes the request in only after we have looked for it in vain and sent it again: one of the two is registered.
#[actix_web::test]
async fn a_request_that_lands_late() {
    let bench = bench().await;
    bench.fault(Door::Send, Fault::LateAccept { millis: 2_500 });
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.snapshot().prescriptions.len(), 1);
    bench.assert_books_agree().await;
}

#[actix_web::test]
async fn garbage_after_accepting() {
    adopted_after(Fault::AcceptThenGarble).await;
}

#[actix_web::test]
async fn half_an_answer() {
    adopted_after(Fault::Truncated).await;
}

#[actix_web::test]
async fn the_answer_of_another_prescription() {
    adopted_after(Fault::OtherNre).await;
}

#[actix_web::test]
async fn a_gateway_that_gave_up_though_sac_did_not() {
    for status in [502, 503, 504, 408] {
        adopted_after(Fault::Status { status, accept: true }).await;
    }
}

#[actix_web::test]
async fn server_errors_without_a_fault() {
    for status in [500, 502, 503, 504] {
        sent_again_after(Fault::Status { status, accept: false }).await;
    }
}

#[actix_web::test]
async fn a_redirect() {
    sent_again_after(Fault::Redirect).await;
}

#[actix_web::test]
async fn too_large_and_a_bomb() {
    sent_again_after(Fault::Huge).await;
    sent_again_after(Fault::Bomb).await;
}

/// The view itself goes wrong in every way first.
#[actix_web::test]
async fn views_that_fail_are_repeated() {
    let bench = bench().await;
    bench.fault(Door::Send, Fault::AcceptThenDrop);
    for fault in
        [Fault::Status { status: 504, accept: false }, Fault::Truncated, Fault::OtherNre, Fault::AcceptThenDrop]
    {
        bench.fault(Door::View, fault);
    }
    let id = bench.confirm_one().await;
    bench.until_state(id, State::Accepted).await;
    assert_eq!((bench.calls(Door::Send), bench.calls(Door::View)), (1, 5));
}

async fn annul(bench: &Bench, id: i64) {
    let (owner, now) = (bench.world.owner, bench.clock.now());
    bench
        .write(move |conn| {
            let revision = queries::find(conn, id)?.unwrap().revision;
            service::request_annul(
                conn,
                &By::guarded(owner, owner.id(), now),
                Seen::new(id, revision),
                "Prescritta due volte",
            )
            .unwrap();
            Ok(())
        })
        .await;
    bench.pipeline.wake();
}

#[actix_web::test]
async fn annulled_whatever_happens_to_the_answer() {
    let bench = bench().await;
    let ids = bench.confirm(4).await;
    for id in &ids {
        bench.until_state(*id, State::Accepted).await;
    }
    let faults =
        [None, Some(Fault::AcceptThenDrop), Some(Fault::Status { status: 502, accept: false }), Some(Fault::Truncated)];
    for (id, fault) in ids.iter().zip(faults) {
        if let Some(fault) = fault {
            bench.fault(Door::Annul, fault);
        }
        annul(&bench, *id).await;
        bench.until_state(*id, State::Annulled).await;
    }
    bench.assert_books_agree().await;
    assert!(bench.snapshot().prescriptions.iter().all(|held| held.state == 4));
}

#[actix_web::test]
async fn what_the_pharmacy_has_is_not_annulled_and_the_doctor_reads_why() {
    let bench = bench().await;
    let id = bench.confirm_one().await;
    let row = bench.until_state(id, State::Accepted).await;
    bench.simulator().engine.set_state(row.nre.as_deref().unwrap(), 8).unwrap();
    annul(&bench, id).await;
    let row = bench.until(id, "refused", |row| row.errors.contains("risulta erogata")).await;
    assert_eq!(row.state, State::Accepted);
    assert_eq!(bench.calls(Door::Annul), 1, "asked once");
}

/// A restored backup: five numbers were used since. The first to meet one is told, what is missing is fetched, and the
/// others go their way.
#[actix_web::test]
async fn numbers_used_since_the_backup_are_found_out_once() {
    let bench = bench().await;
    for id in bench.confirm(5).await {
        bench.until_state(id, State::Accepted).await;
    }
    let lost: Vec<String> = bench.snapshot().prescriptions.into_iter().map(|held| held.registered.nre).collect();
    bench
        .write(|conn| {
            use crate::db::schema::{nre_uses, prescription_events, prescription_items, sac_attempts};
            diesel::delete(crate::db::schema::delivery_items::table).execute(conn)?;
            diesel::delete(crate::db::schema::deliveries::table).execute(conn)?;
            diesel::delete(nre_uses::table).execute(conn)?;
            diesel::delete(sac_attempts::table).execute(conn)?;
            diesel::delete(prescription_events::table).execute(conn)?;
            diesel::delete(prescription_items::table).execute(conn)?;
            diesel::delete(prescriptions::table).execute(conn)?;
            diesel::update(nre_lots::table).set(nre_lots::next_number.eq(0)).execute(conn)
        })
        .await;
    // As days later: what is confirmed now was not written in the second of what is there.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let first = bench.confirm_one().await;
    let row = bench.until_state(first, State::Discarded).await;
    assert!(row.errors.contains("1016") && lost.contains(&row.nre.unwrap()));
    let owner = bench.world.owner;
    for _ in 0..200 {
        if bench.write(move |conn| queries::list_found(conn, owner)).await.len() == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let found = bench.write(move |conn| queries::list_found(conn, owner)).await;
    assert_eq!(found.into_iter().map(|found| found.nre).collect::<Vec<_>>(), lost);
    for id in bench.confirm(3).await {
        let row = bench.until_state(id, State::Accepted).await;
        assert!(!lost.contains(&row.nre.unwrap()));
    }
    assert_eq!(bench.snapshot().prescriptions.len(), 8);
}
