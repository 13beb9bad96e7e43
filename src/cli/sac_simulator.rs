//! `sac-simulator`: the stand-in for SAC on its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::shutdown::Stop;
use super::{database, logging};
use kernel::clock::Clock;
use sac_simulator::{CERTIFICATE_FILE, SimulatorConfig};

/// Arguments of `sac-simulator`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDRESS:PORT")]
    bind: SocketAddr,
    /// Folder of its keys, certificate, doctors and ledger.
    #[arg(long, default_value = "sac-simulator-data", value_name = "FOLDER")]
    data: PathBuf,
    /// Seed of the faults that come with a probability.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Runs `sac-simulator`.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start();
    database::make_private_folder(&arguments.data)?;
    let config = SimulatorConfig {
        bind: arguments.bind,
        data_dir: arguments.data.clone(),
        seed: arguments.seed,
        clock: Clock::system(),
    };
    actix_web::rt::System::new().block_on(async move {
        let stop = Stop::listen()?;
        let simulator = sac_simulator::start(config).await?;
        println!("SAC simulator on {}", simulator.url());
        println!("certificate {}", arguments.data.join(CERTIFICATE_FILE).display());
        stop.requested().await;
        simulator.stop().await;
        Ok(())
    })
}
