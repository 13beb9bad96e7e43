//! `demo`: everything at once on this machine, with invented data: embedded database, starter lists, a practice, the
//! stand-in for SAC, mails to a folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::settings::{self, Settings, Whose};
use super::{database, logging, serve};
use crate::app::Parts;
use crate::config::{PortalSettings, Problems, SacConfig, SacSettings, StorageSettings};
use crate::db::{DbError, DbPool, Owner};
use crate::formulary;
use crate::formulary::index::FormularyIndexes;
use crate::identity::installation;
use crate::ports::mail::Mailer;
use crate::ports::sms::Texter;
use crate::practice::{self, DEMO_COLLABORATOR, DEMO_DOCTOR, DEMO_PATIENT};
use crate::prescriptions::model::WaitReason;
use crate::prescriptions::queries;
use crate::prescriptions::service::Pipeline;
use crate::prescriptions::service::Timings;
use crate::prescriptions::service::vault;
use crate::reference;
use crate::site::Site;
use kernel::random;
use sac::{SacClient, SenderCredentials};
use sac_simulator::{RunningSimulator, SimulatorConfig, fixtures};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    storage: StorageSettings,
    #[command(flatten)]
    portal: PortalSettings,
    #[command(flatten)]
    sac: SacSettings,
    /// Port of the stand-in for SAC on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    simulator_port: u16,
}

impl Arguments {
    /// Everything checked; opens nothing.
    pub fn check(&self) -> Result<Settings, Problems> {
        settings::check(Whose::Demo, &self.storage, &self.portal, &self.sac)
    }
}

/// Runs `demo`. A second start finds the data of the first.
/// The error is one line for the user, or one for each setting that is wrong.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let settings = arguments.check()?;
    logging::start();
    settings::warn(&settings.portal);
    let data = arguments.storage.folder();
    database::make_private_folder(&data)?;
    let db = database::open(&arguments.storage, settings.portal.connections)?;
    refuse_real_data(&db)?;
    database::bring_up_to_date(&db)?;
    let secret = match &settings.secret {
        Some(secret) => secret.expose_secret().to_owned(),
        None => kept_secret(&data.join("segreto"))?,
    };
    database::recognise(&db, &secret)?;
    let mut site = serve::site(&settings, db, &secret, true)?;
    let doctor = load(&site)?;
    if site.texter.is_none() {
        site.texter = Some(Texter::folder(&data.join("sms")));
    }
    let mailer = if let Some(mailer) = settings.mailer.clone() {
        mailer
    } else {
        let folder = data.join("posta");
        site.mail_folder = Some(folder.clone());
        Mailer::folder(&folder, &settings.sender)?
    };
    let listener = serve::listen(&settings.portal)?;
    let workers = serve::workers(&settings.portal);
    actix_web::rt::System::new().block_on(async move {
        let (simulator, client) = match settings.sac {
            Some(real) => (None, real),
            None => simulator(arguments, &site).await.map(|(simulator, client)| (Some(simulator), client))?,
        };
        if let Some(simulator) = &simulator {
            ready_for_the_simulator(&site, doctor, simulator).await?;
        }
        let pipeline =
            Pipeline::new(site.db.clone(), client, site.sealer.clone(), site.clock.clone(), Timings::of_this_run());
        if simulator.is_some() {
            pipeline.refill(Owner::of_doctor(doctor)).await?;
        }
        announce(&site.public_url, simulator.as_ref());
        let parts = Parts { site, pipeline, formulary: FormularyIndexes::default() };
        serve::until_stopped(parts, mailer, listener, workers).await?;
        if let Some(simulator) = simulator {
            simulator.stop().await;
        }
        Ok(())
    })
}

/// The lists that are still empty, the practice, the doctor's id.
fn load(site: &Site) -> anyhow::Result<i64> {
    let hash = site.passwords.hash_blocking(DEMO_DOCTOR.password)?;
    let (now, today) = (site.clock.now(), site.clock.today());
    let mut conn = site.db.connection()?;
    conn.write(installation::mark_demo)?;
    conn.write(|c| formulary::starter::load(c, now))?;
    let doctor = conn.write(|c| practice::load_demo(c, hash, now, today))?;
    let patient_hash = site.passwords.hash_blocking(DEMO_PATIENT.password)?;
    conn.write(|c| practice::enrol_demo_patient(c, doctor, &patient_hash, now))?;
    Ok(doctor)
}

