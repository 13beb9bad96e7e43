//! Small writes in one commit: fewer commits than writes, each answered when it is durable, one failure nobody else's.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection as _};
use diesel::result::Error as DieselError;
use tokio::task::JoinHandle;

use super::testing::TestDb;
use super::{Db, DbError, DbPool};

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn rows(pool: &DbPool) -> i64 {
    let mut conn = pool.connection().unwrap();
    diesel::sql_query("SELECT COUNT(*) AS rows FROM rows_of_test").get_result::<Count>(&mut *conn).unwrap().rows
}

fn insert(conn: &mut Db) -> QueryResult<()> {
    diesel::sql_query("INSERT INTO rows_of_test VALUES (1)").execute(conn).map(|_one| ())
}

/// A pool whose commits are counted, with a write under way that ends when told to.
struct Busy {
    pool: DbPool,
    commits: Arc<AtomicUsize>,
    go: mpsc::Sender<()>,
    first: JoinHandle<Result<(), DbError>>,
}

async fn busy(db: &TestDb) -> Busy {
    let pool = db.pool(1);
    let commits = Arc::new(AtomicUsize::new(0));
    {
        let mut conn = pool.connection().unwrap();
        conn.batch_execute("CREATE TABLE rows_of_test (n BIGINT)").unwrap();
        let counted = Arc::clone(&commits);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CommitTransaction { .. }) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let (go, wait) = mpsc::channel::<()>();
    let (begun, running) = tokio::sync::oneshot::channel::<()>();
    let begun = std::sync::Mutex::new(Some(begun));
    let wait = std::sync::Mutex::new(wait);
    let hold = move |conn: &mut Db| -> QueryResult<()> {
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        wait.lock().unwrap().recv().unwrap();
        insert(conn)
    };
    let writer = pool.clone();
    let first = tokio::spawn(async move { writer.write_shared(hold).await });
    running.await.unwrap();
    Busy { pool, commits, go, first }
}

impl Busy {
    fn put(&self, work: impl Fn(&mut Db) -> QueryResult<()> + Send + 'static) -> JoinHandle<Result<(), DbError>> {
        let pool = self.pool.clone();
        tokio::spawn(async move { pool.write_shared(work).await })
    }

    /// Until so many wait for the commit that is under way.
    async fn until_waiting(&self, many: usize) {
        while self.pool.waiting() < many {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_arrive_together_share_a_commit() {
    let db = TestDb::new();
    let busy = busy(&db).await;
    let others: Vec<_> = (0..50).map(|_| busy.put(insert)).collect();
    busy.until_waiting(50).await;
    assert!(others.iter().all(|other| !other.is_finished()), "nobody is answered before the commit");
    busy.go.send(()).unwrap();
    busy.first.await.unwrap().unwrap();
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(rows(&busy.pool), 51);
    assert_eq!(busy.commits.load(Ordering::SeqCst), 2, "the first, and all that had gathered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_fails_alone() {
    let db = TestDb::new();
    let busy = busy(&db).await;
    let half = |conn: &mut Db| -> QueryResult<()> {
        insert(conn)?;
        Err(DieselError::NotFound)
    };
    let before: Vec<_> = (0..5).map(|_| busy.put(insert)).collect();
    let wrong = busy.put(half);
    let broken = busy.put(|conn| conn.batch_execute("INSERT INTO no_such_table VALUES (1)"));
    let after: Vec<_> = (0..5).map(|_| busy.put(insert)).collect();
    busy.until_waiting(12).await;
    busy.go.send(()).unwrap();
    busy.first.await.unwrap().unwrap();
    for other in before.into_iter().chain(after) {
        other.await.unwrap().unwrap();
    }
    assert!(matches!(wrong.await.unwrap(), Err(DbError::Query(DieselError::NotFound))));
    assert!(broken.await.unwrap().is_err());
    assert_eq!(rows(&busy.pool), 11, "nothing of what failed, all of the rest, once");
    busy.pool.write_shared(insert).await.unwrap();
    assert_eq!(rows(&busy.pool), 12, "and on it goes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_gone_leaves_nothing_and_holds_up_nobody() {
    let db = TestDb::new();
    let busy = busy(&db).await;
    let gone: Vec<_> = (0..3).map(|_| busy.put(insert)).collect();
    busy.until_waiting(3).await;
    gone.iter().for_each(JoinHandle::abort);
    for one in gone {
        assert!(one.await.unwrap_err().is_cancelled());
    }
    let stays = busy.put(insert);
    busy.until_waiting(4).await;
    busy.go.send(()).unwrap();
    busy.first.await.unwrap().unwrap();
    stays.await.unwrap().unwrap();
    assert_eq!(rows(&busy.pool), 2);
}
