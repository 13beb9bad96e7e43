//! The collaborator's side: counters, news, taking back, copying, what the doctor changed.

use super::*;
use crate::identity::by::{By, Seen};
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
    let studio = w.studio();
    // The answer was lost: asked again, it is offered again.
    for _ in 0..2 {
        let offered = queries::list_offered(&mut w.db, &studio, None, 10).unwrap();
        assert_eq!(offered.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    }
    assert_eq!(acknowledge(&mut w.db, &studio, &[(id, State::Accepted)]).unwrap(), 1);
    assert_eq!(w.counters(), (0, 0, 0));
    assert!(queries::list_offered(&mut w.db, &studio, None, 10).unwrap().is_empty());
    assert_eq!(acknowledge(&mut w.db, &studio, &[(id, State::Accepted)]).unwrap(), 0, "twice is once");
}

#[test]
fn a_refusal_is_counted_until_it_is_read() {
    let mut w = world();
    let id = w.pending();
    w.decline(id);
    assert_eq!(w.counters(), (0, 0, 1));
    let studio = w.studio();
    assert_eq!(acknowledge(&mut w.db, &studio, &[(id, State::Accepted)]).unwrap(), 0, "not as it was not");
    assert_eq!(acknowledge(&mut w.db, &studio, &[(id, State::Declined)]).unwrap(), 1);
    assert_eq!(w.counters(), (0, 0, 0));
}

#[test]
fn an_annulment_after_the_download_is_news_again() {
    let mut w = world();
    let id = w.pending();
    w.send_one(id).unwrap();
    w.accept(id);
    let (studio, now, owner, revision) = (w.studio(), w.now, w.owner, w.revision(id));
    acknowledge(&mut w.db, &studio, &[(id, State::Accepted)]).unwrap();
    request_annul(&mut w.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision), "Terapia cambiata")
        .unwrap();
    assert_eq!(w.counters(), (0, 0, 0), "nobody knows yet");
    diesel::update(prescriptions::table.find(id))
        .set(prescriptions::state.eq(State::Annulled))
        .execute(&mut *w.db)
        .unwrap();
    assert_eq!(w.counters(), (0, 0, 1));
    acknowledge(&mut w.db, &studio, &[(id, State::Annulled)]).unwrap();
    assert_eq!(w.counters(), (0, 0, 0));
}

#[test]
fn what_is_mine_is_not_another_collaborators_nor_the_doctors() {
    let mut w = world();
    let id = w.pending();
    let (owner, anna, now) = (w.owner, w.anna, w.now);
    for author in [anna, owner.id()] {
        let by = By::guarded(owner, author, now);
        assert_eq!(service::find_counters(&mut w.db, &by).unwrap(), Counters::default());
        assert!(load_sent(&mut w.db, &by, SentView::Waiting, None, 10).unwrap().is_empty());
        let taken = w.db.write(|conn| withdraw_pending(conn, &by, Seen::new(id, 1)).map(|_| ()));
        assert!(matches!(taken, Err(ActError::NotFound)));
    }
    w.decline(id);
    let (anna, maria) = (By::guarded(owner, anna, now), w.studio());
    assert!(matches!(find_declined(&mut w.db, &anna, id), Err(ActError::NotFound)));
    assert_eq!(acknowledge(&mut w.db, &anna, &[(id, State::Declined)]).unwrap(), 0);
    assert!(find_declined(&mut w.db, &maria, id).is_ok());
}

#[test]
fn it_can_be_taken_back_until_the_doctor_has_decided() {
    let mut w = world();
    let (first, second) = (w.pending(), w.pending());
    let studio = w.studio();
    w.db.write(|conn| withdraw_pending(conn, &studio, Seen::new(first, 1)).map(|_| ())).unwrap();
    assert_eq!((w.state(first), w.counters()), (State::Draft, (1, 0, 0)));
    w.send_one(second).unwrap();
    let revision = w.revision(second);
    let late = w.db.write(|conn| withdraw_pending(conn, &studio, Seen::new(second, revision)).map(|_| ()));
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
        w.db.write(|conn| correct_pending(conn, &doctor, Seen::new(id, revision), &content)).unwrap();
    }
    let stale = Content { head: Default::default(), items: zimox(1).items };
    let late = w.db.write(|conn| correct_pending(conn, &doctor, Seen::new(id, 1), &stale));
    assert!(matches!(late, Err(ActError::Stale)));
    let studio = w.studio();
    let sent = load_sent(&mut w.db, &studio, SentView::Waiting, None, 10).unwrap();
    let changes: Vec<_> = sent[0].changes.iter().map(|c| (c.what, c.before.as_str(), c.after.as_str())).collect();
    assert_eq!(changes, [("pezzi", "1", "3")]);
    assert_eq!((sent[0].row.revision, sent[0].corrected_at), (3, Some(now)));
    w.send_one(id).unwrap();
    w.accept(id);
    assert_eq!(w.therapies()[0].0, 3, "what is sent is what the doctor corrected");
}
