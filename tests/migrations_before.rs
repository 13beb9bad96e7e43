//! The one text of a migration says to each engine what its own folder said, and a database made with those folders has
//! nothing to be done. Goes with the old folders.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use millecloud::db::migrate::{self, Engine};
use millecloud::db::{DatabaseUrl, DbPool};

fn old(engine: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations-before").join(engine)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_texts_are_those_of_the_old_folders() {
    let (mut files, mut folded_bytes, mut same) = (0, 0, 0);
    for (name, engine) in [("sqlite", Engine::Sqlite), ("postgres", Engine::Postgres)] {
        let folders = std::fs::read_dir(old(name)).unwrap().count();
        assert_eq!(migrate::embedded().unwrap().len(), folders);
        for text in migrate::embedded().unwrap() {
            for (file, script) in [("up.sql", &text.up), ("down.sql", &text.down)] {
                let before = std::fs::read_to_string(old(name).join(&text.name).join(file)).unwrap();
                let (before_folded, now_folded) = (folded(&before), folded(script.of(engine)));
                assert_eq!(now_folded, before_folded, "{name} {}/{file}", text.name);
                files += 1;
                folded_bytes += before_folded.len();
                same += usize::from(before == script.of(engine));
            }
        }
    }
    println!("{files} files compared, {folded_bytes} bytes after folding, {same} equal without folding");
}

#[test]
fn the_versions_are_those_of_diesel() {
    for engine in ["sqlite", "postgres"] {
        let source = FileBasedMigrations::from_path(old(engine)).unwrap();
        let before: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = source.migrations().unwrap();
        let before: BTreeMap<_, _> =
            before.iter().map(|m| (m.name().version().to_string(), m.name().to_string())).collect();
        let now: BTreeMap<_, _> =
            migrate::embedded().unwrap().iter().map(|text| (text.version.clone(), text.name.clone())).collect();
        assert_eq!(now, before);
        println!("{} versions of {engine} are the same", now.len());
    }
}

fn nothing_to_do(url: &str) {
    let pool = DbPool::open(&DatabaseUrl::parse(url).unwrap(), 1).unwrap();
    let conn = &mut *pool.connection().unwrap();
    assert!(!migrate::is_behind(conn).unwrap());
    assert!(migrate::list_unknown(conn).unwrap().is_empty());
    assert_eq!(migrate::run_pending(conn).unwrap(), 0);
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[test]
fn a_sqlite_of_the_old_folders_is_up_to_date_and_the_same() {
    let folder = tempfile::TempDir::new().unwrap();
    let [before, now] = ["before.db", "now.db"].map(|name| folder.path().join(name).display().to_string());
    let mut conn = SqliteConnection::establish(&before).unwrap();
    let all = conn.run_pending_migrations(FileBasedMigrations::from_path(old("sqlite")).unwrap()).unwrap().len();
    nothing_to_do(&format!("sqlite:{before}"));
    let pool = DbPool::open(&DatabaseUrl::parse(&format!("sqlite:{now}")).unwrap(), 1).unwrap();
    assert_eq!(migrate::run_pending(&mut pool.connection().unwrap()).unwrap(), all);
    let schema = |path: &str| {
        let mut conn = SqliteConnection::establish(path).unwrap();
        let sql = "SELECT type || name || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY type, name";
        let lines: Vec<Line> = diesel::sql_query(sql).load(&mut conn).unwrap();
        lines.iter().map(|line| folded(&line.line)).collect::<Vec<_>>()
    };
    assert_eq!(schema(&now), schema(&before));
    println!("{} entries of sqlite_master are the same", schema(&now).len());
}

const CATALOGUE: &str = "SELECT table_name || column_name || data_type || is_nullable || COALESCE(collation_name, '') || \
    COALESCE(column_default, '') || is_identity AS line FROM information_schema.columns WHERE table_schema = 'public' \
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
    UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint \
        WHERE connamespace = 'public'::regnamespace \
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY line";

#[test]
fn a_postgres_of_the_old_folders_is_up_to_date_and_the_same() {
    let Some(server) = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) else {
        println!("SKIPPED: TEST_DATABASE_URL names no PostgreSQL server");
        return;
    };
    let mut admin = PgConnection::establish(&server).unwrap();
    let [before, now] = ["before", "now"].map(|when| {
        let name = format!("mc_{when}_{}", std::process::id());
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        (name, url.to_string())
    });
    let schemas = [&before, &now].map(|(name, url)| {
        let mut conn = PgConnection::establish(url).unwrap();
        if name.contains("before") {
            conn.run_pending_migrations(FileBasedMigrations::from_path(old("postgres")).unwrap()).unwrap();
            nothing_to_do(url);
        } else {
            let pool = DbPool::open(&DatabaseUrl::parse(url).unwrap(), 1).unwrap();
            migrate::run_pending(&mut pool.connection().unwrap()).unwrap();
        }
        let lines: Vec<Line> = diesel::sql_query(CATALOGUE).load(&mut conn).unwrap();
        lines.iter().map(|line| folded(&line.line)).collect::<Vec<_>>()
    });
    assert_eq!(schemas[1], schemas[0]);
    println!("{} lines of the catalogue are the same", schemas[0].len());
    for (name, _) in [before, now] {
        admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    }
}
