//! From the basket to the queue and the record; repeating and correcting.

use std::collections::HashMap;

use super::*;
use crate::db::schema::{drafts, nre_lots, prescriptions, therapies};
use crate::identity::by::{By, Seen};
use crate::identity::form_keys::FormKey;
use crate::prescribing::model::VisitKind;
use crate::prescribing::queries;
use crate::prescribing::service::{ConfirmError, Confirmation, Confirmed, Lacking};
use crate::prescriptions::model::State;
use crate::record::model::{ProblemFilter, Window};
use crate::safety::Answer;

/// What a review page posts.
struct Posted {
    key: String,
    content: Vec<u8>,
    revision: i64,
    fingerprint: String,
    answers: HashMap<i64, Answer>,
}

impl Posted {
    fn of(review: &Review) -> Self {
        Self {
            key: review.draft.confirmation_key(),
            content: review.fingerprint.clone().into_bytes(),
            revision: review.draft.revision,
            fingerprint: review.fingerprint.clone(),
            answers: HashMap::new(),
        }
    }
}

fn send(w: &mut World, posted: &Posted) -> Result<Confirmed, ConfirmError> {
    let (by, patient) = (w.by, w.key.patient);
    let confirmation = Confirmation {
        form: &FormKey::new(posted.key.as_str(), &posted.content),
        revision: posted.revision,
        fingerprint: &posted.fingerprint,
        visit: VisitKind::Home,
        hide_data: true,
        answers: &posted.answers,
    };
    // As the portal runs it: rolled back when it fails.
    w.db.write(|conn| service::confirm(conn, &by, patient, &confirmation, |ids| format!("/esito/{}", ids.len())))
}

fn send_all(w: &mut World) -> Vec<i64> {
    let posted = Posted::of(&w.review());
    match send(w, &posted).unwrap() {
        Confirmed::Queued(ids) => ids,
        Confirmed::Before(path) => panic!("already sent: {path}"),
    }
}

fn count_prescriptions(w: &mut World) -> i64 {
    prescriptions::table.count().get_result(&mut *w.db).unwrap()
}

#[test]
fn what_was_seen_is_queued_remembered_and_the_basket_is_gone() {
    let mut w = world();
    w.prescribe(ZIMOX, |item| {
        item.pieces = 3;
        item.posology = "1 compressa ogni 12 ore".to_owned();
        item.continuous = true;
    });
    let ids = send_all(&mut w);
    assert_eq!(ids.len(), 2);
    let row = pipeline::find_owned(&mut w.db, w.key.owner, ids[0]).unwrap().unwrap();
    assert_eq!((row.state, row.visit_kind.as_str(), row.hide_data), (State::ToSend, "D", true));
    assert_eq!(row.content_hash.len(), 64);
    let packs: Vec<i64> =
        pipeline::list_items(&mut w.db, &ids).unwrap().iter().map(|item| item.content.pieces).collect();
    assert_eq!(packs, [2, 1]);
    assert!(w.find_review().is_none());
    let window = Window::first(ProblemFilter::All);
    let kept = record_therapies(&mut w, &window);
    assert_eq!(kept.len(), 1, "one therapy, however many prescriptions");
    assert_eq!((kept[0].pieces, kept[0].continuous, kept[0].prescription_id), (3, true, Some(ids[0])));
    let used = queries::list_used_posologies(&mut w.db, w.key.owner, ZIMOX).unwrap();
    assert_eq!(used, ["1 compressa ogni 12 ore"]);
}

fn record_therapies(w: &mut World, window: &Window) -> Vec<crate::record::model::TherapyValues> {
    let rows = crate::record::queries::list_therapies(&mut w.db, w.key.owner, w.key.patient, window).unwrap();
    rows.into_iter().map(|row| row.therapy.values).collect()
}

#[test]
fn the_same_page_twice_issues_once() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let posted = Posted::of(&w.review());
    assert!(matches!(send(&mut w, &posted), Ok(Confirmed::Queued(_))));
    assert_eq!(send(&mut w, &posted).unwrap(), Confirmed::Before("/esito/1".to_owned()));
    assert_eq!(count_prescriptions(&mut w), 1);
}

#[test]
fn the_same_page_with_other_choices_is_refused() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let mut posted = Posted::of(&w.review());
    send(&mut w, &posted).unwrap();
    posted.content.push(b'x');
    assert!(matches!(send(&mut w, &posted), Err(ConfirmError::Altered)));
    assert_eq!(count_prescriptions(&mut w), 1);
}

