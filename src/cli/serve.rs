//! `serve`: the portal on its own, for a practice.

use std::net::TcpListener;

use anyhow::{Context as _, bail};

use super::create_doctor::BCRYPT_COST;
use super::{database, logging, shutdown};
use crate::app::{self, Parts};
use crate::config::{self, PortalSettings, SacSettings, StorageSettings};
use crate::db::{DbPool, migrate};
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::identity::sealing::Sealer;
use crate::kernel::clock::Clock;
use crate::web::site::Site;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    #[command(flatten)]
    portal: PortalSettings,
    #[command(flatten)]
    sac: SacSettings,
}

/// Builds the site from the settings of the portal.
///
/// # Errors
/// One line for the user.
pub fn site(portal: &PortalSettings, db: DbPool, secret: &str, demo: bool) -> anyhow::Result<Site> {
    let (public_url, tls) = config::public_address(portal)?;
    let keys = Keys::new(secret)?;
    Ok(Site {
        db,
        clock: Clock::system(),
        sealer: Sealer::new(&keys),
        passwords: Passwords::new(&keys, BCRYPT_COST)?,
        keys,
        demo,
        public_url,
        tls,
        trusted_proxies: portal.trusted_proxies.clone(),
    })
}

/// Listens, or says in one line why not.
///
/// # Errors
/// When the address is taken or not this machine's.
pub fn listen(portal: &PortalSettings) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(portal.bind).with_context(|| format!("cannot listen on {}", portal.bind))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Threads that answer requests.
pub fn workers(portal: &PortalSettings) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    portal.workers.unwrap_or_else(cores)
}

/// Runs `serve`.
///
/// # Errors
/// One line for the user.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start();
    let secret = config::secret_key(&arguments.portal)?;
    let _sac = config::sac(&arguments.sac)?;
    let db = database::open(&arguments.storage, arguments.portal.db_connections)?;
    if migrate::is_behind(&mut *db.connection()?)? {
        bail!("the database is of an older version: run `millecloud migrate` first");
    }
    let site = site(&arguments.portal, db, secrecy::ExposeSecret::expose_secret(&secret), false)?;
    let listener = listen(&arguments.portal)?;
    let workers = workers(&arguments.portal);
    actix_web::rt::System::new().block_on(async move {
        let portal = app::start(&Parts { site }, listener, workers)?;
        tracing::info!(address = %portal.address, "listening");
        shutdown::requested().await?;
        tracing::info!("stopping");
        portal.stop().await?;
        Ok(())
    })
}
