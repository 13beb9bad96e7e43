//! From the outcome to the patient: mail, print, portal, number alone; what is refused; what goes wrong.

mod gates;
mod mail;
mod narrowed;
mod others;

use diesel::prelude::*;
use millecloud::db::schema::{deliveries, delivery_items, millebook_enrolments, outbox, patients, prescriptions};
use millecloud::db::{DbError, Owner};
use millecloud::identity::by::By;
use millecloud::prescriptions::model::{Channel, DeliveryReason, DeliveryState, State};
use millecloud::prescriptions::service::create_confirmed;
use millecloud::web::paths;

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;

const ADDRESS: &str = "claudio.saccavini@posta.example";

/// A doctor, a patient with an address and a mobile, one prescription accepted.
struct Counter {
    app: TestApp,
    browser: Browser,
    doctor: i64,
    patient: i64,
    id: i64,
}

async fn counter() -> Counter {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.enable_sac(doctor).await;
    let archive = app.fill_archive(doctor, "SCCCLD63E30L483Q").await;
    app.write(move |conn| {
        // The archive's failed delivery is not what these tests are about.
        diesel::update(deliveries::table)
            .set((deliveries::handled_at.eq(deliveries::requested_at.nullable()), deliveries::needs_care.eq(false)))
            .execute(conn)?;
        Ok(diesel::update(patients::table.find(archive.patient))
            .set((patients::email.eq(ADDRESS), patients::mobile.eq("347 5550199")))
            .execute(conn)?)
    })
    .await;
    app.until_settled().await;
    let browser = app.login("borghetto").await;
    Counter { app, browser, doctor, patient: archive.patient, id: archive.prescription }
}

/// A delivery as the tests look at it: channel, state, reason, recipient, prints.
type Seen = (Channel, DeliveryState, DeliveryReason, String, i64);

impl Counter {
    async fn more(&self, count: usize) -> Vec<i64> {
        let (doctor, patient, now) = (self.doctor, self.patient, self.app.site.clock.now());
        let ids = self
            .app
            .write(move |conn| -> Result<_, DbError> {
                let new = vec![prescription(patient); count];
                Ok(create_confirmed(conn, &By::guarded(Owner::of_doctor(doctor), doctor, now), &new).unwrap())
            })
            .await;
        self.app.until_settled().await;
        ids
    }

    async fn deliveries(&self, id: i64) -> Vec<Seen> {
        self.app
            .read(move |conn| {
                Ok(deliveries::table
                    .inner_join(delivery_items::table)
                    .filter(delivery_items::prescription_id.eq(id).and(deliveries::handled_at.is_null()))
                    .order(deliveries::id)
                    .select((
                        deliveries::channel,
                        deliveries::state,
                        deliveries::reason,
                        deliveries::recipient,
                        deliveries::print_count,
                    ))
                    .load(conn)?)
            })
            .await
    }

    async fn channel(&self, id: i64, channel: Channel) -> Option<Seen> {
        self.deliveries(id).await.into_iter().rev().find(|seen| seen.0 == channel)
    }

    /// Waits until the last delivery of the channel is in `state`.
    async fn until(&self, id: i64, channel: Channel, state: DeliveryState) {
        for _ in 0..400 {
            if self.channel(id, channel).await.is_some_and(|seen| seen.1 == state) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{:?} instead of {state:?}", self.channel(id, channel).await.map(|seen| seen.1));
    }

    /// Opens the mail dialog and confirms it.
    async fn mail(&self, ids: &[i64], fields: &[(&str, &str)]) -> crate::support::page::Page {
        let dialog = self.browser.get(&paths::about(&paths::delivery_mail(), ids)).await;
        dialog.assert_status(200).submit("dialog form", fields).await
    }

    async fn set_state(&self, id: i64, state: State) {
        self.app
            .write(move |conn| {
                Ok(diesel::update(prescriptions::table.find(id)).set(prescriptions::state.eq(state)).execute(conn)?)
            })
            .await;
    }

    async fn enrol(&self) {
        let (patient, doctor, now) = (self.patient, self.doctor, self.app.site.clock.now());
        self.app
            .write(move |conn| {
                Ok(diesel::insert_into(millebook_enrolments::table)
                    .values((
                        millebook_enrolments::patient_id.eq(patient),
                        millebook_enrolments::consent_at.eq(now),
                        millebook_enrolments::enrolled_by.eq(doctor),
                    ))
                    .execute(conn)?)
            })
            .await;
    }

    /// Everything waiting in the outbox is due now, as if the time had passed.
    async fn hurry(&self) {
        let now = self.app.site.clock.now();
        self.app
            .write(move |conn| {
                Ok(diesel::update(outbox::table.filter(outbox::state.eq("waiting")))
                    .set(outbox::run_at.eq(now))
                    .execute(conn)?)
            })
            .await;
    }

    /// One hidden form of this session, to post by hand: the token.
    async fn token(&self) -> (String, String) {
        let page = self.browser.get("/millelight/medico").await;
        ("_csrf".to_owned(), page.attribute("input[name=_csrf]", "value").unwrap())
    }
}
