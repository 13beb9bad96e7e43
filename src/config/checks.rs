//! The checks of the settings: each says what is wrong with its own, and goes on to the next.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use chrono::TimeDelta;

use super::{BIND, CONNECTIONS, ConfigError, PortalSettings, RESET_MINUTES, SacConfig, SacSettings, given};

/// Everything that is wrong, one line each. `Display` is those lines.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Notes one.
    pub fn add(&mut self, problem: impl fmt::Display) {
        let line = problem.to_string().replace(['\n', '\r'], " ");
        if !self.0.contains(&line) {
            self.0.push(line);
        }
    }

    /// The value, or `None` after noting why not.
    pub fn keep<T, E: fmt::Display>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// [`Problems::keep`] of a check that does not know the setting's name.
    pub fn keep_as<T, E: fmt::Display>(&mut self, setting: &'static str, result: Result<T, E>) -> Option<T> {
        self.keep(result.map_err(|error| ConfigError::wrong(setting, error)))
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        &self.0
    }

    /// Good only when nothing was noted.
    pub fn verdict(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

/// How the portal is reached, checked.
#[derive(Clone, Debug)]
pub struct Portal {
    /// Where it listens.
    pub bind: SocketAddr,
    /// Scheme, host and port that users see.
    pub public_url: String,
    /// Users come over TLS.
    pub tls: bool,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Threads that answer; `None` for one per core.
    pub workers: Option<usize>,
    /// Connections to the database.
    pub connections: u32,
    /// How long the link to a new password is good for.
    pub reset_for: TimeDelta,
}

impl PortalSettings {
    /// Checks them all; `None` when any of them cannot be used.
    pub fn check(&self, problems: &mut Problems) -> Option<Portal> {
        let bind = problems.keep(address(&self.bind));
        let public = problems.keep(self.public_address(bind));
        let proxies = problems.keep(self.proxies());
        let workers = given(self.workers.as_ref()).map(|text| number("MILLECLOUD_WORKERS", text, 1..=1024));
        let workers = problems.keep(workers.transpose());
        let connections = given(Some(&self.db_connections)).unwrap_or(CONNECTIONS);
        let connections = problems.keep(number("MILLECLOUD_DB_CONNECTIONS", connections, 1..=1000));
        let minutes = given(Some(&self.reset_minutes)).unwrap_or(RESET_MINUTES);
        let minutes = problems.keep(number("MILLECLOUD_RESET_MINUTES", minutes, 5..=1440));
        let (bind, (public_url, tls), trusted_proxies) = (bind?, public?, proxies?);
        if !bind.ip().is_loopback() && (!tls || trusted_proxies.is_empty()) {
            let reason = "listening beyond this machine needs MILLECLOUD_PUBLIC_URL=https://... and the TLS proxy's \
                          address in MILLECLOUD_TRUSTED_PROXIES";
            problems.add(ConfigError::wrong("MILLECLOUD_BIND", reason));
            return None;
        }
        let workers = workers?.and_then(|n| usize::try_from(n).ok());
        let reset_for = TimeDelta::minutes(minutes?.into());
        Some(Portal { bind, public_url, tls, trusted_proxies, workers, connections: connections?, reset_for })
    }

    /// What users type: only scheme, host and port, since every address of the portal begins at its root.
    fn public_address(&self, bind: Option<SocketAddr>) -> Result<(String, bool), ConfigError> {
        let wrong = |reason: String| ConfigError::wrong("MILLECLOUD_PUBLIC_URL", reason);
        let default = bind.map_or_else(|| format!("http://{BIND}"), |bind| format!("http://{bind}"));
        let text = given(self.public_url.as_ref()).unwrap_or(&default);
        let url = url::Url::parse(text).map_err(|error| wrong(error.to_string()))?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(wrong(format!("{other}: is not http or https"))),
        };
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("write scheme and host alone, as https://ricette.example.it".to_owned()));
        }
        Ok((url.origin().ascii_serialization(), tls))
    }

    fn proxies(&self) -> Result<Vec<IpAddr>, ConfigError> {
        let texts = given(self.trusted_proxies.as_ref()).unwrap_or_default().split(',').map(str::trim);
        texts
            .filter(|text| !text.is_empty())
            .map(|text| {
                let reason = format!("{text} is not an IP address: write addresses, comma separated");
                text.parse().map_err(|_| ConfigError::wrong("MILLECLOUD_TRUSTED_PROXIES", reason))
            })
            .collect()
    }
}

/// An address to listen on, or that is listened on.
pub fn address(text: &str) -> Result<SocketAddr, ConfigError> {
    let text = text.trim();
    let text = if text.is_empty() { BIND } else { text };
    let reason = "is not ADDRESS:PORT, as 127.0.0.1:8080 or [::1]:8080";
    text.parse().map_err(|_| ConfigError::wrong("MILLECLOUD_BIND", format!("{text} {reason}")))
}

fn number(setting: &'static str, text: &str, range: RangeInclusive<u32>) -> Result<u32, ConfigError> {
    let inside = text.parse::<u32>().ok().filter(|n| range.contains(n));
    let reason = format!("{text} is not a number from {} to {}", range.start(), range.end());
    inside.ok_or_else(|| ConfigError::wrong(setting, reason))
}

impl SacSettings {
    /// Reads them; what is missing or cannot be read is noted.
    pub fn check(&self, problems: &mut Problems) -> Option<SacConfig> {
        let base = given(self.sac_url.as_ref()).ok_or(ConfigError::Missing("MILLECLOUD_SAC_URL"));
        let file = given(self.sac_cert.as_ref()).ok_or(ConfigError::Missing("MILLECLOUD_SAC_CERT"));
        let (base, file) = (problems.keep(base), problems.keep(file));
        let read = |path: &str| std::fs::read(path).map_err(|error| format!("{path}: {error}"));
        let certificate = file.and_then(|path| problems.keep_as("MILLECLOUD_SAC_CERT", read(path)));
        let base = base?.to_owned();
        let or_base = |value: Option<&String>| given(value).map_or_else(|| base.clone(), str::to_owned);
        let (lots, a2f) = (or_base(self.sac_lots_url.as_ref()), or_base(self.sac_a2f_url.as_ref()));
        Some(SacConfig { lots, a2f, base, certificate: certificate? })
    }
}
