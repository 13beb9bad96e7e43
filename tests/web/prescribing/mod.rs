//! Prescribing from outside: from the formulary to the outcome, what is refused and why, whose baskets are whose.

mod access;
mod flow;
mod law;
mod refusals;

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::{allergies, drafts, patient_exemptions, patients, prescriptions, problems};
use millecloud::formulary::starter;
use millecloud::web::paths;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

const ZIMOX: &str = "023086150";
const DROPS: &str = "023086135";
const CRESTOR: &str = "035885058";
const METFORMIN: &str = "040592040";

/// Main form of a page of prescribing.
const FORM: &str = "main form.stack";

/// A portal with the starter formulary, a doctor who can send, and a patient of theirs.
struct Surgery {
    app: TestApp,
    browser: Browser,
    doctor: i64,
    patient: i64,
}

async fn surgery() -> Surgery {
    let app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let browser = app.login("borghetto").await;
    let now = app.site.clock.now();
    app.write(move |conn| -> Result<(), DbError> {
        starter::load(conn, now)?;
        Ok(())
    })
    .await;
    let patient = add_patient(&app, doctor, "SACCAVINI", "SCCCLD63E30L483Q").await;
    app.enable_sac(doctor).await;
    let surgery = Surgery { app, browser, doctor, patient };
    let lots = surgery.browser.get(&paths::lots()).await.submit("main form", &[]).await;
    lots.assert_text("100 numeri disponibili");
    surgery
}

async fn add_patient(app: &TestApp, doctor: i64, surname: &'static str, code: &'static str) -> i64 {
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    app.write(move |conn| -> Result<i64, DbError> {
        let row = (
            (
                patients::doctor_id.eq(doctor),
                patients::surname.eq(surname),
                patients::name.eq("Claudio"),
                patients::search_key.eq(format!("{surname} CLAUDIO")),
                patients::initials.eq("SC"),
                patients::sex.eq("M"),
                patients::birth_date.eq(today - chrono::Days::new(20_000)),
                patients::birth_year.eq(1963),
                patients::fiscal_code.eq(code),
            ),
            (
                patients::category.eq("ssn"),
                patients::status.eq("active"),
                patients::revision.eq(1),
                patients::created_at.eq(now),
                patients::updated_at.eq(now),
                patients::updated_by.eq(doctor),
            ),
        );
        Ok(diesel::insert_into(patients::table).values(row).returning(patients::id).get_result(conn)?)
    })
    .await
}

impl Surgery {
    /// Ticks packages in the formulary and presses OK.
    async fn pick(&self, aics: &[&str]) -> Page {
        let ticked: Vec<(&str, &str)> = aics.iter().map(|aic| ("aic", *aic)).collect();
        self.pick_with(&ticked).await
    }

    async fn pick_with(&self, fields: &[(&str, &str)]) -> Page {
        let formulary = self.browser.get(&format!("{}?q=zimox", paths::patient_formulary(self.patient))).await;
        let (_, mut form) = formulary.filled("form.formulary", &[]);
        form.retain(|(name, _)| name != "aic");
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.browser.post(&paths::draft_add(self.patient), &form).await
    }

    /// Picks one drug, completes it, and answers the page that follows.
    async fn prescribe(&self, aic: &str, data: &[(&str, &str)]) -> Page {
        self.pick(&[aic]).await.submit(FORM, data).await
    }

    async fn review(&self) -> Page {
        self.browser.get(&paths::draft(self.patient)).await
    }

    async fn count_prescriptions(&self) -> i64 {
        self.app.read(|conn| Ok(prescriptions::table.count().get_result(conn)?)).await
    }

    async fn count_drafts(&self) -> i64 {
        self.app.read(|conn| Ok(drafts::table.count().get_result(conn)?)).await
    }

    async fn add_problem(&self, code: &'static str, description: &'static str) -> i64 {
        let (patient, doctor) = (self.patient, self.doctor);
        let (now, today) = (self.app.site.clock.now(), self.app.site.clock.today());
        self.app
            .write(move |conn| -> Result<i64, DbError> {
                let row = (
                    problems::patient_id.eq(patient),
                    problems::icd9_code.eq(code),
                    problems::description.eq(description),
                    problems::opened_on.eq(today),
                    problems::notes.eq(""),
                    problems::revision.eq(1),
                    problems::updated_at.eq(now),
                    problems::updated_by.eq(doctor),
                );
                Ok(diesel::insert_into(problems::table).values(row).returning(problems::id).get_result(conn)?)
            })
            .await
    }

    async fn add_exemption(&self, code: &'static str, days_left: Option<i64>) {
        let (patient, doctor, now) = (self.patient, self.doctor, self.app.site.clock.now());
        let until = days_left.map(|days| self.app.site.clock.today() + chrono::TimeDelta::days(days));
        self.app
            .write(move |conn| -> Result<usize, DbError> {
                let row = (
                    patient_exemptions::patient_id.eq(patient),
                    patient_exemptions::code.eq(code),
                    patient_exemptions::description.eq("Diabete mellito"),
                    patient_exemptions::valid_to.eq(until),
                    patient_exemptions::revision.eq(1),
                    patient_exemptions::updated_at.eq(now),
                    patient_exemptions::updated_by.eq(doctor),
                );
                Ok(diesel::insert_into(patient_exemptions::table).values(row).execute(conn)?)
            })
            .await;
    }

    async fn add_allergy(&self, substance: &'static str, atc_prefix: &'static str) {
        let (patient, doctor) = (self.patient, self.doctor);
        let (now, today) = (self.app.site.clock.now(), self.app.site.clock.today());
        self.app
            .write(move |conn| -> Result<usize, DbError> {
                let row = (
                    allergies::patient_id.eq(patient),
                    allergies::substance.eq(substance),
                    allergies::atc_prefix.eq(atc_prefix),
                    allergies::reaction.eq(""),
                    allergies::noted_on.eq(today),
                    allergies::revision.eq(1),
                    allergies::updated_at.eq(now),
                    allergies::updated_by.eq(doctor),
                );
                Ok(diesel::insert_into(allergies::table).values(row).execute(conn)?)
            })
            .await;
    }
}
