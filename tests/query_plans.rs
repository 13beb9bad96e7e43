//! No query without an index: everything the portal and its background jobs ask of a seeded database is explained by the
//! engine itself, and none may walk a big table.
//!
//! Runs on SQLite; with `TEST_DATABASE_URL`, on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    clippy::string_slice,
    dead_code,
    missing_docs,
    reason = "tests; the support is shared with others"
)]

#[path = "web/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection as _};
use diesel::prelude::*;
use diesel::sql_types::Text;
use millecloud::db::schema::prescriptions;
use millecloud::db::{Db, DbError, Owner};
use millecloud::delivery::service::publish;
use millecloud::identity::by::By;
use millecloud::identity::queries::find_user_by_username;
use millecloud::patients::queries::find_by_code;
use millecloud::practice::{self, SeedPlan};
use millecloud::prescriptions::model::State;
use millecloud::prescriptions::service::create_confirmed;
use millecloud::web::paths;

use reqwest::Method;
use serde_json::json;
use support::TestApp;
use support::archive::prescription;
use support::crawler::crawl;

/// Tables of a few hundred rows at most, for ever: reading one whole is as good as an index.
const SMALL: &[&str] = &[
    "aifa_notes",
    "exemptions",
    "formulary_editions",
    "local_health_units",
    "narcotics",
    "posologies",
    "prescribing_limits",
    "provinces",
    "push_services",
    "reference_imports",
    "regions",
    "substitution_motives",
    "supply_regimes",
];

static ASKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes the text of every statement.
fn note() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let sql = text.rsplit_once(" -- binds:").map_or(text.as_str(), |(sql, _)| sql).trim();
            ASKED.lock().unwrap().insert(sql.to_owned());
        }
    }))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What a statement reads without an index, according to the engine.
fn scans(conn: &mut Db, partial: &BTreeSet<String>, sql: &str) -> Vec<String> {
    let plan: Vec<String> = match conn {
        Db::Sqlite(c) => {
            let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(c).expect(sql);
            lines.into_iter().map(|line| line.detail).collect()
        }
        Db::Pg(c) => {
            let most = (1..=60).rev().find(|n| sql.contains(&format!("${n}"))).unwrap_or(0);
            let nulls = if most == 0 { String::new() } else { format!("({})", vec!["NULL"; most].join(", ")) };
            c.batch_execute(&format!("PREPARE asked AS {sql}")).unwrap_or_else(|error| panic!("{error}: {sql}"));
            let lines =
                diesel::sql_query(format!("SELECT detail FROM pg_temp.plan_of('EXECUTE asked{nulls}') AS detail"))
                    .load::<Line>(c)
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
            c.batch_execute("DEALLOCATE asked").unwrap();
            lines.into_iter().map(|line| line.detail).collect()
        }
    };
    let walked = match conn {
        Db::Sqlite(_) => walked_by_sqlite(&plan, partial),
        Db::Pg(c) => walked_by_postgres(&plan, partial).into_iter().filter(|table| rows(c, table) >= JUDGED).collect(),
    };
    walked.into_iter().filter(|table| !SMALL.contains(&table.as_str())).collect()
}

/// PostgreSQL chooses by size: of a table with fewer rows than this its choice says nothing. SQLite, which chooses by the
/// indexes there are, judges those.
const JUDGED: i64 = 100;

fn rows(c: &mut PgConnection, table: &str) -> i64 {
    use diesel::sql_types::BigInt;
    let count = diesel::dsl::sql::<BigInt>(&format!("SELECT COUNT(*) FROM {table}"));
    count.get_result(c).expect(table)
}

const SQLITE_PARTIAL: &str = "SELECT name, tbl_name AS of_table, substr(sql, instr(sql, ' WHERE ') + 7) AS predicate \
                              FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'";
const POSTGRES_PARTIAL: &str = "SELECT relname::text AS name, indrelid::regclass::text AS of_table, \
                                pg_get_expr(indpred, indrelid) AS predicate \
                                FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indpred IS NOT NULL";

#[derive(QueryableByName)]
struct Partial {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    of_table: String,
    #[diesel(sql_type = Text)]
    predicate: String,
}

/// The indexes of a few rows of a table only. A statement that is served by one has asked for those rows: the plan shows no
/// condition beside it, because the index is the condition, and reads no more than the index holds.
fn partial_indexes(conn: &mut Db) -> BTreeSet<String> {
    let sql = if conn.is_sqlite() { SQLITE_PARTIAL } else { POSTGRES_PARTIAL };
    let all: Vec<Partial> = diesel::sql_query(sql).load(conn).expect(sql);
    let is_small = |index: &Partial| {
        let held = format!("SELECT COUNT(*) FROM {} WHERE {}", index.of_table, index.predicate);
        let held: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(&held).get_result(conn).expect(&held);
        held < JUDGED
    };
    all.into_iter().filter(is_small).map(|index| index.name).collect()
}

