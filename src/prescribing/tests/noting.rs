//! Drugs whose AIFA note ends: in the basket, in a therapy that is repeated, in what is sent.

use super::*;
use crate::db::schema::{aifa_notes, therapies};
use crate::identity::form_keys::FormKey;
use crate::prescribing::model::VisitKind;
use crate::prescribing::service::{Confirmation, Confirmed};
use crate::prescriptions::queries as pipeline;
use crate::reference::notes::AifaNote;

/// Ends note 13 yesterday; N13, sent as `13N`, follows it when `heir`.
fn end_note(w: &mut World, heir: bool) {
    let row = aifa_notes::table.filter(aifa_notes::code.eq("13"));
    let yesterday = testing::today().pred_opt();
    diesel::update(row)
        .set((aifa_notes::valid_to.eq(yesterday), aifa_notes::replaced_by.eq(if heir { "N13" } else { "" })))
        .execute(&mut *w.db)
        .unwrap();
    if heir {
        let note = AifaNote {
            code: "N13".into(),
            valid_from: Some(testing::today()),
            atc: "C10AA".into(),
            sent_as: "13N".into(),
            ..AifaNote::default()
        };
        diesel::insert_into(aifa_notes::table).values(&note).execute(&mut *w.db).unwrap();
    }
}

pub(super) fn confirm(w: &mut World) -> i64 {
    let review = w.review();
    let confirmation = Confirmation {
        form: &FormKey::new(review.draft.confirmation_key(), b"same"),
        revision: review.draft.revision,
        fingerprint: &review.fingerprint,
        visit: VisitKind::Surgery,
        hide_data: false,
        answers: &std::collections::HashMap::new(),
    };
    let (by, patient) = (w.by, w.key.patient);
    let done = w.db.write(|conn| service::confirm(conn, &by, patient, &confirmation, |_| "/".to_owned())).unwrap();
    let Confirmed::Queued(ids) = done else { panic!("queued before") };
    ids[0]
}

#[test]
fn the_note_that_follows_is_proposed_shown_and_sent() {
    let mut w = world();
    let row = w.prescribe(CRESTOR, |item| item.note_code = "13".to_owned());
    let before = w.review();
    assert_eq!((before.items[0].item.values.note_code.as_str(), before.items[0].warnings.len()), ("13", 0));
    end_note(&mut w, true);
    let review = w.review();
    assert_eq!(review.items[0].item.values.note_code, "N13");
    assert!(
        review.items[0].warnings[0].contains("nota 13 non vale più dal 19/11/16"),
        "{:?}",
        review.items[0].warnings
    );
    assert!(review.is_complete() && review.fingerprint != before.fingerprint);
    let item = service::load_item(&mut w.db, w.key, row, moment()).unwrap().unwrap();
    assert_eq!((item.item.values.note_code.as_str(), item.known_notes.as_slice()), ("N13", &["N13".to_owned()][..]));
    let id = confirm(&mut w);
    let sent = pipeline::list_items(&mut w.db, &[id]).unwrap().remove(0).content;
    assert_eq!((sent.note_code.as_str(), sent.note_sent.as_str()), ("N13", "13N"));
    let kept: String = therapies::table.select(therapies::note_code).first(&mut *w.db).unwrap();
    assert_eq!(kept, "N13", "the record keeps the note's own code");
}

#[test]
fn a_therapy_repeated_under_a_note_that_is_over_goes_on_without_it() {
    let mut w = world();
    w.prescribe(CRESTOR, |item| item.note_code = "13".to_owned());
    confirm(&mut w);
    end_note(&mut w, false);
    let therapy: i64 = therapies::table.select(therapies::id).first(&mut *w.db).unwrap();
    service::repeat(&mut w.db, w.key, &[therapy], moment()).unwrap().unwrap();
    let review = w.review();
    assert_eq!(review.items[0].item.values.note_code, "");
    assert!(
        review.items[0].warnings.iter().any(|said| said.contains("non serve più")),
        "{:?}",
        review.items[0].warnings
    );
    assert!(review.is_complete());
}
