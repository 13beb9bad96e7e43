//! The connection type itself.

use diesel::{PgConnection, SqliteConnection};

/// One connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// PostgreSQL.
    Pg(PgConnection),
    /// Embedded SQLite.
    Sqlite(SqliteConnection),
}
