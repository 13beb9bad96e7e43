//! `migrate`, and opening the database for the other commands.

use anyhow::Context as _;

use crate::config::StorageSettings;
use crate::db::{DatabaseUrl, DbPool, migrate};
use crate::kernel::clock::Clock;
use crate::reference;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
}

/// Opens the database with `connections` connections; the folder of an embedded one is made, for this user only.
///
/// # Errors
/// One line for the user.
pub fn open(storage: &StorageSettings, connections: u32) -> anyhow::Result<DbPool> {
    let url = storage.database()?;
    if let DatabaseUrl::Sqlite(path) = &url
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        make_private_folder(folder)?;
    }
    Ok(DbPool::open(&url, connections)?)
}

/// Makes a folder only this user may read: it will hold clinical data.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot create {}", folder.display()))
}

/// Runs `migrate`.
///
/// # Errors
/// One line for the user.
pub fn migrate(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = open(&arguments.storage, 1)?;
    let ran = bring_up_to_date(&pool)?;
    println!("database up to date: {ran} migrations applied");
    Ok(())
}

/// Migrates and loads the starter code lists where there are none.
///
/// # Errors
/// One line for the user.
pub fn bring_up_to_date(pool: &DbPool) -> anyhow::Result<usize> {
    let mut conn = pool.connection()?;
    let ran = migrate::run_pending(&mut conn)?;
    let now = Clock::system().now();
    conn.write(|c| reference::starter::load(c, now))?;
    Ok(ran)
}
