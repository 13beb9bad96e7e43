//! Budgets on the pages (R63): who opens more records than anybody reads is slowed, and the doctor is told.

use diesel::prelude::*;
use millecloud::accesses;
use millecloud::db::schema::patients;
use millecloud::db::{DbError, Owner};
use millecloud::identity::events::{self, EventKind};

use crate::support::TestApp;
use crate::support::page::Page;

/// More than the sixty at once, with room for what a slow machine earns meanwhile.
const PATIENTS: usize = 400;

struct World {
    app: TestApp,
    paolo: i64,
    patients: Vec<i64>,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let paolo = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    app.add_collaborator("segreti", &[paolo]).await;
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    let patients = app
        .write(move |conn| {
            (0..PATIENTS)
                .map(|n| {
                    let who = (
                        patients::doctor_id.eq(paolo),
                        patients::surname.eq(format!("PROVA{n}")),
                        patients::name.eq("Ada"),
                        patients::search_key.eq(format!("PROVA{n} ADA")),
                        patients::initials.eq(""),
                        patients::sex.eq("F"),
                        patients::birth_date.eq(today - chrono::Days::new(20_000)),
                        patients::birth_year.eq(1972),
                        patients::fiscal_code.eq(format!("{n:016}")),
                    );
                    let what = (
                        patients::category.eq("ssn"),
                        patients::status.eq("active"),
                        patients::revision.eq(1),
                        patients::created_at.eq(now),
                        patients::updated_at.eq(now),
                        patients::updated_by.eq(paolo),
                    );
                    let insert = diesel::insert_into(patients::table).values((who, what));
                    Ok(insert.returning(patients::id).get_result::<i64>(conn)?)
                })
                .collect::<Result<Vec<i64>, DbError>>()
        })
        .await;
    World { app, paolo, patients }
}

fn record(patient: i64) -> String {
    format!("/millelight/pazienti/{patient}")
}

#[actix_web::test]
async fn a_collaborator_who_opens_the_whole_archive_is_slowed_and_the_doctor_is_told() {
    let world = world().await;
    let maria = world.app.login("segreti").await;
    let mut opened = 0;
    let mut refused: Option<Page> = None;
    for patient in &world.patients {
        let page = maria.get(&record(*patient)).await;
        if page.status != 200 {
            refused = Some(page);
            break;
        }
        opened += 1;
    }
    let refused = refused.expect("four hundred records, one after the other");
    refused.assert_status(429).assert_text("il portale rallenta").assert_text("Aspetta");
    assert!(refused.header("retry-after").is_some() && opened >= 60, "only {opened}");
    // What was not shown was not noted; what was, was.
    let (paolo, ids) = (world.paolo, world.patients.clone());
    let noted = world
        .app
        .read(move |conn| {
            let mut noted = 0;
            for id in ids {
                noted += accesses::list_of_patient(conn, Owner::of_doctor(paolo), id, None, 5)?.len();
            }
            Ok(noted)
        })
        .await;
    assert_eq!(noted, opened);
    // The doctor reads it at the next login, once, with who it was.
    let told = world.app.read(move |conn| Ok(events::list(conn, paolo)?)).await;
    let slowed: Vec<_> = told.iter().filter(|event| event.kind == EventKind::CollaboratorSlowed).collect();
    assert_eq!(slowed.len(), 1);
    assert!(slowed[0].device.to_uppercase().contains("SEGRETI"), "{slowed:?}");
    // A little later it goes on.
    world.app.site.clock.advance(chrono::TimeDelta::seconds(5));
    maria.get(&record(world.patients[PATIENTS - 1])).await.assert_status(200);
}

#[actix_web::test]
async fn whoever_works_with_one_patient_or_is_the_doctor_is_not() {
    let world = world().await;
    let maria = world.app.login("segreti").await;
    for _ in 0..90 {
        maria.get(&record(world.patients[0])).await.assert_status(200);
    }
    let paolo = world.app.login("borghetto").await;
    for patient in world.patients.iter().take(90) {
        paolo.get(&record(*patient)).await.assert_status(200);
    }
}
