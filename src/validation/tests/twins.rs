//! The same drug twice for a patient: said, in words, and sent all the same.

use super::*;
use crate::prescriptions::model::NewPrescription;
use crate::validation::service::{load_pending, send_seen};

fn crestor(patient: i64) -> NewPrescription {
    let mut new = zimox(patient);
    let item = &mut new.items[0];
    (item.aic, item.label, item.substance) =
        ("035885058".into(), "CRESTOR*28CPR RIV 10MG".into(), "ROSUVASTATINA".into());
    (item.atc, item.group_code) = ("C10AA07".into(), "RGA".into());
    new
}

/// Zimox in another package.
fn other_package(patient: i64) -> NewPrescription {
    let mut new = zimox(patient);
    let item = &mut new.items[0];
    (item.aic, item.label, item.group_code) = ("023086174".into(), "ZIMOX*12CPR SOLUB 1G".into(), String::new());
    new
}

fn said(w: &mut World) -> Vec<Vec<String>> {
    let (owner, today) = (w.owner, w.doctor().today);
    let list = load_pending(&mut w.db, owner, None, today).unwrap();
    let doubles: Vec<bool> = list.rows.iter().map(|row| row.drugs[0].today.double).collect();
    let said: Vec<Vec<String>> = list.rows.iter().map(|row| row.drugs[0].today.cautions.clone()).collect();
    assert_eq!(doubles, said.iter().map(|said| !said.is_empty()).collect::<Vec<_>>());
    said
}

#[test]
fn a_package_or_a_substance_that_waits_twice_is_said_on_both_rows() {
    let mut w = world();
    let patient = w.patient;
    w.submit("a", &[zimox(patient)]);
    w.submit("b", &[crestor(patient)]);
    assert_eq!(said(&mut w), [vec![], Vec::<String>::new()], "two drugs are two drugs");
    w.submit("c", &[zimox(patient)]);
    let twin = "Doppia: la stessa confezione aspetta anche in un’altra ricetta del paziente.";
    assert_eq!(said(&mut w), [vec![twin.to_owned()], vec![], vec![twin.to_owned()]]);
    w.submit("d", &[other_package(patient)]);
    let substance = "Stesso principio attivo di ZIMOX*12CPR 1G, che aspetta in un’altra ricetta del paziente.";
    assert_eq!(said(&mut w)[3], [substance]);
    // Another patient's, and another doctor's, have nothing to do with it.
    let stranger = testing::insert_patient(&mut w.db, w.owner.id(), "ROSSI", "Anna", "RSSNNA63E70L483P");
    w.submit("e", &[zimox(stranger)]);
    assert_eq!(said(&mut w)[4], Vec::<String>::new());
}

#[test]
fn what_is_on_its_way_counts_and_what_has_ended_does_not() {
    let mut w = world();
    let first = w.pending();
    w.send_one(first).unwrap();
    w.pending();
    let under_way = "Doppia: la stessa confezione è già in una ricetta del paziente in corso di invio.";
    assert_eq!(said(&mut w), [vec![under_way.to_owned()]]);
    w.refuse(first);
    assert_eq!(said(&mut w), [Vec::<String>::new()]);
}

#[test]
fn what_one_sending_was_split_into_is_no_double_and_a_double_is_sent_when_it_is_wanted() {
    let mut w = world();
    let patient = w.patient;
    let mut ids = w.submit("split", &[zimox(patient), zimox(patient)]);
    assert_eq!(said(&mut w), [vec![], Vec::<String>::new()], "five packs are three prescriptions by law");
    ids.push(w.pending());
    let (doctor, seen) = (w.doctor(), w.seen(&ids));
    assert!(said(&mut w).iter().all(|said| said.len() == 1));
    w.db.write(|conn| send_seen(conn, &doctor, None, &seen)).unwrap();
    assert!(ids.iter().all(|id| w.state(*id) == State::ToSend));
}
