//! The doctor's list: what differs from the last time, and how many statements it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Connection as _, InstrumentationEvent};

use super::*;
use crate::validation::model::{PENDING_PAGE, Window};
use crate::validation::queries;
use crate::validation::service::load_pending;

/// How many statements `work` sends.
fn statements<T>(db: &mut Db, work: impl FnOnce(&mut Db) -> T) -> (T, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let noted = Arc::clone(&count);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            noted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let answer = work(db);
    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    (answer, count.load(Ordering::SeqCst))
}

#[test]
fn the_list_says_what_is_new_and_takes_as_many_statements_for_many_as_for_one() {
    let mut w = world();
    let first = w.pending();
    let (owner, today) = (w.owner, w.doctor().today);
    let (list, few) = statements(&mut w.db, |conn| load_pending(conn, owner, None, today).unwrap());
    assert!(list.rows[0].drugs[0].comparison.first);
    assert_eq!(list.rows[0].row.author_name, "Maria");
    w.send_one(first).unwrap();
    w.now += TimeDelta::days(7);
    let now = w.now;
    make_ready(&mut w.db, owner, now);
    let mut double = zimox(w.patient);
    double.items[0].pieces = 2;
    w.submit("seven days later", &[double]);
    for n in 0..30 {
        let code = format!("TEST{n:012}");
        let patient = testing::insert_patient(&mut w.db, owner.id(), "ROSSI", "Mario", &code);
        w.submit(&code, &[zimox(patient)]);
    }
    let today = w.doctor().today;
    let (list, many) = statements(&mut w.db, |conn| load_pending(conn, owner, None, today).unwrap());
    assert_eq!((list.rows.len(), list.beyond, list.patients.len()), (31, 0, 31));
    assert_eq!(few, many, "one more statement for each row");
    let comparison = &list.rows[0].drugs[0].comparison;
    assert_eq!((comparison.first, comparison.days, comparison.other_pieces), (false, 7, Some(1)));
    assert!(list.rows[1].drugs[0].comparison.first, "another patient's history is not mine");
}

#[test]
fn the_list_is_the_doctors_own_and_narrows_to_a_patient() {
    let mut w = world();
    w.pending();
    let (owner, other, today, patient) = (w.owner, w.other, w.doctor().today, w.patient);
    assert_eq!(queries::ring_doctor(&mut w.db, owner).unwrap().news, 1);
    assert_eq!(queries::ring_doctor(&mut w.db, other).unwrap().news, 0);
    assert!(load_pending(&mut w.db, other, Some(patient), today).unwrap().rows.is_empty());
    assert_eq!(load_pending(&mut w.db, owner, Some(patient), today).unwrap().rows.len(), 1);
    let nobody = load_pending(&mut w.db, owner, Some(999_999), today).unwrap();
    assert_eq!((nobody.rows.len(), nobody.beyond, nobody.patients.len()), (0, 0, 1));
}

/// However many wait, a page is a page: as many rows, as many statements, and the record of its own patients alone.
#[test]
fn a_page_costs_the_same_however_many_wait() {
    let mut w = world();
    let (owner, today) = (w.owner, w.doctor().today);
    for n in 0..PENDING_PAGE {
        let code = format!("TEST{n:012}");
        let patient = testing::insert_patient(&mut w.db, owner.id(), "ROSSI", "Mario", &code);
        w.submit(&code, &[zimox(patient)]);
    }
    let (list, full) = statements(&mut w.db, |conn| load_pending(conn, owner, None, today).unwrap());
    assert_eq!((list.rows.len(), list.beyond), (PENDING_PAGE, 0));
    for n in 0..250 {
        w.submit(&format!("more {n}"), &[zimox(w.patient)]);
    }
    let (list, many) = statements(&mut w.db, |conn| load_pending(conn, owner, None, today).unwrap());
    assert_eq!((list.rows.len(), list.beyond, full), (PENDING_PAGE, 100, many), "counted up to 99 and one");
    let newest = queries::find_newest_pending(&mut w.db, owner).unwrap();
    assert_eq!(list.newest, newest);
    assert!(list.patients.iter().all(|patient| patient.count.is_none()), "not all that waits was looked at");
    // Page by page, each row once.
    let (mut window, mut seen) = (Window::default(), Vec::new());
    loop {
        let page = load_pending(&mut w.db, owner, window, today).unwrap();
        seen.extend(page.rows.iter().map(|one| one.row.id));
        let Some(last) = page.rows.last().filter(|_| page.beyond > 0) else { break };
        window.after = last.row.id;
    }
    assert_eq!((seen.len(), seen.is_sorted()), (PENDING_PAGE + 250, true));
    assert_eq!(seen.last(), Some(&newest));
}
