//! The pool: connections opened with the right settings, one transaction per borrowed connection, on a blocking thread.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection};
use diesel::r2d2::{Error as R2d2Error, ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::result::Error as DieselError;
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::error::DbError;
use super::rider::Rider;
use super::shared::Shared;
use super::url::DatabaseUrl;
use super::{Access, Db, rung};

/// Settings of every SQLite connection. WAL with `synchronous=FULL`: a prescription that was answered "sent" survives
/// a power cut. `foreign_keys` is per connection in SQLite. Pages are kept in a small cache and not mapped: on a full
/// practice (277 MiB) mapping them made the portal no faster and 35 MiB bigger at its highest.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;";

/// SQLite below this version can corrupt a database when the log is reset.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Settings of every PostgreSQL connection: nothing waits for ever, neither for a lock nor for an answer.
const POSTGRES_SETTINGS: &str = "SET lock_timeout = '5s'; SET statement_timeout = '30s'";

/// How long work waits for its turn or for a connection; SQLite's `busy_timeout` is the same.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens connections of the one engine named by the URL.
#[derive(Clone, Debug)]
struct Manager {
    url: DatabaseUrl,
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = R2d2Error;

    fn connect(&self) -> Result<Db, R2d2Error> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let path = path.to_string_lossy();
                let mut c = SqliteConnection::establish(&path).map_err(R2d2Error::ConnectionError)?;
                c.batch_execute(SQLITE_PRAGMAS).map_err(R2d2Error::QueryError)?;
                Ok(Db::Sqlite(c))
            }
            DatabaseUrl::Postgres(url) => {
                let mut c = PgConnection::establish(&with_timeout(url)).map_err(R2d2Error::ConnectionError)?;
                c.batch_execute(POSTGRES_SETTINGS).map_err(R2d2Error::QueryError)?;
                // The reasons of failures are read in English (`db/error.rs`); not every server lets a user choose.
                if c.batch_execute("SET lc_messages = 'C'").is_err() {
                    tracing::debug!("the server keeps its own language");
                }
                Ok(Db::Pg(c))
            }
        }
    }

    fn is_valid(&self, conn: &mut Db) -> Result<(), R2d2Error> {
        conn.ping().map_err(R2d2Error::QueryError)
    }

    /// A panic inside a transaction leaves it open: such a connection is thrown away.
    fn has_broken(&self, conn: &mut Db) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

/// Shared handle to the database.
#[derive(Clone)]
pub struct DbPool {
    pool: Pool<Manager>,
    /// Opens a connection in the place of one that died in the pool.
    manager: Manager,
    /// Keeps the blocking threads from all waiting for a connection; holds the tail flat under load.
    gate: Arc<Semaphore>,
    /// SQLite has one writer at a time and makes the others try again after ever longer sleeps; here they queue instead,
    /// first come first served, and hold no connection meanwhile. PostgreSQL needs no turn.
    turn: Option<Arc<Semaphore>>,
    /// Rung by a commit in which [`rung::after_commit`] was called.
    doorbell: Arc<Notify>,
    /// Small writes that share a commit.
    shared: Shared,
    /// What one request wants to know besides, with whatever it reads first.
    rider: Option<Rider>,
}

impl std::fmt::Debug for DbPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbPool").field("state", &self.pool.state()).finish_non_exhaustive()
    }
}

