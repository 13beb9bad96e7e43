//! A drug that the patient is allergic to: held out of INVIA TUTTI, sent with an answer of its own, which is kept.

use super::*;
use crate::prescribing::service::keep_answers;
use crate::safety::{Answer, Assessment};
use crate::validation::model::RowOutcome;
use crate::validation::queries;
use crate::validation::service::{Answers, DecideError, load_pending_one, retry_failed, send_one, send_seen};

fn safety(w: &mut World, id: i64) -> Assessment {
    let (owner, today) = (w.owner, w.doctor().today);
    load_pending_one(&mut w.db, owner, id, today).unwrap().unwrap().drugs[0].today.safety.clone()
}

fn send(w: &mut World, id: i64, seal: &str) -> Result<(), DecideError> {
    let answer = Answer {
        seal: seal.to_owned(),
        code: "tollerato".into(),
        reason: "Già preso in passato senza reazioni".into(),
    };
    let (who, seen) = (w.doctor(), Seen::new(id, w.revision(id)));
    w.db.write(|conn| send_one(conn, &who, seen, &Answers::from([(1, answer)])))
}

#[test]
fn it_goes_with_a_tick_and_a_reason_only_and_both_are_kept() {
    let mut w = world();
    let id = w.pending();
    w.allergy("penicilline");
    assert!(matches!(w.send_one(id), Err(DecideError::Unanswered)));
    let seal = safety(&mut w, id).seal();
    assert!(matches!(send(&mut w, id, "another"), Err(DecideError::Unanswered)), "a tick for what was not shown");
    w.allergy("amoxicillina");
    assert!(matches!(send(&mut w, id, &seal), Err(DecideError::Unanswered)), "more is known than was seen");
    assert_eq!(w.state(id), State::Pending);
    let seal = safety(&mut w, id).seal();
    send(&mut w, id, &seal).unwrap();
    assert_eq!(w.state(id), State::ToSend);
    let kept = pipeline::list_safety_answers(&mut w.db, &[id]).unwrap();
    let said: Vec<_> =
        kept.iter().map(|row| (row.subject.as_str(), row.reason_code.as_str(), row.row_number)).collect();
    assert_eq!(said, [("penicilline", "tollerato", 1), ("amoxicillina", "tollerato", 1)]);
    assert!(kept.iter().all(|row| row.edition.contains("non revisionate") && row.actor_id == w.owner.id()));
}

#[test]
fn it_is_held_out_of_invia_tutti_and_the_others_go() {
    let mut w = world();
    let allergic = w.pending();
    w.allergy("penicilline");
    let stranger = testing::insert_patient(&mut w.db, w.owner.id(), "ROSSI", "Anna", "RSSNNA63E70L483P");
    let other = w.submit("another", &[zimox(stranger)])[0];
    let doctor = w.doctor();
    let seen = w.seen(&[allergic, other]);
    let round = w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    let rows = queries::list_round(&mut w.db, w.owner, round).unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.id, row.outcome)).collect();
    assert_eq!(told, [(other, RowOutcome::Sent), (allergic, RowOutcome::Alerted)]);
    assert_eq!((w.state(allergic), w.state(other)), (State::Pending, State::ToSend));
    let alone = w.seen(&[allergic]);
    let nothing = w.db.write(|conn| send_seen(conn, &doctor, None, &alone));
    assert!(matches!(nothing, Err(DecideError::Unanswered)), "a second press sends it no more than the first");
}

#[test]
fn what_sac_refused_is_tried_again_with_its_answer_or_not_at_all() {
    let mut w = world();
    let id = w.pending();
    let doctor = w.doctor();
    let seen = w.seen(&[id]);
    let round = w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    w.refuse(id);
    w.allergy("penicilline");
    let retried = w.db.write(|conn| retry_failed(conn, &doctor, round, None)).unwrap();
    assert_eq!((retried.tried, retried.outdated), (0, 1), "the allergy was not known when it was sent");
    let answer = Answer { seal: String::new(), code: "lieve".into(), reason: "Reazione lieve o dubbia".into() };
    let found = crate::safety::assess(
        &crate::safety::Facts {
            drug: crate::safety::Drug { label: "ZIMOX*12CPR 1G", substance: "AMOXICILLINA", atc: "J01CA04" },
            allergies: &[crate::safety::Allergen { words: "penicilline".into(), ..Default::default() }],
        },
        crate::safety::Edition::shipped(),
        doctor.today,
    );
    let kept = [(1, &found, Some(&answer))];
    w.db.write(|conn| keep_answers(conn, &doctor, id, &kept)).unwrap();
    let retried = w.db.write(|conn| retry_failed(conn, &doctor, round, None)).unwrap();
    assert_eq!((retried.tried, retried.outdated), (1, 0));
    let after = queries::list_round(&mut w.db, w.owner, round).unwrap()[0].id;
    assert_ne!(after, id);
    assert_eq!(pipeline::list_safety_answers(&mut w.db, &[after]).unwrap()[0].reason_code, "lieve");
}
