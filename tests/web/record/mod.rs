//! The record: pages and entries, conflicts, other doctors' doors.

use diesel::prelude::*;
use millecloud::db::DbError;
use millecloud::db::schema::{patients, record_changes, therapies};

mod access;
mod conflicts;
mod pages;

use crate::support::TestApp;
use crate::support::browser::Browser;
use crate::support::page::Page;

/// Adds a patient to the archive of the doctor `username`; returns the id.
pub async fn add_patient(app: &TestApp, username: &'static str, surname: &'static str, code: &'static str) -> i64 {
    use millecloud::db::schema::users;
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    app.write(move |conn| -> Result<i64, DbError> {
        let doctor: i64 = users::table.filter(users::username.eq(username)).select(users::id).first(conn)?;
        let row = (
            (
                patients::doctor_id.eq(doctor),
                patients::surname.eq(surname),
                patients::name.eq("Claudio"),
                patients::search_key.eq(format!("{surname} CLAUDIO")),
                patients::initials.eq(""),
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

/// Adds a therapy without a prescription; returns the id.
async fn add_therapy(app: &TestApp, patient: i64, label: &'static str) -> i64 {
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    app.write(move |conn| -> Result<i64, DbError> {
        let doctor: i64 = patients::table.find(patient).select(patients::doctor_id).first(conn)?;
        let row = (
            (
                therapies::patient_id.eq(patient),
                therapies::aic.eq("023086150"),
                therapies::label.eq(label),
                therapies::substance.eq("AMOXICILLINA"),
                therapies::class.eq("A"),
                therapies::regime.eq("CD"),
                therapies::pieces.eq(1),
                therapies::by_substance.eq(false),
            ),
            (
                therapies::continuous.eq(false),
                therapies::suggested.eq(false),
                therapies::started_on.eq(today),
                therapies::revision.eq(1),
                therapies::updated_at.eq(now),
                therapies::updated_by.eq(doctor),
            ),
        );
        Ok(diesel::insert_into(therapies::table).values(row).returning(therapies::id).get_result(conn)?)
    })
    .await
}

/// The doctor BORGHETTO with SACCAVINI in the archive.
async fn surgery(app: &TestApp) -> (Browser, i64) {
    let doctor = app.doctor().await;
    let patient = add_patient(app, "borghetto", "SACCAVINI", "SCCCLD63E30L483Q").await;
    (doctor, patient)
}

fn record(patient: i64) -> String {
    format!("/millelight/pazienti/{patient}")
}

/// Writes a new entry through its form.
async fn write(doctor: &Browser, patient: i64, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = doctor.get(&format!("{}/{form}", record(patient))).await;
    page.submit("#modulo", fields).await
}

/// Lines of all histories.
async fn count_changes(app: &TestApp) -> i64 {
    app.read(|conn| Ok(record_changes::table.count().get_result(conn)?)).await
}
