//! Both databases behind one connection type. Knows tables and transactions, nothing of what they mean.
//!
//! SQLite (embedded, the default) and PostgreSQL are chosen at run time by the URL's scheme. Everything else in the
//! program takes `&mut Db` and is written once; the few statements that differ per engine are in [`dialect`].

mod connection;
pub mod dialect;
mod error;
pub mod migrate;
#[cfg(test)]
mod outages;
pub mod patient_words;
pub mod pool;
mod private;
mod rekey;
mod rider;
pub mod rung;
pub mod schema;
mod shared;
#[cfg(test)]
mod shared_tests;
#[cfg(test)]
pub mod testing;
pub mod types;
mod url;

use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::result::Error as DieselError;

pub use connection::Db;
pub use error::DbError;
pub use pool::DbPool;
pub use types::Owner;
pub use url::{DatabaseUrl, UrlError};

type Transactions = <Db as Connection>::TransactionManager;

/// The two kinds of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// One snapshot, no writes.
    Read,
    /// May write: SQLite takes its write lock at the start, since a lock upgrade half-way fails at once.
    Write,
}

impl Db {
    /// Runs `work` in exactly one transaction: committed when it answers `Ok`, rolled back otherwise.
    pub fn transact<T, E>(&mut self, access: Access, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        self.begin(access)?;
        self.complete(work)
    }

    /// Begins a transaction; [`Db::complete`] ends it.
    fn begin(&mut self, access: Access) -> Result<(), DieselError> {
        match (self, access) {
            (Self::Sqlite(c), Access::Read) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
            (Self::Sqlite(c), Access::Write) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            (Self::Pg(c), Access::Read) => {
                AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            }
            (Self::Pg(c), Access::Write) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
        }
    }

    /// Runs `work` in the transaction that was begun, and ends it.
    fn complete<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        match work(self) {
            Ok(value) => {
                Transactions::commit_transaction(self)?;
                Ok(value)
            }
            Err(error) => {
                // The work's own error is the one to tell; a failed rollback makes the pool drop the connection.
                if let Err(rollback) = Transactions::rollback_transaction(self) {
                    tracing::warn!(%rollback, "rollback failed");
                }
                Err(error)
            }
        }
    }

    /// [`Db::transact`] for changes.
    pub fn write<T, E: From<DieselError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.transact(Access::Write, work)
    }

    /// True on the embedded engine.
    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}
