//! `healthcheck`: for a supervisor or a container.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::config::BIND;
use crate::config::checks::address;
use sac::http;

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address the portal listens on.
    #[arg(long, env = "MILLECLOUD_BIND", default_value = BIND, value_name = "ADDRESS:PORT")]
    bind: String,
}

/// Runs `healthcheck`.
/// The error is one line when the portal does not answer or is not ready.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let at = reachable(address(&arguments.bind)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = http::in_clear()?.timeout(Duration::from_secs(10)).build()?;
        let answer = client.get(format!("http://{at}/ready")).send().await;
        let answer = answer.map_err(reqwest::Error::without_url).with_context(|| format!("no answer from {at}"))?;
        if !answer.status().is_success() {
            bail!("not ready: {}", answer.status());
        }
        println!("ready");
        Ok(())
    })
}

/// A portal that listens on every address is asked on this machine's own.
fn reachable(bind: SocketAddr) -> SocketAddr {
    match bind {
        SocketAddr::V4(at) if at.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, at.port()).into(),
        SocketAddr::V6(at) if at.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, at.port()).into(),
        other => other,
    }
}
