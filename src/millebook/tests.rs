//! The portal against the database: how many statements a page costs, and that each prescription has what is its own.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{queries, service};
use crate::db::schema::{deliveries, delivery_items, patients, prescriptions};
use crate::db::testing::{self, statements};
use crate::prescriptions::model::{Channel, DeliveryState, State};
use crate::prescriptions::testing::{CODE, World};

/// A patient with an account, and `count` published prescriptions.
fn shelf_of(world: &mut World, count: usize) -> i64 {
    let (patient, now) = (world.patient, world.now);
    let code: String = patients::table.find(patient).select(patients::fiscal_code).first(&mut *world.db).unwrap();
    let user = queries::insert_account(&mut world.db, ("SACCAVINI", "Claudio", &code), "", now).unwrap();
    queries::open_enrolment(&mut world.db, patient, world.owner.id(), now).unwrap();
    queries::set_activated(&mut world.db, patient, user, now).unwrap();
    for _ in 0..count {
        let id = world.confirm();
        publish(world, id, now);
    }
    user
}

fn publish(world: &mut World, id: i64, now: NaiveDateTime) {
    let (doctor, patient) = (world.owner.id(), world.patient);
    diesel::update(prescriptions::table.find(id))
        .set((prescriptions::state.eq(State::Accepted), prescriptions::auth_code.eq(CODE)))
        .execute(&mut *world.db)
        .unwrap();
    let delivery: i64 = diesel::insert_into(deliveries::table)
        .values((
            deliveries::doctor_id.eq(doctor),
            deliveries::patient_id.eq(patient),
            deliveries::channel.eq(Channel::Millebook),
            deliveries::state.eq(DeliveryState::Delivered),
            deliveries::requested_by.eq(doctor),
            deliveries::requested_at.eq(now),
        ))
        .returning(deliveries::id)
        .get_result(&mut *world.db)
        .unwrap();
    diesel::insert_into(delivery_items::table)
        .values((delivery_items::delivery_id.eq(delivery), delivery_items::prescription_id.eq(id)))
        .execute(&mut *world.db)
        .unwrap();
}

#[test]
fn a_page_costs_the_same_however_much_is_published() {
    let cost = |count: usize| {
        let mut world = World::new();
        let user = shelf_of(&mut world, count);
        let mut found = 0;
        let asked = statements(&mut world.db, |db| {
            found = service::load_shelf(db, user, testing::today()).unwrap().volumes.len();
        });
        assert_eq!(found, count);
        asked
    };
    let (one, many) = (cost(1), cost(20));
    assert_eq!(one, many);
    assert!(one <= 3, "{one} statements");
}

#[test]
fn each_prescription_has_its_own_rows_and_doctor() {
    let mut world = World::new();
    let user = shelf_of(&mut world, 3);
    let shelf = service::load_shelf(&mut world.db, user, testing::today()).unwrap();
    let ids: Vec<i64> = shelf.volumes.iter().map(|volume| volume.row.id).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first: {ids:?}");
    for volume in &shelf.volumes {
        assert_eq!(volume.items.len(), 1);
        assert!(volume.items.iter().all(|item| item.prescription_id == volume.row.id));
        assert_eq!(volume.doctor.doctor_id, world.owner.id());
    }
}
