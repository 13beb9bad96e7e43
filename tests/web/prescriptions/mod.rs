//! The pipeline's pages from outside: outcomes, list, annulment, credentials, lots.

mod annul;
mod outcomes;
mod session;
mod settings;

use diesel::prelude::*;
use millecloud::db::schema::{prescription_events, prescriptions};
use millecloud::db::{DbError, Owner};
use millecloud::identity::by::By;
use millecloud::prescriptions::model::State;
use millecloud::prescriptions::service::create_confirmed;
use millecloud::web::paths;
use sac_simulator::{Door, Fault, FaultPlan};

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// A portal with a doctor who can send, and a patient.
struct Desk {
    app: TestApp,
    browser: Browser,
    doctor: i64,
    patient: i64,
}

async fn desk() -> Desk {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.login("borghetto").await;
    app.enable_sac(doctor).await;
    let patient = app.fill_archive(doctor, "SCCCLD63E30L483Q").await.patient;
    // The archive's own prescription is sent at once: the tests begin after it.
    app.until_settled().await;
    Desk { app, browser, doctor, patient }
}

impl Desk {
    /// Queues `count` prescriptions, as the confirmation does.
    async fn confirm(&self, count: usize) -> Vec<i64> {
        let (doctor, patient, now) = (self.doctor, self.patient, self.app.site.clock.now());
        self.app
            .write(move |conn| -> Result<_, DbError> {
                let new = vec![prescription(patient); count];
                Ok(create_confirmed(conn, &By::guarded(Owner::of_doctor(doctor), doctor, now), &new).unwrap())
            })
            .await
    }

    async fn confirm_one(&self) -> i64 {
        self.confirm(1).await[0]
    }

    fn fault(&self, door: Door, fault: Fault) {
        self.app.simulator.engine.plan_fault(FaultPlan::once(door, fault));
    }

    async fn state(&self, id: i64) -> State {
        self.app.read(move |conn| Ok(prescriptions::table.find(id).select(prescriptions::state).first(conn)?)).await
    }

    /// Waits until the prescription is in `wanted`.
    async fn until(&self, id: i64, wanted: State) {
        for _ in 0..600 {
            if self.state(id).await == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{:?} instead of {wanted:?}", self.state(id).await);
    }

    async fn accepted(&self) -> i64 {
        let id = self.confirm_one().await;
        self.until(id, State::Accepted).await;
        id
    }

    async fn outcome(&self, id: i64) -> Page {
        self.browser.get(&paths::prescription_outcome(id)).await
    }

    /// How often a prescription passed into a state.
    async fn passages(&self, id: i64, to: State) -> i64 {
        self.app
            .read(move |conn| {
                Ok(prescription_events::table
                    .filter(prescription_events::prescription_id.eq(id))
                    .filter(prescription_events::to_state.eq(to))
                    .count()
                    .get_result(conn)?)
            })
            .await
    }
}