#[test]
fn an_old_page_never_reaches_a_later_basket() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let old = Posted::of(&w.review());
    send(&mut w, &old).unwrap();
    // SQLite may give the deleted basket's id again.
    w.prescribe(ZIMOX, |_| {});
    let fresh = Posted::of(&w.review());
    assert_ne!(old.key, fresh.key);
    assert!(matches!(send(&mut w, &old), Ok(Confirmed::Before(_))));
    assert!(w.find_review().is_some(), "the later basket is untouched");
    assert!(matches!(send(&mut w, &fresh), Ok(Confirmed::Queued(_))));
    assert_eq!(count_prescriptions(&mut w), 2);
}

#[test]
fn a_drug_changed_after_the_page_was_shown_asks_again() {
    let mut w = world();
    let id = w.prescribe(ZIMOX, |_| {});
    let seen = Posted::of(&w.review());
    w.edit(id, |item| item.pieces = 2);
    assert!(matches!(send(&mut w, &seen), Err(ConfirmError::Changed)));
    assert_eq!(count_prescriptions(&mut w), 0);
    assert_eq!(send_all(&mut w).len(), 1, "the fresh page goes through: nothing of the first try was kept");
}

#[test]
fn a_patient_or_price_list_changed_after_the_page_was_shown_asks_again() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let seen = Posted::of(&w.review());
    let fiscal = crate::db::schema::patients::fiscal_code;
    diesel::update(crate::db::schema::patients::table.find(w.key.patient))
        .set(fiscal.eq("SCCCLD63E30L483X"))
        .execute(&mut *w.db)
        .unwrap();
    assert!(matches!(send(&mut w, &seen), Err(ConfirmError::Changed)));
    let seen = Posted::of(&w.review());
    diesel::update(packages::table.filter(packages::aic.eq(ZIMOX)))
        .set(packages::label.eq("ZIMOX*12CPR 1 G"))
        .execute(&mut *w.db)
        .unwrap();
    assert!(matches!(send(&mut w, &seen), Err(ConfirmError::Changed)));
}

#[test]
fn an_incomplete_basket_is_not_sent() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    w.pick(&[CRESTOR]);
    let posted = Posted::of(&w.review());
    assert!(matches!(send(&mut w, &posted), Err(ConfirmError::Incomplete)));
    assert_eq!(count_prescriptions(&mut w), 0);
}

#[test]
fn nothing_is_sent_without_credentials_session_and_numbers() {
    let mut w = world();
    w.prescribe(ZIMOX, |item| item.pieces = 3);
    let posted = Posted::of(&w.review());
    // One number for two prescriptions.
    diesel::update(nre_lots::table).set(nre_lots::next_number.eq(nre_lots::last_number)).execute(&mut *w.db).unwrap();
    pipeline::save_session(&mut w.db, w.key.owner, Some(b"x"), Some(testing::now())).unwrap();
    match send(&mut w, &posted) {
        Err(ConfirmError::NotReady(lacking)) => assert_eq!(lacking, [Lacking::Session, Lacking::Numbers]),
        other => panic!("{other:?}"),
    }
    assert!(w.find_review().is_some(), "the basket stays");
    let other = service::find_readiness(&mut w.db, (w.other.owner, testing::REGION), 1, testing::now()).unwrap();
    assert_eq!(other.lacking, [Lacking::Credentials, Lacking::Numbers]);
}

#[test]
fn a_basket_sent_from_elsewhere_is_told_apart() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let posted = Posted::of(&w.review());
    service::discard(&mut w.db, w.key).unwrap();
    assert!(matches!(send(&mut w, &posted), Err(ConfirmError::NoBasket)));
}

