//! Brings a database up to this program's schema. A migration is written once, for both engines.

mod source;
mod text;

use std::fmt;

use diesel::connection::SimpleConnection as _;
use diesel_migrations::MigrationHarness as _;

use super::Db;
use crate::each_backend;
use source::Embedded;

pub use source::{Text, TextError, embedded, read};
pub use text::{Engine, Script};

/// A migration that could not be run.
#[derive(Debug, thiserror::Error)]
#[error("the database could not be brought up to date: {0}")]
pub struct MigrateError(String);

impl MigrateError {
    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// Brings the database up to this program's schema, and the search keys to this program's folding; returns how many
/// migrations ran.
/// Fails with [`MigrateError`] when a migration fails; those before it stay applied, each in its own transaction.
pub fn run_pending(db: &mut Db) -> Result<usize, MigrateError> {
    if let Db::Pg(c) = db {
        // A migration of a large table takes its time, and waits for whoever still uses it.
        c.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'").map_err(MigrateError::of)?;
    }
    let ran = each_backend!(db, c => c.run_pending_migrations(Embedded).map(|versions| versions.len()));
    let ran = ran.map_err(MigrateError::of)?;
    super::rekey::fill_search_keys(db).map_err(MigrateError::of)?;
    Ok(ran)
}

/// Undoes every migration, newest first. For the test of `down.sql`.
/// Fails with [`MigrateError`] when one cannot be undone.
pub fn revert_all(db: &mut Db) -> Result<usize, MigrateError> {
    let undone = each_backend!(db, c => c.revert_all_migrations(Embedded).map(|versions| versions.len()));
    undone.map_err(MigrateError::of)
}

/// True when the program knows migrations that the database has not had: `serve` then refuses to start.
/// Fails with [`MigrateError`] when the list of applied migrations cannot be read.
pub fn is_behind(db: &mut Db) -> Result<bool, MigrateError> {
    each_backend!(db, c => c.has_pending_migration(Embedded)).map_err(MigrateError::of)
}

/// The migrations that the database has had and this program does not know: it is of a newer program, and an older one would
/// write what the newer cannot read.
/// Fails with [`MigrateError`] when the list of applied migrations cannot be read.
pub fn list_unknown(db: &mut Db) -> Result<Vec<String>, MigrateError> {
    let applied = each_backend!(db, c => c.applied_migrations()).map_err(MigrateError::of)?;
    let known = embedded().map_err(MigrateError::of)?;
    let unknown =
        applied.iter().map(ToString::to_string).filter(|version| known.iter().all(|text| text.version != *version));
    Ok(unknown.collect())
}
