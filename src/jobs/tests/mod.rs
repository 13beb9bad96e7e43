//! Pipeline and runner against the simulator, over HTTP: every line of the answer table (reliability §3.3) end to end, and
//! what happens when SAC or the runner goes away.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod answers;
mod numbers;
mod runner;

use std::time::Duration;

use diesel::prelude::*;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::runner::Runner;
use crate::db::schema::{nre_lots, prescriptions};
use crate::db::{Db, DbError, DbPool, Owner};
use crate::identity::by::By;
use crate::prescriptions::model::{Prescription, State};
use crate::prescriptions::queries;
use crate::prescriptions::service::{self, Pipeline, Timings};
use crate::prescriptions::testing::{World, credentials, insert_credentials, sealer, set_region_rule, zimox};
use kernel::clock::Clock;
use sac::{Endpoints, SacClient, SacSettings, Timeouts};
use sac_simulator::{Door, Fault, FaultPlan, RunningSimulator, SimulatorConfig, Snapshot, fixtures};

/// A doctor, a simulator, and a runner between them; times at a fiftieth.
struct Bench {
    world: World,
    db: DbPool,
    pipeline: Pipeline,
    simulator: Option<RunningSimulator>,
    folder: TempDir,
    clock: Clock,
    runner: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// Starts everything but the runner. The doctor has credentials, a session and no lot.
async fn bench_at(timings: Timings) -> Bench {
    let clock = Clock::system();
    let folder = TempDir::new().unwrap();
    let simulator = sac_simulator::start(SimulatorConfig::new(folder.path().to_owned())).await.unwrap();
    let mut world = tokio::task::spawn_blocking(World::new).await.unwrap();
    let session = simulator.engine.create_session(fixtures::DEMO_DOCTOR).unwrap().unwrap();
    let mut secrets = credentials();
    secrets.session_id = Some(session.id.clone().into());
    insert_credentials(&mut world.db, world.owner, &secrets, clock.now());
    diesel::delete(nre_lots::table).execute(&mut *world.db).unwrap();
    let db = world.db.pool(6);
    let mut settings = SacSettings::new(
        Endpoints::new(&simulator.url(), None, None, false).unwrap(),
        simulator.certificate_pem.clone().into_bytes(),
    );
    settings.timeouts = Timeouts { connect: Duration::from_secs(2), total: Duration::from_secs(2) };
    let client = SacClient::new(settings).unwrap();
    let pipeline = Pipeline::new(db.clone(), client, sealer(), clock.clone(), timings);
    Bench { world, db, pipeline, simulator: Some(simulator), folder, clock, runner: None }
}

/// Everything, with the runner at work and a lot of numbers.
async fn bench() -> Bench {
    let mut bench = bench_at(Timings::scaled(50)).await;
    bench.start_runner();
    let owner = bench.world.owner;
    assert_eq!(bench.pipeline.request_lot(owner, true).await.unwrap(), Some(String::new()));
    bench
}

impl Bench {
    fn start_runner(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(Runner::new(self.pipeline.clone()).run(stopped));
        self.runner = Some((stop, task));
    }

    async fn stop_runner(&mut self) {
        let (stop, task) = self.runner.take().unwrap();
        stop.send_replace(true);
        task.await.unwrap();
    }

    fn simulator(&self) -> &RunningSimulator {
        self.simulator.as_ref().unwrap()
    }

    fn snapshot(&self) -> Snapshot {
        self.simulator().engine.snapshot()
    }

    fn calls(&self, door: Door) -> u64 {
        self.snapshot().calls.get(&door).copied().unwrap_or(0)
    }

    fn fault(&self, door: Door, fault: Fault) {
        self.simulator().engine.plan_fault(FaultPlan::once(door, fault));
    }

    /// Every call of a service from now on.
    fn always(&self, door: Door, fault: Fault) {
        self.simulator().engine.plan_fault(FaultPlan {
            service: Some(door),
            next: None,
            probability: Some(1.0),
            fault,
        });
    }

    /// Stops SAC; [`Bench::sac_comes_back`] starts it again at the same address with the same memory.
    async fn sac_goes_away(&mut self) -> std::net::SocketAddr {
        let simulator = self.simulator.take().unwrap();
        let address = simulator.addr;
        simulator.stop().await;
        address
    }

    async fn sac_comes_back(&mut self, address: std::net::SocketAddr) {
        let mut config = SimulatorConfig::new(self.folder.path().to_owned());
        config.bind = address;
        for _ in 0..50 {
            if let Ok(simulator) = sac_simulator::start(config.clone()).await {
                self.simulator = Some(simulator);
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the address stays taken");
    }

    async fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Db) -> QueryResult<T> + Send + 'static) -> T {
        self.db.write(move |conn| Ok::<_, DbError>(work(conn)?)).await.unwrap()
    }

    /// Confirms `count` prescriptions and wakes the runner, as the page does.
    async fn confirm(&self, count: usize) -> Vec<i64> {
        let ids = self.confirm_for(self.world.owner, self.world.patient, count).await;
        self.pipeline.wake();
        ids
    }

    async fn confirm_for(&self, owner: Owner, patient: i64, count: usize) -> Vec<i64> {
        let now = self.clock.now();
        self.write(move |conn| {
            let new = vec![zimox(patient); count];
            Ok(service::create_confirmed(conn, &By::guarded(owner, owner.id(), now), &new).unwrap())
        })
        .await
    }

    async fn confirm_one(&self) -> i64 {
        self.confirm(1).await[0]
    }

    async fn row(&self, id: i64) -> Prescription {
        self.write(move |conn| queries::find(conn, id)).await.unwrap()
    }

    /// Waits until the row is as wanted; fails with what it is after a while.
    async fn until(&self, id: i64, what: &str, wanted: impl Fn(&Prescription) -> bool) -> Prescription {
        for _ in 0..600 {
            let row = self.row(id).await;
            if wanted(&row) {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let row = self.row(id).await;
        panic!(
            "not {what}: {:?}, waits {:?}, tries {}, attention {}",
            row.state, row.wait_reason, row.tries, row.attention
        );
    }

    async fn until_state(&self, id: i64, state: State) -> Prescription {
        self.until(id, state.as_str(), |row| row.state == state).await
    }

    /// I2, I3, I4: what is live at SAC and what we hold as registered are the same, one to one, with the same codes.
    async fn assert_books_agree(&self) {
        let ours: Vec<(String, String)> = self
            .write(|conn| {
                prescriptions::table
                    .filter(prescriptions::state.eq(State::Accepted))
                    .select((prescriptions::nre.assume_not_null(), prescriptions::auth_code))
                    .order(prescriptions::nre.asc())
                    .load(conn)
            })
            .await;
        let mut theirs: Vec<(String, String)> = self
            .snapshot()
            .prescriptions
            .into_iter()
            .filter(|held| held.state != 4)
            .map(|held| (held.registered.nre, held.registered.auth_code))
            .collect();
        theirs.sort();
        assert_eq!(ours, theirs);
    }
}
