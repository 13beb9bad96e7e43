//! Killed at each crash point of the table (reliability C0 to C6), found as it says, finished after the restart.

use std::collections::BTreeSet;
use std::time::Duration;

use millecloud::prescriptions::model::{Prescription, State};
use sac_simulator::{Door, Fault, FaultPlan};

use crate::invariants;
use crate::world::World;

/// Prescriptions that are on their way when the program dies.
const EACH: usize = 3;
const QUIET: Duration = Duration::from_secs(60);

/// Whether a row is as the table says it is found: the newest ones, after a crash at `point`.
fn as_found(point: &str, rows: &[Prescription], assigned: bool) -> bool {
    let waiting = |row: &Prescription| row.state == State::ToSend && row.nre.is_none();
    let out =
        |row: &Prescription| row.state == State::Sending && row.nre.is_none() == assigned && row.payload.is_some();
    match point {
        // Before the claim, or rolled back with it: the number is free again.
        "C1" | "C2" => rows.iter().any(waiting) && !rows.iter().any(|row| row.state == State::Accepted),
        "C3" | "C4" | "C5" => rows.iter().any(out),
        "C6" => rows.iter().any(|row| row.state == State::Accepted && row.auth_code.len() == 30),
        _ => unreachable!("{point}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_leaves_every_prescription_registered_once() {
    crash_everywhere(World::new().await).await;
}

/// There is no number to ask about: what was on its way is searched for, and sent again on the doctor's word alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_where_sac_assigns_the_numbers() {
    crash_everywhere(World::of_region("SAC", "C").await).await;
}

/// Each lost answer costs a number, and leaves one prescription alive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_anywhere_where_a_lost_answer_costs_the_number() {
    crash_everywhere(World::of_region("LOTTO", "B").await).await;
}

async fn crash_everywhere(world: World) {
    let mut acknowledged = BTreeSet::new();
    for point in ["C1", "C2", "C3", "C4", "C5", "C6"] {
        let before = acknowledged.len();
        for turn in 0..EACH {
            acknowledged.insert(world.confirm(0, before + turn).await);
        }
        if point == "C4" {
            // The request is out and no answer comes for a while: that is when C4 is passed.
            let slow = FaultPlan::once(Door::Send, Fault::Delay { millis: 2_000 });
            world.simulator.engine.plan_fault(slow);
        }
        world.crash(point).await;
        let found = world.rows().await.split_off(before);
        let states: Vec<_> = found.iter().map(|row| (row.state, row.nre.clone())).collect();
        assert!(as_found(point, &found, world.assigned), "{point} left {states:?}");

        let portal = world.start(None);
        world.quiet(QUIET).await;
        portal.stop();
        invariants::check(&world, &acknowledged, point).await;
        let accepted = world.rows().await.iter().all(|row| row.state == State::Accepted);
        assert!(accepted, "{point}: nothing was refused, so everything is accepted");
    }
}
