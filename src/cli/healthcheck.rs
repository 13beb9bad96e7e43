//! `healthcheck`: for a supervisor or a container.

use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::ports::http;

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address of the portal.
    #[arg(long, env = "MILLECLOUD_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    bind: std::net::SocketAddr,
}

/// Runs `healthcheck`.
///
/// # Errors
/// One line when the portal does not answer or is not ready.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = http::in_clear()?.timeout(Duration::from_secs(5)).build()?;
        let answer = client.get(format!("http://{}/ready", arguments.bind)).send().await.context("no answer")?;
        if !answer.status().is_success() {
            bail!("not ready: {}", answer.status());
        }
        println!("ready");
        Ok(())
    })
}
