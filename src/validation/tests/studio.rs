//! The collaborator's side: counters, news, taking back, copying, what the doctor changed.

use super::*;
use crate::prescriptions::model::Content;
use crate::prescriptions::service::{ActError, correct_pending, find_declined, request_annul, withdraw_pending};
use crate::validation::model::SentView;
use crate::validation::queries;
use crate::validation::service::{acknowledge, load_sent};

#[test]
fn the_counters_go_from_waiting_to_validated_to_nothing() {
    let mut w = world();
    assert_eq!(w.counters(), (0, 0, 0));
    let id = w.pending();
    assert_eq!(w.counters(), (1, 0, 0));
    w.send_one(id).unwrap();
    assert_eq!(w.counters(), (1, 0, 0), "on its way to SAC it still waits");
    w.accept(id);
    assert_eq!(w.counters(), (0, 1, 0));
    let (studio, now) = (w.studio(), w.now);
    // The answer was lost: asked again, it is offered again.
    for _ in 0..2 {
        let offered = queries::list_offered(&mut w.db, studio.0, studio.1, None, 10).unwrap();
        assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    }
    assert_eq!(acknowledge(&mut w.db, studio, &[(id, State::Accepted)], now).unwrap(), 1);
    assert_eq!(w.counters(), (0, 0, 0));
    assert!(queries::list_offered(&mut w.db, studio.0, studio.1, None, 10).unwrap().is_empty());
    assert_eq!(acknowledge(&mut w.db, studio, &[(id, State::Accepted)], now).unwrap(), 0, "twice is once");
}

#[test]
fn a_refusal_is_counted_until_it_is_read() {
    let mut w = world();
    let id = w.pending();
    w.decline(id);
    assert_eq!(w.counters(), (0, 0, 1));
    let (studio, now) = (w.studio(), w.now);
    assert_eq!(acknowledge(&mut w.db, studio, &[(id, State::Accepted)], now).unwrap(), 0, "not as it was not");
    assert_eq!(acknowledge(&mut w.db, studio, &[(id, State::Declined)], now).unwrap(), 1);
    assert_eq!(w.counters(), (0, 0, 0));
}

#[test]
fn an_annulment_after_the_download_is_news_again() {
    let mut w = world();
    let id = w.pending();
    w.send_one(id).unwrap();
    w.accept(id);
    let (studio, now, owner, revision) = (w.studio(), w.now, w.owner, w.revision(id));
    acknowledge(&mut w.db, studio, &[(id, State::Accepted)], now).unwrap();
    request_annul(&mut w.db, owner, owner.id(), id, revision, "Terapia cambiata", now).unwrap();
    assert_eq!(w.counters(), (0, 0, 0), "nobody knows yet");
    diesel::update(prescriptions::table.find(id))
        .set(prescriptions::state.eq(State::Annulled))
        .execute(&mut *w.db)
        .unwrap();
    assert_eq!(w.counters(), (0, 0, 1));
    acknowledge(&mut w.db, studio, &[(id, State::Annulled)], now).unwrap();
    assert_eq!(w.counters(), (0, 0, 0));
}

#[test]
fn what_is_mine_is_not_another_collaborators_nor_the_doctors() {
    let mut w = world();
    let id = w.pending();
    let (owner, anna, now) = (w.owner, w.anna, w.now);
    for author in [anna, owner.id()] {
        let counters = service::find_counters(&mut w.db, owner, author).unwrap();
        assert_eq!(counters, Counters::default());
        assert!(load_sent(&mut w.db, (owner, author), SentView::Waiting, None, 10).unwrap().is_empty());
        let taken = w.db.write(|conn| withdraw_pending(conn, owner, author, (id, 1), now).map(|_| ()));
        assert!(matches!(taken, Err(ActError::NotFound)));
    }
    w.decline(id);
    assert!(matches!(find_declined(&mut w.db, owner, anna, id), Err(ActError::NotFound)));
    assert_eq!(acknowledge(&mut w.db, (owner, anna), &[(id, State::Declined)], now).unwrap(), 0);
    assert!(find_declined(&mut w.db, owner, w.maria, id).is_ok());
}

#[test]
fn it_can_be_taken_back_until_the_doctor_has_decided() {
    let mut w = world();
    let (first, second) = (w.pending(), w.pending());
    let (studio, now) = (w.studio(), w.now);
    w.db.write(|conn| withdraw_pending(conn, studio.0, studio.1, (first, 1), now).map(|_| ())).unwrap();
    assert_eq!((w.state(first), w.counters()), (State::Draft, (1, 0, 0)));
    w.send_one(second).unwrap();
    let revision = w.revision(second);
    let late = w.db.write(|conn| withdraw_pending(conn, studio.0, studio.1, (second, revision), now).map(|_| ()));
    assert!(matches!(late, Err(ActError::Stale)), "somebody is sending it");
    assert_eq!(w.state(second), State::ToSend);
}

#[test]
fn the_collaborator_sees_what_the_doctor_changed_from_first_to_last() {
    let mut w = world();
    let id = w.pending();
    let (doctor, now) = (w.doctor(), w.now);
    for (revision, pieces) in [(1, 2), (2, 3)] {
        let item = NewItem { pieces, ..zimox(1).items[0].clone() };
        let content = Content { head: Default::default(), items: vec![item] };
        w.db.write(|conn| correct_pending(conn, doctor.0, doctor.1, (id, revision), &content, now)).unwrap();
    }
    let stale = Content { head: Default::default(), items: zimox(1).items };
    let late = w.db.write(|conn| correct_pending(conn, doctor.0, doctor.1, (id, 1), &stale, now));
    assert!(matches!(late, Err(ActError::Stale)));
    let studio = w.studio();
    let sent = load_sent(&mut w.db, studio, SentView::Waiting, None, 10).unwrap();
    let changes: Vec<_> = sent[0].changes.iter().map(|c| (c.what, c.before.as_str(), c.after.as_str())).collect();
    assert_eq!(changes, [("pezzi", "1", "3")]);
    assert_eq!((sent[0].row.revision, sent[0].corrected_at), (3, Some(now)));
    w.send_one(id).unwrap();
    w.accept(id);
    assert_eq!(w.therapies()[0].0, 3, "what is sent is what the doctor corrected");
}
