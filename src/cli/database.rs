//! `migrate`, and opening the database for the other commands.

use std::path::Path;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;

use super::sealed;
use crate::accesses::{self, LogKey};
use crate::config::StorageSettings;
use crate::db::{DatabaseUrl, DbPool, migrate};
use crate::identity::installation::{self, KeyVerdict};
use crate::identity::keys::Keys;
use crate::identity::sealing::Sealer;
use crate::reference;
use kernel::clock::Clock;

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
}

/// Opens the database with `connections` connections; the folder of an embedded one is made, for this user only. A database
/// of a newer program is refused, and so is a secret key, where one is set, that the database was not made with.
pub fn open(storage: &StorageSettings, connections: u32) -> anyhow::Result<DbPool> {
    let url = storage.database()?;
    if let DatabaseUrl::Sqlite(path) = &url
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        make_private_folder(folder)?;
        if storage.is_embedded() {
            tighten(folder);
        }
    }
    let secret = storage.secret()?;
    let pool = DbPool::open(&url, connections)?;
    let unknown = migrate::list_unknown(&mut *pool.connection()?)?;
    if let Some(newest) = unknown.last() {
        bail!("the database is of a newer version of this program (it has {newest}): install that one");
    }
    if let Some(secret) = secret {
        recognise(&pool, secret.expose_secret())?;
    }
    Ok(pool)
}

/// Stops when the database was made with another key. One that does not know its key takes this one, if that opens what is
/// sealed in it.
pub fn recognise(pool: &DbPool, secret: &str) -> anyhow::Result<()> {
    let keys = Keys::new(secret)?;
    let mut conn = pool.connection()?;
    match installation::recognise(&mut conn, &keys)? {
        KeyVerdict::Unmigrated => return Ok(()),
        KeyVerdict::Known => {}
        KeyVerdict::Another => bail!(
            "the secret key is not the one this database was made with: set MILLECLOUD_SECRET_KEY or its file as it was"
        ),
        KeyVerdict::Unmarked if sealed::opens(&mut conn, &Sealer::new(&keys))? == Some(false) => bail!(
            "the secret key does not open what this database holds sealed: set MILLECLOUD_SECRET_KEY or its file as it was"
        ),
        KeyVerdict::Unmarked => {
            conn.write(|conn| installation::mark_key(conn, &keys))?;
        }
    }
    if migrate::is_behind(&mut conn)? {
        return Ok(());
    }
    // What was looked at before the key is sealed once; every other time this is one read.
    let (key, now) = (LogKey::new(&keys), Clock::system().now());
    Ok(conn.write(|conn| accesses::begin(conn, &key, now))?)
}

/// The data folder is nobody else's, also when it was there before.
fn tighten(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let open = folder.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    if open && let Err(error) = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)) {
        tracing::warn!(%error, "others may enter the data folder, and its rights cannot be changed");
    }
}

/// Makes a folder only this user may read: it will hold clinical data.
pub fn make_private_folder(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot create {}", folder.display()))
}

/// Runs `migrate`.
pub fn migrate(arguments: &Arguments) -> anyhow::Result<()> {
    let pool = open(&arguments.storage, 1)?;
    let ran = bring_up_to_date(&pool)?;
    if let Some(secret) = arguments.storage.secret()? {
        recognise(&pool, secret.expose_secret())?;
    }
    println!("database up to date: {ran} migrations applied");
    Ok(())
}

/// Migrates and loads the starter code lists where there are none.
pub fn bring_up_to_date(pool: &DbPool) -> anyhow::Result<usize> {
    let mut conn = pool.connection()?;
    let ran = migrate::run_pending(&mut conn)?;
    let now = Clock::system().now();
    conn.write(|c| reference::starter::load(c, now))?;
    Ok(ran)
}