impl DbPool {
    /// Opens the database with at most `size` connections and checks that the engine is one we can trust.
    /// Fails with [`DbError::Open`] with the reason.
    pub fn open(url: &DatabaseUrl, size: u32) -> Result<Self, DbError> {
        if let DatabaseUrl::Sqlite(path) = url {
            super::private::keep(path).map_err(|error| DbError::Open(format!("{}: {error}", path.display())))?;
        }
        let manager = Manager { url: url.clone() };
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .build(manager.clone())
            .map_err(|error| DbError::Open(error.to_string()))?;
        let gate = Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(8).saturating_mul(4)));
        let turn = matches!(url, DatabaseUrl::Sqlite(_)).then(|| Arc::new(Semaphore::new(1)));
        let this = Self { pool, manager, gate, turn, doorbell: Arc::default(), shared: Shared::new(), rider: None };
        check_engine(&mut *this.connection()?)?;
        Ok(this)
    }

    /// A connection of the pool, for start-up and command-line work; requests use [`DbPool::read`] and [`DbPool::write`].
    /// Fails with [`DbError::Busy`] when none is free in five seconds, [`DbError::Unavailable`] when none can be
    /// opened.
    pub fn connection(&self) -> Result<impl std::ops::DerefMut<Target = Db> + use<>, DbError> {
        let conn: PooledConnection<Manager> = self.pool.get()?;
        Ok(conn)
    }

    /// Runs `work` in one read-only transaction on a blocking thread: one page, one snapshot.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DieselError> + From<DbError> + Send + 'static,
    {
        let rider = self.rider.clone();
        let work = move |conn: &mut Db| {
            if let Some(rider) = rider {
                rider.ride(conn)?;
            }
            work(conn)
        };
        self.run(Access::Read, work).await
    }

    /// Asks one thing, in one statement, which is its own transaction: what a request asks before it knows what it is about.
    /// A connection that died in the pool is replaced, and asked again.
    pub async fn ask<T, F>(&self, question: F) -> Result<T, DbError>
    where
        F: Fn(&mut Db) -> QueryResult<T> + Send + 'static,
        T: Send + 'static,
    {
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|_closed| DbError::Interrupted)?;
        let (pool, manager) = (self.pool.clone(), self.manager.clone());
        let done = tokio::task::spawn_blocking(move || {
            let _held = permit;
            let mut conn = pool.get()?;
            match question(&mut conn) {
                Err(error) if !conn.is_sqlite() && conn.ping().is_err() => {
                    replace(&mut conn, &manager, &error)?;
                    Ok(question(&mut conn)?)
                }
                answer => Ok(answer?),
            }
        });
        done.await.map_err(|_panicked| DbError::Interrupted)?
    }

    /// The same database for one request: what `rider` asks is asked in the first read that goes through this handle, in the
    /// same transaction, and once.
    pub fn with_rider(&self, rider: impl FnOnce(&mut Db) -> QueryResult<()> + Send + 'static) -> Self {
        Self { rider: Some(Rider::new(rider)), ..self.clone() }
    }

    /// Runs `work` in one writing transaction on a blocking thread: all of it or nothing.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DieselError> + From<DbError> + Send + 'static,
    {
        self.run(Access::Write, work).await
    }

    /// Runs a small write in one transaction with those of other requests that arrive meanwhile; answers when it is durable.
    /// `work` may run twice: when somebody else's fails, all of it is taken back and each runs alone.
    pub async fn write_shared(
        &self,
        work: impl Fn(&mut Db) -> QueryResult<()> + Send + 'static,
    ) -> Result<(), DbError> {
        let mut answer = self.shared.put(Box::new(work));
        loop {
            tokio::select! {
                biased;
                answered = &mut answer => return answered.map_err(|_panicked| DbError::Interrupted)?,
                led = self.lead() => if let Err(error) = led {
                    // Somebody may have written it while this one waited for the turn.
                    return answer.try_recv().unwrap_or(Err(error));
                },
            }
        }
    }

    /// Writes what waits, when it is this one's turn.
    async fn lead(&self) -> Result<(), DbError> {
        let leader = wait_for(&self.shared.leader).await?;
        let turn = match &self.turn {
            Some(turn) => Some(wait_for(turn).await?),
            None => None,
        };
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|_closed| DbError::Interrupted)?;
        let this = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _held = (leader, turn, permit);
            match this.pool.get() {
                Ok(mut conn) => {
                    let begin = |conn: &mut Db| begin(conn, &this.manager, Access::Write);
                    if this.shared.carry(&mut conn, &begin) {
                        this.doorbell.notify_one();
                    }
                }
                Err(error) => {
                    let error = DbError::from(error);
                    this.shared.refuse(|| match error {
                        DbError::Unavailable(reason) => DbError::Unavailable(reason),
                        _ => DbError::Busy,
                    });
                }
            }
        });
        done.await.map_err(|_panicked| DbError::Interrupted)
    }

    /// Small writes that wait for a commit.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.shared.len()
    }

    /// Waits for the next commit that made work for somebody ([`rung::after_commit`]); one that came before is not lost.
    pub async fn rung(&self) {
        self.doorbell.notified().await;
    }

    async fn run<T, E, F>(&self, access: Access, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DieselError> + From<DbError> + Send + 'static,
    {
        let turn = match (&self.turn, access) {
            (Some(turn), Access::Write) => Some(wait_for(turn).await?),
            _ => None,
        };
        let permit = Arc::clone(&self.gate).acquire_owned().await.map_err(|_closed| E::from(DbError::Interrupted))?;
        let (pool, manager, doorbell) = (self.pool.clone(), self.manager.clone(), Arc::clone(&self.doorbell));
        let done = tokio::task::spawn_blocking(move || {
            let _held = (permit, turn);
            let mut conn = pool.get().map_err(|error| E::from(DbError::from(error)))?;
            begin(&mut conn, &manager, access)?;
            rung::clear();
            let done = conn.complete(work)?;
            if rung::is_rung() {
                doorbell.notify_one();
            }
            Ok(done)
        });
        done.await.map_err(|_panicked| E::from(DbError::Interrupted))?
    }
}

