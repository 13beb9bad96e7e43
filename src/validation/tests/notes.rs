//! AIFA's notes of what waits: over since it was prepared, or missing.

use super::*;
use crate::db::schema::aifa_notes;
use crate::prescribing::service::load_pending_item;
use crate::reference::notes::AifaNote;
use crate::validation::model::RowOutcome;
use crate::validation::queries;
use crate::validation::service::{DecideError, load_pending, send_seen};

/// Note 77 of penicillins, which ended the day before, and N77 in its place.
fn notes(w: &mut World) {
    let (yesterday, today) = (w.doctor().today.pred_opt(), Some(w.doctor().today));
    let note = AifaNote { atc: "J01CA".into(), verified: true, ..AifaNote::default() };
    let rows = [
        AifaNote { code: "77".into(), valid_to: yesterday, replaced_by: "N77".into(), ..note.clone() },
        AifaNote { code: "N77".into(), valid_from: today, ..note },
    ];
    for row in &rows {
        diesel::insert_into(aifa_notes::table).values(row).execute(&mut *w.db).unwrap();
    }
}

fn under(w: &mut World, note: &str) -> i64 {
    let mut new = zimox(w.patient);
    new.items[0].note_code = note.into();
    let key = format!("under {note} {}", w.count());
    w.submit(&key, &[new])[0]
}

#[test]
fn a_note_that_is_over_holds_its_row_back_and_correcting_it_proposes_the_new_one() {
    let mut w = world();
    notes(&mut w);
    let (old, new) = (under(&mut w, "77"), under(&mut w, "N77"));
    let who = w.doctor();
    let list = load_pending(&mut w.db, w.owner, None, who.today).unwrap();
    let blocks = &list.rows[0].blocks;
    assert!(blocks[0].contains("nota 77 non vale più dal 19/11/16") && blocks[0].contains("N77"), "{blocks:?}");
    let said = &list.rows[1].drugs[0].today.cautions;
    assert!(list.rows[1].blocks.is_empty() && said.iter().all(|said| said.starts_with("Doppia")), "{said:?}");
    assert!(matches!(w.send_one(old), Err(DecideError::Outdated)));
    let item = load_pending_item(&mut w.db, &who, (old, 1)).unwrap().unwrap().context;
    assert_eq!(item.item.values.note_code, "N77", "proposed");
    assert!(item.warnings().iter().any(|said| said.contains("N77")), "{:?}", item.warnings());
    assert!(item.notes.iter().all(|note| note.code != "77"), "offered no more");
    let seen = w.seen(&[old, new]);
    let round = w.db.write(|conn| send_seen(conn, &who, None, &seen)).unwrap();
    let rows = queries::list_round(&mut w.db, who.owner, round).unwrap();
    let outcome = |id: i64| rows.iter().find(|row| row.id == id).unwrap().outcome;
    assert_eq!((outcome(old), outcome(new)), (RowOutcome::Outdated, RowOutcome::Sent));
    assert_eq!(w.state(old), State::Pending);
}

#[test]
fn a_missing_note_is_said_and_does_not_hold_back() {
    let mut w = world();
    notes(&mut w);
    let id = w.pending();
    let today = w.doctor().today;
    let list = load_pending(&mut w.db, w.owner, None, today).unwrap();
    let cautions = &list.rows[0].drugs[0].today.cautions;
    assert_eq!(*cautions, ["Senza nota AIFA: per questo principio attivo esiste la nota N77."]);
    assert!(list.rows[0].blocks.is_empty());
    w.send_one(id).unwrap();
}
