//! Every migration is for both engines, they can be undone and done again, and the tables are those of `db::schema`.
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

fn names() -> BTreeSet<String> {
    migrate::embedded().unwrap().iter().map(|text| text.name.clone()).collect()
}

#[test]
fn the_program_has_the_migrations_of_the_folder() {
    assert_eq!(names(), folders("migrations"));
}

/// By these words a database knows what it has had: other words, and it would have it again.
#[test]
fn a_version_is_the_date_and_the_number() {
    let texts = migrate::embedded().unwrap();
    assert_eq!((texts[0].name.as_str(), texts[0].version.as_str()), ("2026-11-24-000001_identity", "20261124000001"));
    assert!(texts.iter().all(|text| text.version.len() == 14));
}

/// Each file is a pair: its path, and what it says.
fn refusal(files: &[(&str, &str)]) -> String {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    migrate::read(files).unwrap_err().to_string()
}

#[test]
fn a_migration_that_one_engine_cannot_run_is_refused() {
    let up = ("2026-12-01-000001_a/up.sql", "CREATE TABLE a (id {id});");
    let down = ("2026-12-01-000001_a/down.sql", "DROP TABLE a;");
    let texts = migrate::read([up, down, ("README.md", "{nt}")].map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(texts.unwrap().len(), 1);

    let a = "migrations/2026-12-01-000001_a";
    assert_eq!(refusal(&[up]), format!("{a} has no down.sql"));
    assert_eq!(refusal(&[down]), format!("{a} has no up.sql"));
    let says = |text| refusal(&[(up.0, text), down]);
    assert_eq!(says("CREATE TABLE a (\n    id {nt}\n);"), format!("{a}/up.sql: line 2: {{nt}} is no token"));
    assert_eq!(says("{sqlite}\nSELECT 1;\n{end}"), format!("{a}/up.sql: it says nothing to Postgres"));
    assert_eq!(says("{postgres}\nSELECT 1;\n{end}"), format!("{a}/up.sql: it says nothing to Sqlite"));
    assert_eq!(says("-- Nothing."), format!("{a}/up.sql: it says nothing to Sqlite"));
    let other = ("2026-12-01-000001_a/up.postgres.sql", "SELECT 1;");
    assert_eq!(refusal(&[up, down, other]), format!("{a}/up.postgres.sql is neither up.sql nor down.sql"));
    let again = [("2026-12-01-000001_b/up.sql", up.1), ("2026-12-01-000001_b/down.sql", down.1)];
    assert_eq!(
        refusal(&[up, down, again[0], again[1]]),
        "migrations/2026-12-01-000001_b has the number of 2026-12-01-000001_a"
    );
    let unnumbered = [("postgres/up.sql", up.1), ("postgres/down.sql", down.1)];
    assert_eq!(refusal(&unnumbered), "migrations/postgres is not DATE-NUMBER_NAME");
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
    let all = names().len();
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
