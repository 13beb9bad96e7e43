//! A migrated database of its own for each unit test: a SQLite file, or a schema of the PostgreSQL server that
//! `TEST_DATABASE_URL` names. Gone when the test ends.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};

use super::schema::{doctors, patients, users};
use super::{DatabaseUrl, Db, DbPool, migrate};
use kernel::random;

/// Where the doctors of the tests work.
pub const REGION: &str = "060";

/// The database of one test; use it as a [`Db`].
pub struct TestDb {
    db: Db,
    // Kept for its Drop: the file goes with it.
    _folder: Option<tempfile::TempDir>,
    schema: Option<String>,
    url: DatabaseUrl,
}

impl TestDb {
    /// A fresh, migrated, empty database.
    #[expect(clippy::new_without_default, reason = "opening a database is no default")]
    pub fn new() -> Self {
        let mut this = std::env::var("TEST_DATABASE_URL").map_or_else(|_| Self::sqlite(), |url| Self::postgres(&url));
        migrate::run_pending(&mut this.db).unwrap();
        this
    }

    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let mut c = SqliteConnection::establish(&path.to_string_lossy()).unwrap();
        c.batch_execute("PRAGMA foreign_keys=ON; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;").unwrap();
        Self { db: Db::Sqlite(c), _folder: Some(folder), schema: None, url: DatabaseUrl::Sqlite(path) }
    }

    fn postgres(url: &str) -> Self {
        let schema = format!("t_{}", random::hex_token(8));
        let mut c = PgConnection::establish(url).unwrap();
        c.batch_execute(&format!("CREATE SCHEMA {schema}; SET search_path TO {schema};")).unwrap();
        let own = format!("{url}{}options=-csearch_path%3D{schema}", if url.contains('?') { '&' } else { '?' });
        Self { db: Db::Pg(c), _folder: None, schema: Some(schema), url: DatabaseUrl::Postgres(own) }
    }

    /// A pool of `size` connections to the same database, for what needs more than one.
    pub fn pool(&self, size: u32) -> DbPool {
        DbPool::open(&self.url, size).unwrap()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let (Db::Pg(c), Some(schema)) = (&mut self.db, &self.schema) {
            let dropped = c.batch_execute(&format!("ROLLBACK; DROP SCHEMA {schema} CASCADE;"));
            if !std::thread::panicking() {
                dropped.unwrap();
            }
        }
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl DerefMut for TestDb {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.db
    }
}

/// Counts statements.
struct Counter(Arc<AtomicUsize>);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// How many statements `work` asks of the database.
pub fn statements(db: &mut Db, work: impl FnOnce(&mut Db)) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    db.set_instrumentation(Counter(Arc::clone(&count)));
    work(db);
    db.set_instrumentation(None::<Box<dyn Instrumentation>>);
    count.load(Ordering::SeqCst)
}

/// The day of the tests.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2016, 11, 19).unwrap()
}

/// The instant of the tests (UTC).
pub fn now() -> NaiveDateTime {
    today().and_hms_opt(8, 4, 2).unwrap()
}

/// A confirmed doctor; returns the user id.
pub fn insert_doctor(db: &mut Db, username: &str, surname: &str, name: &str) -> i64 {
    let id: i64 = diesel::insert_into(users::table)
        .values((
            users::username.eq(username),
            users::role.eq("doctor"),
            users::surname.eq(surname),
            users::name.eq(name),
            users::fiscal_code.eq(""),
            users::password_hash.eq(""),
            users::password_state.eq("definitive"),
            users::password_changed_at.eq(now()),
            users::active.eq(true),
            users::created_at.eq(now()),
        ))
        .returning(users::id)
        .get_result(db)
        .unwrap();
    diesel::insert_into(doctors::table)
        .values((
            doctors::user_id.eq(id),
            doctors::region_code.eq(REGION),
            doctors::asl_code.eq("102"),
            doctors::specialization.eq("F"),
        ))
        .execute(db)
        .unwrap();
    id
}

/// A patient of `doctor`; returns the id. `code` stands for the fiscal code and must be new in the archive.
pub fn insert_patient(db: &mut Db, doctor: i64, surname: &str, name: &str, code: &str) -> i64 {
    diesel::insert_into(patients::table)
        .values((
            (
                patients::doctor_id.eq(doctor),
                patients::surname.eq(surname),
                patients::name.eq(name),
                patients::search_key.eq(format!("{surname} {name}").to_uppercase()),
                patients::initials.eq(""),
                patients::sex.eq("M"),
                patients::birth_date.eq(NaiveDate::from_ymd_opt(1963, 5, 30).unwrap()),
                patients::birth_year.eq(1963),
                patients::fiscal_code.eq(code),
            ),
            (
                patients::category.eq("ssn"),
                patients::status.eq("active"),
                patients::revision.eq(1),
                patients::created_at.eq(now()),
                patients::updated_at.eq(now()),
                patients::updated_by.eq(doctor),
            ),
        ))
        .returning(patients::id)
        .get_result(db)
        .unwrap()
}
