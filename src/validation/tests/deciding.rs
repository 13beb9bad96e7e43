//! Sending one, sending what was seen, refusing, trying again.

use super::*;
use crate::db::schema::{prescription_events, prescription_items, sac_credentials};
use crate::identity::by::{By, Seen};
use crate::prescribing::service::Lacking;
use crate::prescriptions::model::{Content, Event};
use crate::prescriptions::service::{correct_pending, withdraw_pending};
use crate::validation::model::RowOutcome;
use crate::validation::queries;
use crate::validation::service::{DecideError, retry_failed, send_seen};

#[test]
fn one_is_sent_by_the_doctor_only_and_at_the_revision_seen_only() {
    let mut w = world();
    let id = w.pending();
    assert!(w.therapies().is_empty(), "the record knows nothing of what waits");
    let (stranger, doctor) = (By::guarded(w.other, w.other.id(), w.now), w.doctor());
    let foreign = w.db.write(|conn| service::send_one(conn, &stranger, Seen::new(id, 1), &service::Answers::new()));
    assert!(matches!(foreign, Err(DecideError::NotFound)));
    let stale = w.db.write(|conn| service::send_one(conn, &doctor, Seen::new(id, 2), &service::Answers::new()));
    assert!(matches!(stale, Err(DecideError::MovedOn)));
    assert_eq!(w.state(id), State::Pending);
    w.now += TimeDelta::days(1);
    let (owner, now) = (w.owner, w.now);
    make_ready(&mut w.db, owner, now);
    w.send_one(id).unwrap();
    let row = pipeline::find(&mut w.db, id).unwrap().unwrap();
    assert_eq!((row.state, row.author_id, row.confirmed_by), (State::ToSend, w.maria, Some(w.owner.id())));
    assert_eq!(row.compiled_at, w.now, "the day of the prescription is the day of the yes");
    assert_eq!(w.therapies(), [(1, "1 ogni 12 ore".to_owned(), Some(id))]);
    w.accept(id);
    assert_eq!(w.state(id), State::Accepted, "what goes out is what was confirmed");
    assert!(matches!(w.send_one(id), Err(DecideError::MovedOn)), "never twice");
}

#[test]
fn a_content_that_changed_by_itself_is_not_sent() {
    let mut w = world();
    let id = w.pending();
    let row = prescription_items::table.filter(prescription_items::prescription_id.eq(id));
    diesel::update(row).set(prescription_items::pieces.eq(9)).execute(&mut *w.db).unwrap();
    assert!(matches!(w.send_one(id), Err(DecideError::Broken)));
    assert_eq!((w.state(id), w.therapies().len()), (State::Pending, 0));
}

#[test]
fn nothing_leaves_without_credentials_and_all_waits_as_it_was() {
    let mut w = world();
    let id = w.pending();
    diesel::delete(sac_credentials::table).execute(&mut *w.db).unwrap();
    match w.send_one(id) {
        Err(DecideError::NotReady(lacking)) => assert_eq!(lacking, [Lacking::Credentials]),
        _ => panic!("it must not leave"),
    }
    assert_eq!(w.state(id), State::Pending);
}

fn outcomes(w: &mut World, round: i64) -> Vec<(i64, RowOutcome)> {
    queries::list_round(&mut w.db, w.owner, round).unwrap().iter().map(|row| (row.id, row.outcome)).collect()
}

/// R9: what was seen is sent; what came, changed, went or never was the doctor's is not, and is named.
#[test]
fn all_that_was_seen_is_sent_and_nothing_else() {
    let mut w = world();
    let ids: Vec<i64> = (0..4).map(|_| w.pending()).collect();
    let seen = w.seen(&ids);
    let (doctor, studio) = (w.doctor(), w.studio());
    // From the studio, after the page was shown: one new, one corrected, one taken back.
    let new = w.pending();
    let content = Content { head: Default::default(), items: vec![NewItem { pieces: 2, ..zimox(1).items[0].clone() }] };
    w.db.write(|conn| correct_pending(conn, &doctor, seen[1], &content)).unwrap();
    w.db.write(|conn| withdraw_pending(conn, &studio, seen[2]).map(|_| ())).unwrap();
    let mut posted = seen.clone();
    posted.extend([Seen::new(999_999, 1), seen[0]]);
    let round = w.db.write(|conn| send_seen(conn, &doctor, None, &posted)).unwrap();
    let expected = [
        (ids[0], RowOutcome::Sent),
        (ids[1], RowOutcome::Changed),
        (ids[2], RowOutcome::Changed),
        (ids[3], RowOutcome::Sent),
        (new, RowOutcome::New),
    ];
    assert_eq!(outcomes(&mut w, round), expected);
    let states: Vec<State> = [ids.clone(), vec![new]].concat().iter().map(|id| w.state(*id)).collect();
    assert_eq!(states, [State::ToSend, State::Pending, State::Draft, State::ToSend, State::Pending]);
    let other = w.other;
    assert!(queries::list_round(&mut w.db, other, round).unwrap().is_empty(), "another doctor sees no round of mine");
}

