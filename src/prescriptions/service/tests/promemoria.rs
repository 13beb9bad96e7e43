//! The paper: only of what is accepted, and SAC's own before ours.

use super::super::{Paper, PaperError, find_paper, promemoria_pdf};
use super::*;
use sac::Communication;

/// The description of our own paper.
fn ours(world: &mut World, id: i64) -> ::promemoria::Promemoria {
    match find_paper(&mut world.db, world.owner, id).unwrap() {
        Paper::Ours(promemoria) => *promemoria,
        Paper::Sac(_) => panic!("SAC's own"),
    }
}

#[test]
fn an_accepted_prescription_has_a_paper_always_the_same() {
    let mut world = World::new();
    let id = world.accepted();
    let paper = ours(&mut world, id);
    assert_eq!(paper.patient_name, "SACCAVINI CLAUDIO");
    assert_eq!((paper.patient_code.as_str(), paper.doctor_code.as_str()), ("SCCCLD63E30L483Q", "BRGPLA59L23M048S"));
    assert_eq!((paper.doctor_name.as_str(), paper.auth_code.as_str()), ("BORGHETTO PAOLO", CODE));
    assert_eq!(Some(paper.nre.to_string()), world.row(id).nre);
    assert_eq!(paper.diagnosis, "INFLUENZA (487)");
    let owner = world.owner;
    let first = promemoria_pdf(&mut world.db, owner, id).unwrap();
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!(promemoria_pdf(&mut world.db, owner, id).unwrap(), first);
}

#[test]
fn a_later_change_of_the_registry_does_not_reach_the_paper() {
    let mut world = World::new();
    let id = world.accepted();
    let owner = world.owner;
    let before = promemoria_pdf(&mut world.db, owner, id).unwrap();
    diesel::update(patients::table).set(patients::surname.eq("ROSSI")).execute(&mut *world.db).unwrap();
    assert_eq!(promemoria_pdf(&mut world.db, owner, id).unwrap(), before);
}

#[test]
fn nothing_but_an_accepted_prescription_has_one() {
    let mut world = World::new();
    let id = world.accepted();
    let owner = world.owner;
    for state in State::ALL.iter().filter(|state| **state != State::Accepted) {
        diesel::update(prescriptions::table.find(id))
            .set(prescriptions::state.eq(*state))
            .execute(&mut *world.db)
            .unwrap();
        let paper = find_paper(&mut world.db, owner, id);
        assert!(matches!(paper, Err(PaperError::NotDeliverable(refused)) if refused == *state), "{state:?}");
    }
    let row = (prescriptions::state.eq(State::Accepted), prescriptions::auth_code.eq(""));
    diesel::update(prescriptions::table.find(id)).set(row).execute(&mut *world.db).unwrap();
    assert!(matches!(find_paper(&mut world.db, owner, id), Err(PaperError::NotDeliverable(_))), "no code, no paper");
}

#[test]
fn nobody_has_anothers_paper() {
    let mut world = World::new();
    let id = world.accepted();
    let other = Owner::of_doctor(testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    assert!(matches!(find_paper(&mut world.db, other, id), Err(PaperError::NotThere)));
}

#[test]
fn sacs_own_paper_comes_first_and_its_words_are_kept() {
    let mut world = World::new();
    let (own, plain) = (world.confirm(), world.confirm());
    let work = world.work(own);
    let pdf = b"%PDF-1.4 of SAC".to_vec();
    world.sent(&work, SendOutcome::Accepted(sac::Registration { pdf: Some(pdf.clone()), ..registration(&work) }));
    let work = world.work(plain);
    let sentence = Communication { code: "0197".into(), text: "REGIONE VENETO: frase".into() };
    world.sent(
        &work,
        SendOutcome::Accepted(sac::Registration { communications: vec![sentence], ..registration(&work) }),
    );
    let owner = world.owner;
    assert_eq!(promemoria_pdf(&mut world.db, owner, own).unwrap(), pdf);
    assert_eq!(ours(&mut world, plain).messages, ["REGIONE VENETO: frase"]);
}

#[test]
fn hidden_data_stay_hidden() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let new = crate::prescriptions::model::NewPrescription { hide_data: true, ..zimox(world.patient) };
    let ids = create_confirmed(&mut world.db, &By::guarded(owner, owner.id(), now), &[new]).unwrap();
    let &[id] = ids.as_slice() else { panic!() };
    let work = world.work(id);
    world.sent(&work, SendOutcome::Accepted(registration(&work)));
    assert!(ours(&mut world, id).hidden);
}
