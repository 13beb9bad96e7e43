//! The stand-in for SAC of one test. Its keys are made once per run.

use std::path::{Path, PathBuf};

use ::sac::{Endpoints, SacSettings, SenderCredentials};
use kernel::clock::Clock;
use millecloud::db::{DbError, Owner};
use millecloud::prescriptions::queries;
use millecloud::prescriptions::service::vault;
use sac_simulator::{RunningSimulator, SimulatorConfig, fixtures};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::TestApp;

/// A folder with keys and certificate, copied for each test: making a key pair takes a moment.
async fn template() -> &'static PathBuf {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let (_, path) = TEMPLATE
        .get_or_init(|| async {
            let folder = TempDir::new().unwrap();
            let path = folder.path().to_owned();
            sac_simulator::start(SimulatorConfig::new(path.clone())).await.unwrap().stop().await;
            (folder, path)
        })
        .await;
    path
}

/// Starts a simulator in `folder`.
pub async fn start(folder: &Path, clock: Clock) -> RunningSimulator {
    std::fs::create_dir_all(folder).unwrap();
    for entry in std::fs::read_dir(template().await).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let mut config = SimulatorConfig::new(folder.to_owned());
    config.clock = clock;
    sac_simulator::start(config).await.unwrap()
}

/// A client's settings for it.
pub fn settings(simulator: &RunningSimulator) -> SacSettings {
    let endpoints = Endpoints::new(&simulator.url(), None, None, false).unwrap();
    SacSettings::new(endpoints, simulator.certificate_pem.clone().into_bytes())
}

impl TestApp {
    /// Gives the doctor of the fixtures (BRGPLA59L23M048S) working SAC credentials and a session for today.
    pub async fn enable_sac(&self, doctor_id: i64) {
        let session = self.simulator.engine.create_session(fixtures::DEMO_DOCTOR).unwrap().unwrap();
        let credentials = SenderCredentials {
            username: fixtures::DEMO_DOCTOR.to_owned(),
            password: SecretString::from(fixtures::DEMO_PASSWORD),
            pin: SecretString::from(fixtures::DEMO_PIN),
            session_id: Some(SecretString::from(session.id.clone())),
        };
        let owner = Owner::of_doctor(doctor_id);
        let sealed = vault::seal(&self.site.sealer, owner, &credentials).unwrap();
        let (now, until) = (self.site.clock.now(), session.until);
        self.write(move |conn| -> Result<(), DbError> {
            queries::save_credentials(conn, owner, fixtures::DEMO_DOCTOR, &sealed.password, &sealed.pin, now)?;
            queries::save_session(conn, owner, sealed.session.as_deref(), Some(until))?;
            queries::set_credentials_tested(conn, owner, "", now)?;
            Ok(())
        })
        .await;
    }
}