/// `SCAN patients`, with or without an index used for its order only. Subqueries and constants are no tables.
fn walked_by_sqlite(plan: &[String], partial: &BTreeSet<String>) -> Vec<String> {
    let by_partial = |line: &str| line.split(' ').any(|word| partial.contains(word));
    let table =
        |line: &String| line.strip_prefix("SCAN ").filter(|_| !by_partial(line))?.split(' ').next().map(str::to_owned);
    let is_table = |name: &String| name != "CONSTANT" && !name.starts_with('(') && name != "line";
    plan.iter().filter_map(table).filter(is_table).collect()
}

/// `Seq Scan on patients` where sequential scans are the last resort, or an index walked from end to end.
fn walked_by_postgres(plan: &[String], partial: &BTreeSet<String>) -> Vec<String> {
    let mut walked = Vec::new();
    for (n, line) in plan.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(on) = words.iter().position(|word| *word == "on") else { continue };
        let Some(table) = words.get(on + 1) else { continue };
        let bounded = plan.get(n + 1).is_some_and(|next| next.trim_start().starts_with("Index Cond:"));
        if words.iter().any(|word| partial.contains(*word)) {
            continue;
        }
        let by_index = line.contains("Index Scan") || line.contains("Index Only Scan");
        if line.contains("Seq Scan on") || (by_index && !line.contains("Bitmap") && !bounded) {
            walked.push((*table).to_owned());
        }
    }
    walked
}

/// PostgreSQL's answer to EXPLAIN as rows one can select, planned without looking at values. Joins row by row only, as on
/// big tables: the few rows seeded here would be joined by reading both sides whole, whatever indexes there are.
const PLAN_OF: &str = r#"
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
    DECLARE line RECORD;
    BEGIN
        FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP RETURN NEXT line."QUERY PLAN"; END LOOP;
    END $$;
    ANALYZE;"#;

/// Everything a doctor and the background jobs do, once.
async fn use_everything(app: &TestApp) {
    let plan = SeedPlan { doctors: 2, patients_per_doctor: 2_000, seed: 3 };
    let (now, today) = (app.site.clock.now(), app.site.clock.today());
    let hash = app.site.passwords.hash_blocking(support::app::PASSWORD).unwrap();
    app.write(move |conn| -> Result<(), DbError> {
        for index in 1..=plan.doctors {
            practice::load_seed(conn, plan, index, &hash, now, today)?;
        }
        practice::load_demo(conn, hash, now, today)?;
        Ok(())
    })
    .await;
    for username in [practice::DEMO_DOCTOR.username, "medico0001"] {
        let doctor = app.login(username).await;
        let start = doctor.get("/millelight/pazienti").await;
        let mut starts = vec!["/millelight".to_owned(), "/".to_owned()];
        for typed in [
            "a",
            "rossi",
            "sacc",
            "sacc claudio",
            "claudio",
            "brambilla",
            "dall'olio anna maria",
            "S C",
            "SCCCLD63E30L483Q",
            "SCCCLD",
            "1963",
            "sacc 1963",
            "zzzz",
            "rossi zzzz",
            "",
        ] {
            for (show, place) in [("", ""), ("tutti", "archivio"), ("attivi", "recenti"), ("attivi", "oggi")] {
                let found = start.submit("form[role=search]", &[("q", typed), ("mostra", show), ("dove", place)]).await;
                found.assert_status(200);
                starts.extend(found.links("a[href*='/pazienti/']").into_iter().take(2));
                starts.extend(found.links("a[rel=next]"));
            }
        }
        let pages = crawl(&doctor, &starts, 3).await;
        assert!(pages.len() > 40, "only {} pages were found", pages.len());
    }
    for username in [practice::DEMO_DOCTOR.username, "annarossi"] {
        use_the_api(app, username).await;
    }
    use_the_patients_portal(app).await;
    // The background jobs have looked around by then, too.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
}

/// What a program of the studio asks.
async fn use_the_api(app: &TestApp, username: &str) {
    let program = app.connect(username).await;
    program.get("/api/v1/me").await.assert_status(200);
    let doctors = program.get("/api/v1/doctors").await;
    let doctor = doctors.body["doctors"][0]["id"].as_i64().unwrap();
    let base = format!("/api/v1/doctors/{doctor}");
    for typed in ["sacc", "sacc 1963", "SCCCLD63E30L483Q"] {
        let found = program.post(&format!("{base}/patients/search"), &json!({ "text": typed })).await;
        let patient = found.assert_status(200).body["patients"][0]["id"].as_i64().unwrap();
        program.get(&format!("{base}/patients/{patient}")).await.assert_status(200);
    }
    program.get(&format!("{base}/formulary?q=zimox")).await.assert_status(200);
    program.get(&format!("{base}/counters")).await.assert_status(200);
    for view in ["waiting", "validated", "annulled", "refused"] {
        let list = program.get(&format!("{base}/prescriptions?view={view}")).await;
        let Some(id) = list.assert_status(200).body["prescriptions"][0]["id"].as_i64() else { continue };
        program.get(&format!("{base}/prescriptions/{id}")).await.assert_status(200);
        program.get(&format!("{base}/prescriptions/{id}/deliveries")).await;
    }
    let headers = [("content-type", "application/json"), ("idempotency-key", "scarico")];
    program.send(Method::POST, &format!("{base}/downloads"), Some("{}".to_owned()), &headers).await;
}