/// A secret made at the first start and kept in a file only this user may read.
fn kept_secret(file: &Path) -> anyhow::Result<String> {
    if let Ok(secret) = std::fs::read_to_string(file) {
        return Ok(secret);
    }
    let secret = random::hex_token(32);
    let mut options = std::fs::OpenOptions::new();
    let mut made = options.write(true).create_new(true).mode(0o600).open(file);
    let made = made.as_mut().map_err(|error| anyhow::anyhow!("cannot write {}: {error}", file.display()))?;
    made.write_all(secret.as_bytes())?;
    Ok(secret)
}

/// A database with people in it that `demo` has not made is left as it is, before a migration touches it.
fn refuse_real_data(db: &DbPool) -> anyhow::Result<()> {
    let mut conn = db.connection()?;
    if installation::has_users(&mut conn) && !installation::is_demo(&mut conn) {
        bail!(
            "this database has users that `demo` has not made: it needs one of its own (MILLECLOUD_DATA, DATABASE_URL)"
        );
    }
    Ok(())
}

/// The stand-in for SAC, started here, and its client.
async fn simulator(arguments: &Arguments, site: &Site) -> anyhow::Result<(RunningSimulator, SacClient)> {
    let folder = arguments.storage.folder().join("simulatore-sac");
    database::make_private_folder(&folder)?;
    let mut settings = SimulatorConfig::new(folder);
    settings.bind.set_port(arguments.simulator_port);
    settings.clock = site.clock.clone();
    let simulator = sac_simulator::start(settings).await.context("the SAC simulator did not start")?;
    let (base, certificate) = (simulator.url(), simulator.certificate_pem.clone().into_bytes());
    let client = settings::sac_client(SacConfig { lots: base.clone(), a2f: base.clone(), base, certificate })?;
    Ok((simulator, client))
}

/// Gives the demo's doctor what a real one types in Credenziali SAR: the simulator's user, and a session for today.
async fn ready_for_the_simulator(site: &Site, doctor: i64, simulator: &RunningSimulator) -> anyhow::Result<()> {
    let owner = Owner::of_doctor(doctor);
    let session = simulator.engine.create_session(fixtures::DEMO_DOCTOR)?.context("the simulator gave no session")?;
    let credentials = SenderCredentials {
        username: fixtures::DEMO_DOCTOR.to_owned(),
        password: SecretString::from(fixtures::DEMO_PASSWORD),
        pin: SecretString::from(fixtures::DEMO_PIN),
        session_id: Some(SecretString::from(session.id.clone())),
    };
    teach_limits(site, simulator).await?;
    let sealed = vault::seal(&site.sealer, owner, &credentials)?;
    let now = site.clock.now();
    let save = move |conn: &mut crate::db::Db| -> Result<(), DbError> {
        let (password, pin) = (&sealed.password, &sealed.pin);
        queries::save_credentials(conn, owner, fixtures::DEMO_DOCTOR, password, pin, now)?;
        queries::save_session(conn, owner, sealed.session.as_deref(), Some(session.until))?;
        queries::set_credentials_tested(conn, owner, "", now)?;
        queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)?;
        Ok(())
    };
    Ok(site.db.write(save).await?)
}

/// A message to SAC does not say that a package is single-dose or for a drip; the simulator must know it beforehand.
async fn teach_limits(site: &Site, simulator: &RunningSimulator) -> anyhow::Result<()> {
    let today = site.clock.today();
    let read = move |conn: &mut crate::db::Db| -> Result<_, DbError> {
        Ok((formulary::queries::list_limited(conn)?, reference::queries::list_limits(conn, today)?))
    };
    let (packages, limits) = site.db.read(read).await?;
    for (aic, category) in packages {
        if let Some(limit) = limits.iter().find(|limit| limit.category == category && limit.kind == "packs") {
            simulator.engine.allow_packs(&aic, u32::try_from(limit.max_total).unwrap_or(u32::MAX));
        }
    }
    Ok(())
}

/// What a new user needs to know, on standard output.
fn announce(address: &str, simulator: Option<&RunningSimulator>) {
    println!("Millecloud, dimostrazione con dati inventati");
    println!("indirizzo {address}");
    if let Some(simulator) = simulator {
        println!("simulatore SAC {}", simulator.url());
    }
    println!("utente MEDICO {} {}", DEMO_DOCTOR.username, DEMO_DOCTOR.password);
    println!("utente COLLABORATORE {} {}", DEMO_COLLABORATOR.username, DEMO_DOCTOR.password);
    println!("utente ASSISTITO {} {}", DEMO_PATIENT.username, DEMO_PATIENT.password);
    println!("Ctrl-C per fermare");
}