#[test]
fn a_filter_narrows_what_is_called_new() {
    let mut w = world();
    let theirs = testing::insert_patient(&mut w.db, w.owner.id(), "ROSSI", "Mario", "RSSMRA63E30L483L");
    let mine = w.pending();
    w.submit("of the other patient", &[zimox(theirs)]);
    let (doctor, seen, patient) = (w.doctor(), w.seen(&[mine]), w.patient);
    let round = w.db.write(|conn| send_seen(conn, &doctor, Some(patient), &seen)).unwrap();
    assert_eq!(outcomes(&mut w, round), [(mine, RowOutcome::Sent)]);
    assert!(matches!(w.db.write(|conn| send_seen(conn, &doctor, None, &[])), Err(DecideError::Nothing)));
}

#[test]
fn packs_of_one_sending_are_one_therapy() {
    let mut w = world();
    let (mut two, one) = (zimox(w.patient), zimox(w.patient));
    two.items[0].pieces = 2;
    let ids = w.submit("together", &[two, one]);
    let (doctor, seen) = (w.doctor(), w.seen(&ids));
    w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    assert_eq!(w.therapies(), [(3, "1 ogni 12 ore".to_owned(), Some(ids[0]))]);
    // The next sending is a therapy of its own.
    let later = w.pending();
    w.send_one(later).unwrap();
    assert_eq!(w.therapies().len(), 2);
}

#[test]
fn a_refusal_is_final_and_goes_back_with_its_reason() {
    let mut w = world();
    let id = w.pending();
    w.decline(id);
    let row = pipeline::find(&mut w.db, id).unwrap().unwrap();
    assert_eq!((row.state, row.annul_reason.as_str()), (State::Declined, "Il paziente ne ha ancora"));
    assert!(matches!(w.send_one(id), Err(DecideError::MovedOn)));
    let events: Vec<Event> = prescription_events::table
        .filter(prescription_events::prescription_id.eq(id))
        .order(prescription_events::id)
        .select(prescription_events::event)
        .load(&mut *w.db)
        .unwrap();
    assert_eq!(events, [Event::Submit, Event::Decline]);
    assert!(w.therapies().is_empty());
}

#[test]
fn only_what_failed_is_tried_again() {
    let mut w = world();
    let ids: Vec<i64> = (0..3).map(|_| w.pending()).collect();
    let (doctor, seen) = (w.doctor(), w.seen(&ids));
    let round = w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    w.accept(ids[0]);
    w.refuse(ids[1]);
    let tried = w.db.write(|conn| retry_failed(conn, &doctor, round, None)).unwrap().tried;
    assert_eq!(tried, 1);
    let now: Vec<i64> = outcomes(&mut w, round).into_iter().map(|(id, _)| id).collect();
    let again = now[1];
    assert_eq!((now[0], now[2]), (ids[0], ids[2]));
    let row = pipeline::find(&mut w.db, again).unwrap().unwrap();
    assert_eq!((row.state, row.copied_from, row.author_id), (State::ToSend, Some(ids[1]), w.maria));
    assert_eq!((w.state(ids[1]), w.state(ids[0])), (State::Draft, State::Accepted));
    let linked: Vec<Option<i64>> = w.therapies().into_iter().map(|therapy| therapy.2).collect();
    assert_eq!(linked, [Some(ids[0]), Some(again), Some(ids[2])], "the therapy follows, there is no second one");
    assert_eq!(w.db.write(|conn| retry_failed(conn, &doctor, round, None)).unwrap().tried, 0, "a second click is none");
    let stranger = By::guarded(w.other, w.other.id(), w.now);
    let foreign = w.db.write(|conn| retry_failed(conn, &stranger, round, None));
    assert!(matches!(foreign, Err(DecideError::NotFound)));
    w.accept(again);
    assert_eq!(w.counters(), (1, 2, 0), "what was sent again is still Maria's");
}
