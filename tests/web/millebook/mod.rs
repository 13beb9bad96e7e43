//! The patients' portal from outside: enrolment, activation, prescriptions, and who may not.

mod access;
mod activation;
mod book;
mod enrolment;
mod forgotten;
mod security;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use millecloud::db::schema::{patients, prescriptions};
use millecloud::db::{DbError, Owner};
use millecloud::delivery::service::publish;
use millecloud::identity::by::By;
use millecloud::prescriptions::model::State;
use millecloud::prescriptions::service::create_confirmed;
use millecloud::web::paths;

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// The patient of every archive of these tests.
const CODE: &str = "SCCCLD63E30L483Q";
/// What the patient chooses.
const CHOSEN: &str = "quattro gatti sul tetto";
/// One answer for whatever is wrong with a code.
const UNKNOWN: &str = "non corrispondono, oppure il codice è scaduto o già usato";

/// A portal with a doctor who can send, and a patient.
struct Surgery {
    app: TestApp,
    doctor: Browser,
    id: i64,
    patient: i64,
}

async fn surgery() -> Surgery {
    let app = TestApp::start().await;
    let id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let doctor = app.login("borghetto").await;
    app.enable_sac(id).await;
    let patient = app.fill_archive(id, CODE).await.patient;
    app.until_settled().await;
    Surgery { app, doctor, id, patient }
}

impl Surgery {
    /// The doctor enrols the patient; returns the code of the sheet.
    async fn code(&self) -> String {
        code_of(&self.doctor, self.patient).await
    }

    /// The patient's browser, the account just opened.
    async fn enrolled(&self) -> Browser {
        let code = self.code().await;
        self.activated(&code).await
    }

    async fn activated(&self, code: &str) -> Browser {
        let browser = self.app.anonymous();
        let born = self.born().await;
        let page = claim(&browser, code, CODE, &born).await;
        let fields = [("password_nuova", CHOSEN), ("password_ripetuta", CHOSEN)];
        let landed = page.submit("form.stack", &fields).await;
        landed.assert_status(200).assert_text("Millebook è attivo");
        browser
    }

    /// The patient's birth date as typed.
    async fn born(&self) -> String {
        born(&self.app, self.patient).await
    }

    /// A prescription that SAC has accepted.
    async fn accepted(&self) -> i64 {
        let (doctor, patient, now) = (self.id, self.patient, self.app.site.clock.now());
        let create = move |conn: &mut millecloud::db::Db| -> Result<i64, DbError> {
            let new = [prescription(patient)];
            Ok(create_confirmed(conn, &By::guarded(Owner::of_doctor(doctor), doctor, now), &new).unwrap()[0])
        };
        let id = self.app.write(create).await;
        self.app.until_settled().await;
        id
    }

    /// One that is published too.
    async fn published(&self) -> i64 {
        let id = self.accepted().await;
        self.publish(id).await;
        id
    }

    async fn publish(&self, id: i64) {
        publish_for(&self.app, self.id, id).await;
    }

    async fn set_state(&self, id: i64, state: State) {
        self.app
            .write(move |conn| {
                let row = diesel::update(prescriptions::table.find(id));
                Ok(row.set(prescriptions::state.eq(state)).execute(conn)?)
            })
            .await;
    }

    /// A second doctor with the same patient and one prescription as if SAC had accepted it: doctor, patient, prescription.
    async fn second_archive(&self) -> (Browser, i64, i64, i64) {
        let id = self.app.add_doctor("rossi", "RSSMRA70A01H501S").await;
        let ids = self.app.fill_archive(id, CODE).await;
        let accepted = ids.prescription;
        self.app
            .write(move |conn| {
                let row = diesel::update(prescriptions::table.find(accepted));
                let values = (
                    prescriptions::state.eq(State::Accepted),
                    prescriptions::auth_code.eq("191120160904022190000021250125"),
                    prescriptions::nre.eq("0500A4000021257"),
                    prescriptions::next_try_at.eq(None::<chrono::NaiveDateTime>),
                );
                Ok(row.set(values).execute(conn)?)
            })
            .await;
        (self.app.login("rossi").await, id, ids.patient, accepted)
    }
}

async fn born(app: &TestApp, patient: i64) -> String {
    let date: NaiveDate =
        app.read(move |conn| Ok(patients::table.find(patient).select(patients::birth_date).first(conn)?)).await;
    date.format("%Y-%m-%d").to_string()
}

async fn publish_for(app: &TestApp, doctor: i64, id: i64) {
    let by = By::guarded(Owner::of_doctor(doctor), doctor, app.site.clock.now());
    app.write(move |conn| -> Result<(), DbError> {
        publish(conn, &by, &[id]).unwrap();
        Ok(())
    })
    .await;
}

/// A doctor's browser asks for a code on paper.
async fn code_of(doctor: &Browser, patient: i64) -> String {
    let page = doctor.get(&paths::patient_millebook(patient)).await;
    let sheet = page.submit("main form[action$=millebook]", &[("consenso", "true"), ("consegna", "carta")]).await;
    sheet.assert_status(200).one(".nre")
}

/// The first step of the activation.
async fn claim(browser: &Browser, code: &str, fiscal_code: &str, born: &str) -> Page {
    let page = browser.get(&paths::millebook_activate()).await;
    page.submit("form", &[("codice", code), ("codice_fiscale", fiscal_code), ("nascita", born)]).await
}

async fn sign_in(app: &TestApp, username: &str, password: &str) -> (Browser, Page) {
    let browser = app.anonymous();
    let page = browser.get(&paths::millebook_login()).await;
    let landed = page.submit("form", &[("username", username), ("password", password)]).await;
    (browser, landed)
}

fn pass(app: &TestApp, time: TimeDelta) {
    app.site.clock.advance(time);
}
