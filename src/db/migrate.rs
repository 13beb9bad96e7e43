//! The paired migrations, inside the binary.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Db;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A migration that could not be run.
#[derive(Debug, thiserror::Error)]
#[error("the database could not be brought up to date: {0}")]
pub struct MigrateError(String);

/// Brings the database up to this program's schema, and the search keys to this program's folding; returns how many
/// migrations ran.
/// Fails with [`MigrateError`] when a migration fails; those before it stay applied, each in its own transaction.
pub fn run_pending(db: &mut Db) -> Result<usize, MigrateError> {
    let ran = match db {
        Db::Pg(c) => {
            // A migration of a large table takes its time, and waits for whoever still uses it.
            c.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'")
                .map_err(|error| MigrateError(error.to_string()))?;
            c.run_pending_migrations(POSTGRES).map(|versions| versions.len())
        }
        Db::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|versions| versions.len()),
    };
    let ran = ran.map_err(|error| MigrateError(error.to_string()))?;
    super::rekey::fill_search_keys(db).map_err(|error| MigrateError(error.to_string()))?;
    Ok(ran)
}

/// Undoes every migration, newest first. For the test of `down.sql`.
/// Fails with [`MigrateError`] when one cannot be undone.
pub fn revert_all(db: &mut Db) -> Result<usize, MigrateError> {
    let undone = match db {
        Db::Pg(c) => c.revert_all_migrations(POSTGRES).map(|versions| versions.len()),
        Db::Sqlite(c) => c.revert_all_migrations(SQLITE).map(|versions| versions.len()),
    };
    undone.map_err(|error| MigrateError(error.to_string()))
}

/// True when the program knows migrations that the database has not had: `serve` then refuses to start.
/// Fails with [`MigrateError`] when the list of applied migrations cannot be read.
pub fn is_behind(db: &mut Db) -> Result<bool, MigrateError> {
    let behind = match db {
        Db::Pg(c) => c.has_pending_migration(POSTGRES),
        Db::Sqlite(c) => c.has_pending_migration(SQLITE),
    };
    behind.map_err(|error| MigrateError(error.to_string()))
}

/// The migrations that the database has had and this program does not know: it is of a newer program, and an older one would
/// write what the newer cannot read.
/// Fails with [`MigrateError`] when the list of applied migrations cannot be read.
pub fn list_unknown(db: &mut Db) -> Result<Vec<String>, MigrateError> {
    let (applied, known) = match db {
        Db::Pg(c) => (c.applied_migrations(), names::<diesel::pg::Pg>(&POSTGRES)),
        Db::Sqlite(c) => (c.applied_migrations(), names::<diesel::sqlite::Sqlite>(&SQLITE)),
    };
    let applied = applied.map_err(|error| MigrateError(error.to_string()))?;
    let known = known.map_err(|error| MigrateError(error.to_string()))?;
    Ok(applied.iter().map(ToString::to_string).filter(|version| !known.contains(version)).collect())
}

fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> diesel::migration::Result<BTreeSet<String>> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations()?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}