/// Everything a patient does, and what the surgery does for the patients' portal.
async fn use_the_patients_portal(app: &TestApp) {
    let hash = app.site.passwords.hash_blocking(support::app::PASSWORD).unwrap();
    let (now, code) = (app.site.clock.now(), practice::DEMO_PATIENT.username);
    let (doctor, patient, id) = app
        .write(move |conn| -> Result<_, DbError> {
            let doctor = find_user_by_username(conn, practice::DEMO_DOCTOR.username)?.unwrap().id;
            practice::enrol_demo_patient(conn, doctor, &hash, now)?;
            let owner = Owner::of_doctor(doctor);
            let patient = find_by_code(conn, owner, code)?.unwrap().id;
            let ids = create_confirmed(conn, &By::guarded(owner, doctor, now), &[prescription(patient)]).unwrap();
            Ok((doctor, patient, ids[0]))
        })
        .await;
    app.write(move |conn| -> Result<(), DbError> {
        diesel::update(prescriptions::table.find(id))
            .set((prescriptions::state.eq(State::Accepted), prescriptions::auth_code.eq("1".repeat(30))))
            .execute(conn)?;
        let by = By::guarded(Owner::of_doctor(doctor), doctor, now);
        publish(conn, &by, &[id]).unwrap();
        Ok(())
    })
    .await;
    let browser = app.anonymous();
    let door = browser.get("/millebook/accedi").await;
    let fields = [("username", code), ("password", support::app::PASSWORD)];
    door.submit("form", &fields).await.assert_text("Hai una ricetta da ritirare");
    let pages = crawl(&browser, &["/millebook".to_owned()], 3).await;
    assert!(pages.len() >= 5, "only {} pages were found", pages.len());
    // A second code, used by somebody who has forgotten the password; then the consent is taken back.
    let doctor = app.login(practice::DEMO_DOCTOR.username).await;
    let page = doctor.get(&paths::patient_millebook(patient)).await;
    let code_given = page.submit("main form[action$=millebook]", &[("consegna", "carta")]).await.one(".nre");
    let claim = app.anonymous().get("/millebook/attiva").await;
    let fields = [("codice", code_given.as_str()), ("codice_fiscale", code), ("nascita", "1963-05-30")];
    let chosen = "quattro gatti sul tetto";
    let passwords = [("password_nuova", chosen), ("password_ripetuta", chosen)];
    claim.submit("form", &fields).await.submit("form.stack", &passwords).await.assert_text("Millebook è attivo");
    let ask = doctor.get(&paths::patient_millebook_withdraw(patient)).await;
    ask.submit("dialog form", &[]).await.assert_text("Consenso revocato");
}

/// Statements that need no index: the engine's own catalogue, the first rows of a list, an import that replaces a list
/// whole, and the driver's question whether a table may be deleted from.
fn is_bounded(sql: &str) -> bool {
    let whole = !sql.contains(" WHERE ");
    let catalogue = ["pg_catalog", "pragma_", "__diesel_schema_migrations"].iter().any(|name| sql.contains(name));
    catalogue || sql.contains("(1=0)") || whole && (sql.contains(" LIMIT ") || sql.starts_with("DELETE"))
}

#[actix_web::test]
async fn no_query_walks_a_big_table() {
    diesel::connection::set_default_instrumentation(note).unwrap();
    let app = TestApp::start().await;
    use_everything(&app).await;
    let asked: Vec<String> = {
        let all = ASKED.lock().unwrap();
        let explained = |sql: &&String| ["SELECT", "UPDATE", "DELETE", "WITH"].iter().any(|word| sql.starts_with(word));
        all.iter().filter(explained).filter(|sql| !is_bounded(sql)).cloned().collect()
    };
    assert!(asked.len() > 60, "only {} statements were noted", asked.len());
    let bad = app
        .write(move |conn| -> Result<_, DbError> {
            if let Db::Pg(c) = conn {
                c.batch_execute(PLAN_OF).unwrap();
            }
            let partial = partial_indexes(conn);
            assert!(partial.contains("patients_without_key"), "{partial:?}");
            let control = scans(conn, &partial, "SELECT id FROM patients WHERE address = 'x'");
            assert_eq!(control, ["patients"], "the explainer sees nothing");
            let found = asked.iter().map(|sql| (scans(conn, &partial, sql), sql));
            Ok(found
                .filter(|(tables, _)| !tables.is_empty())
                .map(|(t, sql)| format!("{t:?}: {sql}"))
                .collect::<Vec<_>>())
        })
        .await;
    assert!(bad.is_empty(), "{} statements walk a big table:\n{}", bad.len(), bad.join("\n\n"));
}
