//! What the doctor may do, once, and only with his own.

use super::*;

#[test]
fn two_devices_annul_once() {
    let mut world = World::new();
    let id = world.accepted();
    let (owner, revision, now) = (world.owner, world.row(id).revision, world.now);
    let annul = |world: &mut World| {
        request_annul(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision), "x")
    };
    assert!(annul(&mut world).is_ok());
    assert!(matches!(annul(&mut world), Err(ActError::Stale)));
    let requests = queries::list_events(&mut world.db, id).unwrap();
    assert_eq!(requests.iter().filter(|event| event.to_state == State::Annulling).count(), 1);
}

#[test]
fn nobody_acts_on_anothers_prescription() {
    let mut world = World::new();
    let id = world.accepted();
    let other = Owner::of_doctor(testing::insert_doctor(&mut world.db, "verdi", "VERDI", "Anna"));
    let (revision, now) = (world.row(id).revision, world.now);
    let db = &mut world.db;
    assert!(matches!(
        request_annul(db, &By::guarded(other, other.id(), now), Seen::new(id, revision), "x"),
        Err(ActError::NotFound)
    ));
    assert!(matches!(retry_now(db, &By::guarded(other, other.id(), now), id), Err(ActError::NotFound)));
    assert!(matches!(verify_now(db, &By::guarded(other, other.id(), now), id), Err(ActError::NotFound)));
    assert!(matches!(
        take_back(db, &By::guarded(other, other.id(), now), Seen::new(id, revision)),
        Err(ActError::NotFound)
    ));
    assert_eq!(world.state(id), State::Accepted);
}

#[test]
fn a_queued_prescription_comes_back_only_while_nothing_of_it_is_unproven() {
    let mut world = World::new();
    let (owner, now) = (world.owner, world.now);
    let fresh = world.confirm();
    let back = take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(fresh, 1)).unwrap();
    assert_eq!(back.items.first().unwrap().content.aic, "023086150");
    assert_eq!(world.state(fresh), State::Draft);
    let (id, view) = world.uncertain();
    world.viewed(&view, ViewOutcome::Unknown);
    let revision = world.row(id).revision;
    assert!(matches!(
        take_back(&mut world.db, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)),
        Err(ActError::Unproven)
    ));
    assert_eq!(world.state(id), State::ToSend);
}