/// Begins a transaction. PostgreSQL may have closed the connection while it lay in the pool (a restart, an administrator):
/// nothing was asked of it yet, so another takes its place, once.
fn begin(conn: &mut Db, manager: &Manager, access: Access) -> Result<(), DbError> {
    match conn.begin(access) {
        Err(error) if !conn.is_sqlite() => {
            replace(conn, manager, &error)?;
            Ok(conn.begin(access)?)
        }
        begun => Ok(begun?),
    }
}

/// Puts a new connection in the place of one that died.
fn replace(conn: &mut Db, manager: &Manager, error: &DieselError) -> Result<(), DbError> {
    tracing::warn!(%error, "a connection to the database had died and is replaced");
    *conn = manager.connect().map_err(|_refused| DbError::Unavailable("no connection"))?;
    Ok(())
}

/// The address with a bound on how long a connection may take to be made, unless it has one of its own.
fn with_timeout(url: &str) -> Cow<'_, str> {
    if url.contains("connect_timeout=") {
        return url.into();
    }
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}connect_timeout={}", PATIENCE.as_secs()).into()
}

/// Waits for the writer's turn.
async fn wait_for(turn: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, DbError> {
    match tokio::time::timeout(PATIENCE, Arc::clone(turn).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_closed)) => Err(DbError::Interrupted),
        Err(_late) => Err(DbError::Busy),
    }
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

#[derive(diesel::QueryableByName)]
struct Flag {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

/// Refuses an engine that would lose what it acknowledged: old SQLite, or PostgreSQL told not to wait for its disk.
fn check_engine(db: &mut Db) -> Result<(), DbError> {
    match db {
        Db::Sqlite(c) => {
            let found: Version = diesel::sql_query("SELECT sqlite_version() AS version").get_result(c)?;
            let mut parts = found.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
            let mut next = || parts.next().unwrap_or(0);
            if (next(), next(), next()) < OLDEST_SQLITE {
                return Err(DbError::Open(format!("SQLite {} is too old", found.version)));
            }
            for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
                let sql = format!("SELECT CAST({pragma} AS TEXT) AS value FROM pragma_{pragma}");
                let got: Flag = diesel::sql_query(sql).get_result(c)?;
                if got.value != wanted {
                    return Err(DbError::Open(format!("SQLite did not accept {pragma}={wanted}")));
                }
            }
            Ok(())
        }
        Db::Pg(c) => {
            let sql = "SELECT current_setting('synchronous_commit') AS value";
            let commit: Flag = diesel::sql_query(sql).get_result(c)?;
            if commit.value == "off" {
                return Err(DbError::Open("PostgreSQL runs with synchronous_commit off".to_owned()));
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::sync::mpsc;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn writers_queue_without_holding_the_connections_of_readers() {
        let folder = tempfile::tempdir().unwrap();
        let db = DbPool::open(&DatabaseUrl::Sqlite(folder.path().join("queue.sqlite")), 2).unwrap();
        db.connection().unwrap().batch_execute("CREATE TABLE rows (n INTEGER)").unwrap();
        let (go, wait) = mpsc::channel::<()>();
        let first = {
            let db = db.clone();
            let hold = move |_: &mut Db| -> Result<(), DbError> {
                wait.recv().unwrap();
                Ok(())
            };
            tokio::spawn(async move { db.write(hold).await })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        let insert = |conn: &mut Db| -> Result<usize, DbError> {
            Ok(diesel::sql_query("INSERT INTO rows VALUES (1)").execute(conn)?)
        };
        let others: Vec<_> = (0..10).map(|_| (db.clone(), insert)).collect();
        let others: Vec<_> =
            others.into_iter().map(|(db, insert)| tokio::spawn(async move { db.write(insert).await })).collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let read = db.read(|_| -> Result<(), DbError> { Ok(()) });
        // A reader waits for no writer.
        tokio::time::timeout(Duration::from_secs(1), read).await.unwrap().unwrap();
        go.send(()).unwrap();
        first.await.unwrap().unwrap();
        for other in others {
            assert_eq!(other.await.unwrap().unwrap(), 1);
        }
    }
}
