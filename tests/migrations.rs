//! Both engines have the same migrations, they can be undone and done again, and the tables are those of `db::schema`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, PgConnection, RunQueryDsl};
use millecloud::db::{DatabaseUrl, Db, DbPool, migrate};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn folders(path: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root(path)).unwrap().map(|entry| entry.unwrap());
    entries.filter(|e| e.path().is_dir()).map(|e| e.file_name().into_string().unwrap()).collect()
}

#[test]
fn the_engines_have_the_same_migrations() {
    let (sqlite, postgres) = (folders("migrations/sqlite"), folders("migrations/postgres"));
    assert_eq!(sqlite, postgres);
    for name in sqlite {
        for engine in ["sqlite", "postgres"] {
            for file in ["up.sql", "down.sql"] {
                let path = root("migrations").join(engine).join(&name).join(file);
                assert!(path.metadata().unwrap().len() > 0, "{}", path.display());
            }
        }
    }
}

/// Column name to (coarse type, nullable).
type Columns = BTreeMap<String, (String, bool)>;

/// The tables as `src/db/schema` declares them.
fn declared() -> BTreeMap<String, Columns> {
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(root("src/db/schema")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for block in text.split("diesel::table! {").skip(1) {
            let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
            let name = lines.next().unwrap().split(' ').next().unwrap().to_owned();
            let columns = lines.take_while(|line| *line != "}").map(|line| {
                let (column, kind) = line.trim_end_matches(',').split_once(" -> ").unwrap();
                let inner = kind.strip_prefix("Nullable<").map(|kind| kind.trim_end_matches('>'));
                (column.to_owned(), (inner.unwrap_or(kind).to_owned(), inner.is_some()))
            });
            tables.insert(name, columns.collect());
        }
    }
    tables
}

#[derive(diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

const SQLITE_COLUMNS: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind, \
    (c.\"notnull\" = 0 AND c.pk = 0) AS nullable FROM sqlite_master m, pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text, data_type::text AS kind, \
    (is_nullable = 'YES') AS nullable FROM information_schema.columns \
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

fn coarse(kind: &str) -> &'static str {
    match kind {
        "INTEGER" | "bigint" => "BigInt",
        "TEXT" | "text" => "Text",
        "BOOLEAN" | "boolean" => "Bool",
        "TIMESTAMP" | "timestamp without time zone" => "Timestamp",
        "DATE" | "date" => "Date",
        "BLOB" | "bytea" => "Binary",
        other => panic!("a type without a rule: {other}"),
    }
}

fn migrated(conn: &mut Db) -> BTreeMap<String, Columns> {
    let sql = if conn.is_sqlite() { SQLITE_COLUMNS } else { POSTGRES_COLUMNS };
    let columns: Vec<Column> = diesel::sql_query(sql).load(conn).unwrap();
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for column in columns {
        let value = (coarse(&column.kind).to_owned(), column.nullable);
        tables.entry(column.table_name).or_default().insert(column.column_name, value);
    }
    tables
}

fn up_down_up(url: &str) {
    let pool = DbPool::open(&DatabaseUrl::parse(url).unwrap(), 1).unwrap();
    let conn = &mut *pool.connection().unwrap();
    assert!(migrate::is_behind(conn).unwrap());
    let all = folders("migrations/sqlite").len();
    assert_eq!(migrate::run_pending(conn).unwrap(), all);
    assert_eq!(migrate::revert_all(conn).unwrap(), all);
    assert!(migrated(conn).is_empty(), "down.sql leaves tables behind");
    assert_eq!(migrate::run_pending(conn).unwrap(), all);
    assert!(!migrate::is_behind(conn).unwrap());
    assert_eq!(migrated(conn), declared());
}

#[test]
fn sqlite_goes_up_down_and_up_and_matches_the_schema() {
    let folder = tempfile::TempDir::new().unwrap();
    up_down_up(&format!("sqlite:{}", folder.path().join("m.db").display()));
}

#[test]
fn postgres_goes_up_down_and_up_and_matches_the_schema() {
    let Some(server) = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()) else {
        println!("SKIPPED: TEST_DATABASE_URL names no PostgreSQL server");
        return;
    };
    let name = format!("mc_migrations_{}", std::process::id());
    let mut admin = PgConnection::establish(&server).unwrap();
    admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    up_down_up(url.as_str());
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
}
