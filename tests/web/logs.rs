//! Nothing of a person in the log (R32): canaries go through every page, and are looked for afterwards.

use diesel::prelude::*;
use millecloud::db::{DbError, Owner};
use millecloud::identity::by::By;
use millecloud::prescriptions::service::create_confirmed;
use sac_simulator::{Door, Fault, FaultPlan};

use crate::support::TestApp;
use crate::support::archive::prescription;
use crate::support::browser::Browser;
use crate::support::logs;
use crate::support::page::Page;

/// Words that stand for a person's data and for secrets. Whatever case they come back in, they must not be logged.
const CANARIES: &[&str] = &[
    "kanarini",         // surname, in forms, searches, addresses typed by hand, faults of SAC
    "knrlcu80a01l483",  // fiscal code
    "via del canarino", // address
    "canarino@",        // mail
    "347 9998887",      // telephone
    "tosse canarina",   // diary
    "canarofobia",      // problem
    "canarilina",       // allergy
    "knruser",          // user name that does not exist
    "canarino segreto", // password
    "borghetto",        // user name that does
    "cavallo-batteria", // password of the tests
    "brgpla59l23m048s", // the doctor's fiscal code, which is also his user name at SAC
];

const CODE: &str = "KNRLCU80A01L483K";

async fn submit(page: Page, form: &str, fields: &[(&str, &str)]) -> Page {
    page.submit(form, fields).await
}

/// A record with canaries in every field, typed through the pages.
async fn live_a_day(app: &TestApp, doctor: &Browser) -> i64 {
    let new = doctor.get("/millelight/pazienti/nuovo").await;
    let fields = [
        ("surname", "Kanarini"),
        ("name", "Luca"),
        ("fiscal_code", CODE),
        ("sex", "M"),
        ("birth_date", "1980-01-01"),
        ("address", "Via del Canarino 1"),
        ("mobile", "347 9998887"),
        ("email", "canarino@example.it"),
        ("action", "save"),
    ];
    let saved = submit(new, "form[novalidate]", &fields).await;
    saved.assert_status(200).assert_text("KANARINI");
    let id = app
        .read(|conn| -> Result<i64, DbError> {
            use millecloud::db::schema::patients;
            Ok(patients::table.filter(patients::fiscal_code.eq(CODE)).select(patients::id).first(conn)?)
        })
        .await;
    let record = format!("/millelight/pazienti/{id}");
    for (form, fields) in [
        ("problemi/nuovo", &[("description", "CANAROFOBIA")][..]),
        ("diario/nuova", &[("body", "Tosse canarina da due giorni")][..]),
        ("info-essenziali", &[("substance", "CANARILINA"), ("reaction", "tosse canarina")][..]),
    ] {
        let page = doctor.get(&format!("{record}/{form}")).await;
        submit(page, "#modulo", fields).await.assert_status(200);
    }
    for typed in ["kanarini", "Kanarini Luca", CODE, "kanarini 1980"] {
        let search = doctor.get("/millelight/pazienti").await;
        submit(search, "form[role=search]", &[("q", typed)]).await.assert_status(200);
    }
    doctor.get(&format!("{record}/problemi/nuovo?q=canarofobia")).await.assert_status(200);
    doctor.get("/millelight/prontuario?q=canarilina").await;
    id
}

/// What people type where it does not belong, and what goes wrong.
async fn go_wrong(app: &TestApp, doctor: &Browser) {
    let stranger = app.anonymous();
    let login = stranger.get("/millelight/accedi").await;
    submit(login, "form", &[("username", "knruser"), ("password", "canarino segreto")]).await;
    let login = stranger.get("/millelight/accedi").await;
    submit(login, "form", &[("username", "borghetto"), ("password", "canarino segreto")]).await;
    for address in [
        "/kanarini",
        "/millelight/kanarini?nome=kanarini",
        "/millelight/pazienti/kanarini",
        "/millelight/pazienti?c=kanarini&q=kanarini",
        "/millelight/prontuario/kanarini",
        "/millelight/conferma/kanarini",
        "/static/kanarini.css",
    ] {
        doctor.get_raw(address).await;
        stranger.get_raw(address).await;
    }
    let fields = [("q".to_owned(), "kanarini".to_owned())];
    doctor.post_raw("/millelight/pazienti", &fields, &[("origin", "https://kanarini.example")]).await;
    doctor
        .get_with("/millelight/medico", &[("referer", "https://kanarini.example/"), ("user-agent", "kanarini")])
        .await;
}

/// Prescriptions on their way to a SAC that fails in every way, repeating what it was told.
async fn send(app: &TestApp, doctor_id: i64, patient: i64) {
    let echo = |text: &str| Fault::SoapFault { status: 500, text: format!("{text} KANARINI LUCA {CODE}") };
    let engine = &app.simulator.engine;
    for fault in [
        echo("Errore"),
        Fault::AcceptThenGarble,
        Fault::Truncated,
        Fault::AcceptThenDrop,
        Fault::Status { status: 401, accept: false },
        Fault::Refuse { code: "1037".to_owned() },
        Fault::OtherNre,
    ] {
        engine.plan_fault(FaultPlan::once(Door::Send, fault));
        let now = app.site.clock.now();
        app.write(move |conn| -> Result<(), DbError> {
            let owner = Owner::of_doctor(doctor_id);
            create_confirmed(conn, &By::guarded(owner, doctor_id, now), &[prescription(patient)]).unwrap();
            Ok(())
        })
        .await;
        // The runner looks by itself; what a fault leaves waiting for the doctor stays there.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    engine.clear_faults();
}

#[actix_web::test]
async fn nothing_of_a_person_is_logged() {
    logs::keep();
    let app = TestApp::start().await;
    let doctor_id = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.enable_sac(doctor_id).await;
    let doctor = app.login("borghetto").await;
    let patient = live_a_day(&app, &doctor).await;
    go_wrong(&app, &doctor).await;
    send(&app, doctor_id, patient).await;
    for address in ["", "/problemi", "/terapie", "/diario", "/info-essenziali", "/esenzioni", "/prontuario", "/ricetta"]
    {
        doctor.get(&format!("/millelight/pazienti/{patient}{address}")).await;
    }
    doctor.get("/millelight/ricette").await;
    // The control: what was done is in the log, by its address's pattern and its ids.
    let logged = logs::kept();
    assert!(logged.contains("/millelight/pazienti/{id}"), "the log is not being kept");
    let found: Vec<String> = logged
        .lines()
        .filter_map(|line| {
            let small = line.to_lowercase();
            let canary = CANARIES.iter().find(|canary| small.contains(*canary))?;
            Some(format!("«{canary}»: {line}"))
        })
        .collect();
    assert!(
        found.is_empty(),
        "{} lines with personal data, the first:\n{}",
        found.len(),
        found[..found.len().min(5)].join("\n")
    );
}
