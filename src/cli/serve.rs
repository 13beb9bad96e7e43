//! `serve`: the portal on its own, for a practice.

use std::net::TcpListener;

use anyhow::{Context as _, bail};

use super::create_doctor::BCRYPT_COST;
use super::settings::{self, Settings, Whose};
use super::shutdown::Stop;
use super::{database, logging};
use crate::app::{self, Parts};
use crate::config::{self, Portal, PortalSettings, Problems, SacSettings, StorageSettings};
use crate::db::{DbPool, migrate};
use crate::formulary::index::FormularyIndexes;
use crate::identity::installation;
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::identity::sealing::Sealer;
use crate::jobs::Background;
use crate::ports::mail::Mailer;
use crate::ports::push::Pusher;
use crate::prescriptions::service::Pipeline;
use crate::prescriptions::service::Timings;
use crate::site::Site;
use crate::site::vitals::Vitals;
use kernel::clock::Clock;

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

impl Arguments {
    /// Everything checked; opens nothing.
    pub fn check(&self) -> Result<Settings, Problems> {
        settings::check(Whose::Serve, &self.storage, &self.portal, &self.sac)
    }
}

/// Builds the site from the settings of the portal.
pub fn site(settings: &Settings, db: DbPool, secret: &str, demo: bool) -> anyhow::Result<Site> {
    let keys = Keys::new(secret)?;
    Ok(Site {
        db,
        clock: Clock::system(),
        sealer: Sealer::new(&keys),
        passwords: Passwords::new(&keys, BCRYPT_COST)?,
        keys,
        demo,
        public_url: settings.portal.public_url.clone(),
        tls: settings.portal.tls,
        texter: settings.texter.clone(),
        pusher: Pusher::new(&settings.portal.public_url),
        mail_folder: None,
        reset_for: settings.portal.reset_for,
        trusted_proxies: settings.portal.trusted_proxies.clone(),
        vitals: Vitals::default(),
    })
}

/// Serves until told to stop: the portal, the runner of prescriptions, the outbox.
pub async fn until_stopped(parts: Parts, mailer: Mailer, listener: TcpListener, workers: usize) -> anyhow::Result<()> {
    let stop = Stop::listen()?;
    let background = Background::start(&parts.site, &parts.pipeline, &mailer);
    let portal = app::start(&parts, listener, workers)?;
    tracing::info!(address = %portal.address, "listening");
    stop.requested().await;
    tracing::info!("stopping");
    portal.stop().await?;
    background.stop().await;
    Ok(())
}

/// Listens, or says in one line why not.
/// Fails when the address is taken or not this machine's.
pub fn listen(portal: &Portal) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(portal.bind).with_context(|| format!("cannot listen on {}", portal.bind))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Threads that answer requests.
pub fn workers(portal: &Portal) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    portal.workers.unwrap_or_else(cores)
}

/// Runs `serve`.
/// The error is one line for the user, or one for each setting that is wrong.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let settings = arguments.check()?;
    logging::start();
    settings::warn(&settings.portal);
    let secret = config::secret_key(&arguments.storage)?;
    let sac = settings.sac.clone().context("MILLECLOUD_SAC_URL")?;
    let mailer = settings.mailer.clone().context("MILLECLOUD_SMTP_URL")?;
    let db = database::open(&arguments.storage, settings.portal.connections)?;
    if migrate::is_behind(&mut *db.connection()?)? {
        bail!("the database is of an older version: run `millecloud migrate` first");
    }
    if installation::is_demo(&mut *db.connection()?) {
        bail!("this database holds the invented data of `demo`: `serve` needs one of its own");
    }
    let site = site(&settings, db, secrecy::ExposeSecret::expose_secret(&secret), false)?;
    let listener = listen(&settings.portal)?;
    let workers = workers(&settings.portal);
    actix_web::rt::System::new().block_on(async move {
        let pipeline =
            Pipeline::new(site.db.clone(), sac, site.sealer.clone(), site.clock.clone(), Timings::of_this_run());
        let parts = Parts { site, pipeline, formulary: FormularyIndexes::default() };
        until_stopped(parts, mailer, listener, workers).await
    })
}
