//! What must hold when all is quiet, whatever went wrong before: I1 to I6.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use millecloud::db::schema::{prescription_events, prescription_items};
use millecloud::prescriptions::model::{EventRow, Item, Prescription, State, next};

use crate::world::World;

/// State of a registration that was annulled, at SAC.
const ANNULLED: u8 = 4;

/// Checks everything against everything. `acknowledged`: the ids a confirmation answered with.
pub async fn check(world: &World, acknowledged: &BTreeSet<i64>, story: &str) {
    let rows = world.rows().await;
    // I1: every acknowledged intent exists, and nothing exists without an intent.
    let existing: BTreeSet<i64> = rows.iter().map(|row| row.id).collect();
    assert_eq!(&existing, acknowledged, "{story}: I1");
    // I6: nothing is left on its way.
    for row in &rows {
        let settled = matches!(row.state, State::Accepted | State::Discarded | State::Annulled);
        assert!(settled, "{story}: I6: {} is {:?}", row.id, row.state);
        assert!(row.attempt_id.is_none(), "{story}: I6: {} is still held", row.id);
    }
    check_ledger(world, &rows, story).await;
    check_numbers(world, &rows, story);
    check_paths(world, &rows, story).await;
}

/// I2 and I4: what SAC holds and what we hold are the same, one to one.
async fn check_ledger(world: &World, rows: &[Prescription], story: &str) {
    let items: Vec<Item> = world.read(|conn| Ok(prescription_items::table.select(Item::as_select()).load(conn)?)).await;
    let ledger = world.simulator.engine.snapshot();
    let mut held: BTreeMap<&str, _> = BTreeMap::new();
    for one in &ledger.prescriptions {
        let before = held.insert(one.registered.nre.as_str(), one);
        assert!(before.is_none(), "{story}: I2: {} twice at SAC", one.registered.nre);
    }
    for row in rows {
        let nre = row.nre.as_deref().unwrap_or_default();
        let there = held.remove(nre);
        if row.state == State::Discarded {
            assert!(there.is_none(), "{story}: I2: {} was refused and is registered", row.id);
            continue;
        }
        let there = there.unwrap_or_else(|| panic!("{story}: I2: {} ({nre}) is not at SAC", row.id));
        let registered = &there.registered;
        assert_eq!(there.state == ANNULLED, row.state == State::Annulled, "{story}: I2: state of {}", row.id);
        assert_eq!(registered.auth_code, row.auth_code, "{story}: I4: code of {}", row.id);
        assert_eq!(row.auth_code.len(), 30, "{story}: I4: code of {}", row.id);
        assert_eq!(registered.message.patient_code, row.patient_code, "{story}: I4: patient of {}", row.id);
        let ours: Vec<(String, i64)> = items
            .iter()
            .filter(|item| item.prescription_id == row.id)
            .map(|item| (item.content.aic.clone(), item.content.pieces))
            .collect();
        let theirs: Vec<(String, i64)> =
            registered.message.rows.iter().map(|line| (line.product_code.clone(), i64::from(line.quantity))).collect();
        assert_eq!(ours, theirs, "{story}: I4: rows of {}", row.id);
    }
    // Where a lost answer costs the number, the old one was annulled before the new one went out.
    let burnt = world.burnt().await;
    held.retain(|nre, one| one.state != ANNULLED || !burnt.iter().any(|burnt| burnt == nre));
    assert!(held.is_empty(), "{story}: I2: registered without a row: {:?}", held.keys());
}

/// I3: numbers are unique and come from the doctor's own lots, or from SAC.
fn check_numbers(world: &World, rows: &[Prescription], story: &str) {
    let lots = world.simulator.engine.snapshot().lots;
    let mut seen = BTreeSet::new();
    for row in rows {
        let Some(nre) = row.nre.as_deref() else { continue };
        assert!(seen.insert(nre), "{story}: I3: {nre} on two rows");
        let doctor = world.doctors.iter().find(|doctor| doctor.owner.id() == row.doctor_id).unwrap();
        let own = lots.iter().any(|(prefix, code)| nre.starts_with(prefix.as_str()) && *code == doctor.code);
        assert!(own != world.assigned, "{story}: I3: {nre} does not come from where numbers come from");
    }
}

/// I5: the history of every row is a path of the table, from the basket to where the row is.
async fn check_paths(world: &World, rows: &[Prescription], story: &str) {
    let events: Vec<EventRow> = world
        .read(|conn| {
            let all = prescription_events::table.order(prescription_events::id);
            Ok(all.select(EventRow::as_select()).load(conn)?)
        })
        .await;
    for row in rows {
        let mut state = State::Draft;
        for event in events.iter().filter(|event| event.prescription_id == row.id) {
            assert_eq!(event.from_state, state, "{story}: I5: {} jumps", row.id);
            state = next(state, event.event).unwrap_or_else(|illegal| panic!("{story}: I5: {}: {illegal}", row.id));
            assert_eq!(event.to_state, state, "{story}: I5: {} lands elsewhere", row.id);
        }
        assert_eq!(row.state, state, "{story}: I5: history of {}", row.id);
    }
}
