//! `serve`: the portal on its own, for a practice.

use std::net::TcpListener;

use anyhow::{Context as _, bail};

use super::create_doctor::BCRYPT_COST;
use super::shutdown::Stop;
use super::{database, logging};
use crate::app::{self, Parts};
use crate::config::{self, ConfigError, PortalSettings, SacConfig, SacSettings, StorageSettings};
use crate::db::{DbPool, migrate};
use crate::formulary::index::FormularyIndexes;
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::identity::sealing::Sealer;
use crate::jobs::Background;
use crate::kernel::clock::Clock;
use crate::ports::mail::Mailer;
use crate::ports::sac::{Endpoints, SacClient, SacSettings as SacClientSettings};
use crate::ports::sms::Texter;
use crate::prescriptions::service::Pipeline;
use crate::prescriptions::service::Timings;
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
        texter: texter(portal)?,
        mail_folder: None,
        trusted_proxies: portal.trusted_proxies.clone(),
    })
}

/// The way out for text messages, if one is set.
fn texter(portal: &PortalSettings) -> anyhow::Result<Option<Texter>> {
    let Some(url) = &portal.sms_url else { return Ok(None) };
    let token = portal.sms_token.as_ref().map(|token| token.expose().into());
    Ok(Some(Texter::from_setting(url.expose(), token).context("MILLECLOUD_SMS_URL")?))
}

/// The client of the SAC these settings describe.
///
/// # Errors
/// One line for the user.
pub fn sac_client(sac: SacConfig) -> anyhow::Result<SacClient> {
    let endpoints = Endpoints::new(&sac.base, Some(&sac.lots), Some(&sac.a2f), false)
        .context("MILLECLOUD_SAC_URL, MILLECLOUD_SAC_LOTS_URL or MILLECLOUD_SAC_A2F_URL")?;
    SacClient::new(SacClientSettings::new(endpoints, sac.certificate)).context("MILLECLOUD_SAC_CERT")
}

/// Serves until told to stop: the portal, the runner of prescriptions, the outbox.
///
/// # Errors
/// What the server met.
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
    portal.workers.map_or_else(cores, usize::from)
}

/// Runs `serve`.
///
/// # Errors
/// One line for the user.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start();
    let secret = config::secret_key(&arguments.portal)?;
    let sac = sac_client(config::sac(&arguments.sac)?)?;
    let smtp = arguments.portal.smtp_url.as_ref().ok_or(ConfigError::Missing("MILLECLOUD_SMTP_URL"))?;
    let mailer = Mailer::from_setting(smtp.expose(), &arguments.portal.mail_from).context("MILLECLOUD_SMTP_URL")?;
    let db = database::open(&arguments.storage, arguments.portal.db_connections)?;
    if migrate::is_behind(&mut *db.connection()?)? {
        bail!("the database is of an older version: run `millecloud migrate` first");
    }
    let site = site(&arguments.portal, db, secrecy::ExposeSecret::expose_secret(&secret), false)?;
    let listener = listen(&arguments.portal)?;
    let workers = workers(&arguments.portal);
    actix_web::rt::System::new().block_on(async move {
        let pipeline =
            Pipeline::new(site.db.clone(), sac, site.sealer.clone(), site.clock.clone(), Timings::of_this_run());
        let parts = Parts { site, pipeline, formulary: FormularyIndexes::default() };
        until_stopped(parts, mailer, listener, workers).await
    })
}