#[test]
fn a_therapy_is_repeated_with_its_last_data() {
    let mut w = world();
    let diabetes = w.problem("250", "DIABETE MELLITO");
    w.prescribe(ZIMOX, |item| {
        item.pieces = 2;
        item.posology = "1 la sera".to_owned();
        item.problem_id = Some(diabetes);
        item.not_substitutable = true;
        item.motive_code = "2".to_owned();
        item.exemption_choice = "none".to_owned();
    });
    send_all(&mut w);
    let ids: Vec<i64> = therapies::table.select(therapies::id).load(&mut *w.db).unwrap();
    let added = service::repeat(&mut w.db, w.key, &ids, moment()).unwrap().unwrap();
    assert_eq!(added.rows.len(), 1);
    let review = w.review();
    let item = &review.items[0].item.values;
    assert!(review.is_complete());
    assert_eq!((item.pieces, item.posology.as_str(), item.problem_id), (2, "1 la sera", Some(diabetes)));
    assert!(item.not_substitutable && item.motive_code == "2" && item.exemption_choice == "none");
    assert_eq!(item.group_description, "Amoxicillina");
    // Another doctor asks for the same therapies: they are not theirs.
    let theirs = service::repeat(&mut w.db, w.other, &ids, moment()).unwrap().unwrap();
    assert!(theirs.rows.is_empty());
}

#[test]
fn what_the_ssn_does_not_pay_is_not_repeated() {
    let mut w = world();
    let mut values = therapy("", "CAMOMILLA");
    let by_hand = crate::record::model::Therapy::insert(&mut w.db, &w.by, w.key.patient, &values).unwrap();
    values.aic = DROPS.to_owned();
    let drops = crate::record::model::Therapy::insert(&mut w.db, &w.by, w.key.patient, &values).unwrap();
    let added = service::repeat(&mut w.db, w.key, &[by_hand, drops], moment()).unwrap().unwrap();
    assert!(added.rows.is_empty() && added.refused.len() == 2, "{added:?}");
    assert!(w.find_review().is_none());
}

fn therapy(aic: &str, label: &str) -> crate::record::model::TherapyValues {
    crate::record::model::TherapyValues {
        problem_id: None,
        prescription_id: None,
        aic: aic.to_owned(),
        label: label.to_owned(),
        substance: String::new(),
        atc: String::new(),
        group_code: String::new(),
        class: "C".to_owned(),
        regime: String::new(),
        note_code: String::new(),
        pieces: 1,
        posology: String::new(),
        by_substance: false,
        continuous: false,
        suggested: false,
        started_on: testing::today(),
        suspended_on: None,
        removed_on: None,
        plan_protocol: String::new(),
        plan_ends_on: None,
    }
}

#[test]
fn a_refused_prescription_is_corrected_and_takes_its_therapy_along() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let id = send_all(&mut w)[0];
    diesel::update(prescriptions::table.find(id)).set(prescriptions::state.eq("SCARTATA")).execute(&mut *w.db).unwrap();
    let revision = pipeline::find_owned(&mut w.db, w.key.owner, id).unwrap().unwrap().revision;
    let (by, seen) = (w.by, Seen::new(id, revision));
    let back = w.db.write(|conn| service::correct(conn, &by, seen)).unwrap();
    assert_eq!(back.patient, w.key.patient);
    let review = w.review();
    assert_eq!((review.draft.visit_kind, review.draft.hide_data), (VisitKind::Home, true));
    let row = review.items[0].item.id;
    w.edit(row, |item| item.posology = "1 al giorno".to_owned());
    let again = send_all(&mut w)[0];
    let new = pipeline::find_owned(&mut w.db, w.key.owner, again).unwrap().unwrap();
    assert_eq!(new.copied_from, Some(id));
    let kept = record_therapies(&mut w, &Window::first(ProblemFilter::All));
    assert_eq!(kept.len(), 1, "the therapy of the refused one follows");
    assert_eq!((kept[0].prescription_id, kept[0].posology.as_str()), (Some(again), "1 al giorno"));
    // The refused one cannot be taken back twice.
    let twice = w.db.write(|conn| service::correct(conn, &by, seen));
    assert!(twice.is_err());
    let drafts_left: i64 = drafts::table.count().get_result(&mut *w.db).unwrap();
    assert_eq!(drafts_left, 0);
}

#[test]
fn an_accepted_or_foreign_prescription_is_not_taken_back() {
    let mut w = world();
    w.prescribe(ZIMOX, |_| {});
    let id = send_all(&mut w)[0];
    diesel::update(prescriptions::table.find(id))
        .set(prescriptions::state.eq("ACCETTATA"))
        .execute(&mut *w.db)
        .unwrap();
    let revision = pipeline::find_owned(&mut w.db, w.key.owner, id).unwrap().unwrap().revision;
    for by in [w.by, By::guarded(w.other.owner, w.other.author, testing::now())] {
        assert!(w.db.write(|conn| service::correct(conn, &by, Seen::new(id, revision))).is_err());
    }
    assert!(w.find_review().is_none());
}
