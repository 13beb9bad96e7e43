//! What the law says of what waits, on the day it is to be sent: narcotics, motives, plans, packs.

use super::*;
use crate::db::schema::{narcotics, patient_exemptions, prescribing_limits, substitution_motives};
use crate::reference::model::{PrescribingLimit, SubstitutionMotive, limit};
use crate::reference::narcotics::NarcoticRow;
use crate::validation::service::{DecideError, load_pending};

const NOTE: &str = "POSOLOGIA: 1 ogni 12 ore; TEL. MEDICO: 0432 123456; INDIRIZZO MEDICO: Via Roma 1";

/// ZIMOX is a narcotic of section A, and the patient has TDL01.
fn narcotic(w: &mut World) {
    let row =
        NarcoticRow { atc: "J01CA".into(), section: "A".into(), pain: true, verified: true, ..NarcoticRow::default() };
    diesel::insert_into(narcotics::table).values(&row).execute(&mut *w.db).unwrap();
    surgery(w, "0432 123456");
    diesel::insert_into(patient_exemptions::table)
        .values((
            patient_exemptions::patient_id.eq(w.patient),
            patient_exemptions::code.eq("TDL01"),
            patient_exemptions::description.eq(""),
            patient_exemptions::revision.eq(1),
            patient_exemptions::updated_at.eq(w.now),
            patient_exemptions::updated_by.eq(w.owner.id()),
        ))
        .execute(&mut *w.db)
        .unwrap();
}

fn surgery(w: &mut World, phone: &str) {
    diesel::update(doctors::table)
        .set((doctors::surgery_phone.eq(phone), doctors::surgery_address.eq("Via Roma 1")))
        .execute(&mut *w.db)
        .unwrap();
}

fn wait(w: &mut World, edit: impl FnOnce(&mut NewPrescription)) -> i64 {
    let mut new = zimox(w.patient);
    edit(&mut new);
    let key = format!("law {}", w.count());
    w.submit(&key, &[new])[0]
}

fn blocks(w: &mut World, id: i64) -> Vec<String> {
    let today = w.doctor().today;
    let list = load_pending(&mut w.db, w.owner, None, today).unwrap();
    list.rows.into_iter().find(|one| one.row.id == id).unwrap().blocks
}

#[test]
fn a_narcotic_prepared_without_its_exemption_or_note_is_held_back_with_its_reason() {
    let mut w = world();
    narcotic(&mut w);
    let bare = wait(&mut w, |_| {});
    let good = wait(&mut w, |new| {
        new.exemption_code = "TDL01".into();
        new.items[0].reason_note = NOTE.into();
    });
    let found = blocks(&mut w, bare);
    assert!(found[0].contains("è uno stupefacente della sezione A: senza l’esenzione TDL01"), "{found:?}");
    assert!(matches!(w.send_one(bare), Err(DecideError::Outdated)));
    assert_eq!(blocks(&mut w, good), Vec::<String>::new());
    surgery(&mut w, "0432 999999");
    assert!(blocks(&mut w, good)[0].contains("recapiti"), "the doctor has moved since");
    surgery(&mut w, "0432 123456");
    w.send_one(good).unwrap();
    assert_eq!(w.state(good), State::ToSend);
}

#[test]
fn a_plan_that_is_over_and_a_motive_that_holds_no_more_hold_back() {
    let mut w = world();
    let today = w.doctor().today;
    let motive = |code: &str, valid_to| SubstitutionMotive {
        code: code.into(),
        description: "perché".into(),
        valid_from: None,
        valid_to,
        source: String::new(),
    };
    let rows = [motive("1", None), motive("2", today.pred_opt())];
    diesel::insert_into(substitution_motives::table).values(&rows[0]).execute(&mut *w.db).unwrap();
    diesel::insert_into(substitution_motives::table).values(&rows[1]).execute(&mut *w.db).unwrap();
    let brand = |code: &'static str| {
        move |new: &mut NewPrescription| {
            (new.items[0].not_substitutable, new.items[0].motive_code) = (true, code.into());
        }
    };
    let (kept, over) = (wait(&mut w, brand("1")), wait(&mut w, brand("2")));
    assert_eq!(blocks(&mut w, kept), Vec::<String>::new());
    assert!(blocks(&mut w, over)[0].contains("motivo 2"));
    let planned = |last| {
        move |new: &mut NewPrescription| {
            new.plan_protocol = "PT-7".into();
            (new.items[0].plan_protocol, new.items[0].plan_ends_on) = ("PT-7".into(), last);
        }
    };
    let (last, gone) = (wait(&mut w, planned(Some(today))), wait(&mut w, planned(today.pred_opt())));
    assert!(blocks(&mut w, gone)[0].contains("piano terapeutico PT-7 è scaduto"));
    assert_eq!(blocks(&mut w, last), Vec::<String>::new());
    let list = load_pending(&mut w.db, w.owner, None, today).unwrap();
    let row = list.rows.iter().find(|one| one.row.id == last).unwrap();
    assert!(row.drugs[0].today.cautions[0].contains("scade il"), "{:?}", row.drugs[0].today.cautions);
}

#[test]
fn more_packs_than_todays_law_lets_hold_back() {
    let mut w = world();
    let id = wait(&mut w, |new| new.items[0].pieces = 3);
    assert_eq!(blocks(&mut w, id), Vec::<String>::new(), "no table, no say");
    let row = PrescribingLimit {
        category: limit::ORDINARY.into(),
        kind: limit::PACKS.into(),
        max_total: 2,
        max_rows: 2,
        valid_from: w.doctor().today,
        valid_to: None,
        source: String::new(),
        regions: String::new(),
    };
    diesel::insert_into(prescribing_limits::table).values(&row).execute(&mut *w.db).unwrap();
    assert!(blocks(&mut w, id)[0].contains("Al massimo 2 confezioni"));
}
