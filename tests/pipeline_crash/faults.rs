//! Everything at once: a SAC that fails one call in three, a program killed again and again, doctors who go on.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use millecloud::prescriptions::model::State;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sac_simulator::{Door, Fault, FaultPlan};

use crate::invariants;
use crate::world::{Portal, World};

const PRESCRIPTIONS: usize = 150;
const KILLS: usize = 3;
/// How long the faults go on after the last confirmation, at most.
const FAULTY: Duration = Duration::from_secs(15);
/// How long after the faults all must be resolved, at a hundredth of the real times.
const QUIET: Duration = Duration::from_secs(60);

/// What goes wrong, and how often: 30 calls in 100 altogether.
fn faults(assigned: bool) -> Vec<FaultPlan> {
    let plan = |service: Option<Door>, probability: f64, fault: Fault| FaultPlan {
        service,
        next: None,
        probability: Some(probability),
        fault,
    };
    let mut plans = vec![
        plan(None, 0.06, Fault::AcceptThenDrop),
        plan(None, 0.04, Fault::AcceptThenGarble),
        plan(None, 0.03, Fault::Truncated),
        plan(None, 0.03, Fault::Status { status: 503, accept: false }),
        plan(None, 0.02, Fault::Status { status: 500, accept: true }),
        plan(None, 0.02, Fault::Delay { millis: 1_500 }),
        plan(None, 0.01, Fault::Bomb),
        plan(None, 0.01, Fault::Redirect),
        plan(None, 0.01, Fault::SoapFault { status: 500, text: "Servizio non disponibile".to_owned() }),
        plan(Some(Door::Send), 0.02, Fault::AlreadyUsed),
        plan(Some(Door::Send), 0.02, Fault::Refuse { code: "1037".to_owned() }),
    ];
    // Whoever sent no number cannot tell that the answer names another one than was given: no send of that kind then.
    let doors = [Door::View, Door::Annul, Door::Lot].into_iter().chain((!assigned).then_some(Door::Send));
    plans.extend(doors.map(|door| plan(Some(door), 0.03, Fault::OtherNre)));
    if assigned {
        plans.push(plan(Some(Door::UsedNres), 0.03, Fault::NotYetVisible));
    }
    plans
}

fn seed() -> u64 {
    let given = std::env::var("TEST_SEED").ok().map(|seed| seed.parse().unwrap());
    given.unwrap_or_else(rand::random)
}

/// Kills the program each time it has made some calls, and leaves it running at last.
async fn kill_and_start_again(world: &World, mut dice: StdRng) -> Portal {
    let sent = || world.simulator.engine.snapshot().calls.get(&Door::Send).copied().unwrap_or(0);
    for kill in 1..=KILLS {
        let (mut portal, before) = (world.start(None), sent());
        let (wanted, deadline) = (dice.random_range(8..35), Instant::now() + QUIET);
        while sent() < before + wanted {
            assert!(Instant::now() < deadline, "kill {kill}: nothing is sent any more: {}", portal.process.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        portal.process.kill();
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..300))).await;
    }
    world.start(None)
}

/// Doctors who confirm, look at the list now and then, and annul one in ten. Answers what was acknowledged, and what was
/// asked to be annulled.
async fn prescribe(world: &World, mut dice: StdRng) -> (BTreeSet<i64>, BTreeSet<i64>) {
    let (mut acknowledged, mut annulled) = (BTreeSet::new(), BTreeSet::new());
    for turn in 0..PRESCRIPTIONS {
        acknowledged.insert(world.confirm(turn % 2, turn).await);
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..80))).await;
        if turn % 10 == 9 {
            world.nudge().await;
            let rows = world.rows().await;
            let done: Vec<_> = rows.iter().filter(|row| row.state == State::Accepted).collect();
            if let Some(row) = done.get(dice.random_range(0..done.len().max(1)))
                && world.annul(row).await
            {
                annulled.insert(row.id);
            }
        }
    }
    (acknowledged, annulled)
}

/// Waits, with doctors who look at the list, until nothing is on its way or `limit` has passed.
async fn settle(world: &World, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        world.nudge().await;
        if world.open().await.is_empty() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_and_kills_lose_nothing_and_double_nothing() {
    everything_goes_wrong(World::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_and_kills_where_sac_assigns_the_numbers() {
    everything_goes_wrong(World::of_region("SAC", "C").await).await;
}

async fn everything_goes_wrong(world: World) {
    let seed = seed();
    println!("seed {seed} (TEST_SEED={seed} repeats its dice)");
    let story = format!("seed {seed}");
    let engine = &world.simulator.engine;
    for plan in faults(world.assigned) {
        engine.plan_fault(plan);
    }
    let (doctors, killer) = (StdRng::seed_from_u64(seed), StdRng::seed_from_u64(seed ^ 1));
    let ((acknowledged, annulled), portal) =
        tokio::join!(prescribe(&world, doctors), kill_and_start_again(&world, killer));
    // The faults go on while there is work; then SAC is well again, and what is left must be resolved in time.
    if !settle(&world, FAULTY).await {
        engine.clear_faults();
        assert!(settle(&world, QUIET).await, "{story}: still open: {:?}", world.open().await);
    }
    portal.stop();
    invariants::check(&world, &acknowledged, &story).await;

    let (rows, calls) = (world.rows().await, engine.snapshot().calls);
    let count = |state: State| rows.iter().filter(|row| row.state == state).count();
    let (accepted, refused, gone) = (count(State::Accepted), count(State::Discarded), count(State::Annulled));
    println!("{accepted} accepted, {refused} refused, {gone} annulled of {} asked; {calls:?}", annulled.len());
    let strangers: Vec<_> = rows
        .iter()
        .filter(|row| row.state == State::Annulled && !annulled.contains(&row.id))
        .map(|row| row.id)
        .collect();
    assert!(strangers.is_empty(), "{story}: annulled without being asked: {strangers:?}");
    assert!(accepted > PRESCRIPTIONS / 2, "{story}: too little went well to prove anything");
    let doubts = if world.assigned { Door::UsedNres } else { Door::View };
    assert!(calls.get(&doubts).is_some_and(|views| *views > 20), "{story}: too little went wrong: {calls:?}");
}
