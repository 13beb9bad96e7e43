//! What the pool makes of an engine that fails: dead connections, a full disk, locks.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;

use super::testing::TestDb;
use super::{Db, DbError, DbPool};

fn insert(conn: &mut Db) -> Result<usize, DbError> {
    Ok(diesel::sql_query("INSERT INTO rows_of_test VALUES (1)").execute(conn)?)
}

fn made(db: &TestDb, size: u32) -> DbPool {
    let pool = db.pool(size);
    pool.connection().unwrap().batch_execute("CREATE TABLE rows_of_test (n BIGINT)").unwrap();
    pool
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_replaced_before_anything_is_asked_of_it() {
    let db = TestDb::new();
    let pool = made(&db, 3);
    if pool.connection().unwrap().is_sqlite() {
        return;
    }
    let name = "SET application_name = 'closed by the server'";
    // All three are opened and known by name, then closed as a restart does.
    let held: Vec<_> = (0..3).map(|_| pool.connection().unwrap()).collect();
    held.into_iter().for_each(|mut conn| conn.batch_execute(name).unwrap());
    let mut other = TestDb::new();
    // In the list of what is selected: as a condition it might be tried on everybody before the name is looked at.
    let kill = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                WHERE application_name = 'closed by the server' AND datname = current_database()";
    assert_eq!(diesel::sql_query(kill).execute(&mut *other).unwrap(), 3);
    for round in 1..=4 {
        assert_eq!(pool.write(insert).await.unwrap(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_ends_when_there_is_room() {
    let db = TestDb::new();
    let pool = made(&db, 1);
    if !pool.connection().unwrap().is_sqlite() {
        return;
    }
    pool.connection().unwrap().batch_execute("PRAGMA max_page_count = 1").unwrap();
    let fill = |conn: &mut Db| -> Result<usize, DbError> {
        let sql = "INSERT INTO rows_of_test SELECT value FROM generate_numbers";
        conn.batch_execute("CREATE TEMP TABLE IF NOT EXISTS generate_numbers AS SELECT randomblob(100000) AS value")?;
        Ok(diesel::sql_query(sql).execute(conn)?)
    };
    let refused = pool.write(fill).await.unwrap_err();
    assert!(matches!(refused, DbError::Unavailable("disk full")), "{refused}");
    pool.connection().unwrap().batch_execute("PRAGMA max_page_count = 1000000").unwrap();
    assert_eq!(pool.write(fill).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_for_a_lock() {
    let db = TestDb::new();
    let pool = made(&db, 2);
    let (held, go) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let (told, wait) = (held.0, go.1);
    let other = db.pool(1);
    let holder = std::thread::spawn(move || {
        let mut conn = other.connection().unwrap();
        conn.write(|conn| -> Result<(), DbError> {
            let lock = if conn.is_sqlite() { "SELECT 1" } else { "LOCK TABLE rows_of_test IN ACCESS EXCLUSIVE MODE" };
            conn.batch_execute(lock)?;
            told.send(()).unwrap();
            wait.recv().unwrap();
            Ok(())
        })
        .unwrap();
    });
    held.1.recv().unwrap();
    let began = Instant::now();
    let refused = pool.write(insert).await.unwrap_err();
    assert!(matches!(refused, DbError::Busy), "{refused}");
    assert!(began.elapsed() >= Duration::from_secs(3), "it was given up before it could have been freed");
    go.0.send(()).unwrap();
    holder.join().unwrap();
    assert_eq!(pool.write(insert).await.unwrap(), 1);
}

#[derive(diesel::QueryableByName)]
struct Compiled {
    #[diesel(sql_type = diesel::sql_types::Text)]
    compile_options: String,
}

/// `.cargo/config.toml` has SQLite built so: otherwise a statement is prepared again whenever other values are bound to it.
#[test]
fn sqlite_keeps_its_plans_whatever_is_bound() {
    let db = TestDb::new();
    let pool = db.pool(1);
    let mut conn = pool.connection().unwrap();
    if !conn.is_sqlite() {
        return;
    }
    let options: Vec<Compiled> = diesel::sql_query("PRAGMA compile_options").load(&mut *conn).unwrap();
    assert!(options.iter().any(|option| option.compile_options == "ENABLE_QPSG"));
}
