//! The settings of the program, read once from flags and environment, checked before anything starts.
//!
//! `README.md` has the table. A missing or wrong setting stops the program with one line; so does an unknown
//! `MILLECLOUD_...` variable, which is nearly always a misspelt one.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::db::{DatabaseUrl, UrlError};

/// A setting that stops the program. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A needed setting is absent.
    #[error("{0} is not set: see the table of settings in README.md")]
    Missing(&'static str),
    /// A setting has a value that cannot be used.
    #[error("{setting}: {reason}")]
    Wrong {
        /// Its name.
        setting: &'static str,
        /// What is wrong with it, without the value of a secret.
        reason: String,
    },
    /// The database address.
    #[error(transparent)]
    Database(#[from] UrlError),
    /// A variable of ours that the program does not know.
    #[error("{0} is not a setting of this program: is it misspelt?")]
    Unknown(String),
}

impl ConfigError {
    fn wrong(setting: &'static str, reason: impl fmt::Display) -> Self {
        Self::Wrong { setting, reason: reason.to_string() }
    }
}

/// Where the database and the files of the program are. Needed by every command.
#[derive(Clone, Debug, clap::Args)]
pub struct StorageSettings {
    /// Folder of the embedded database and of the files the program writes.
    #[arg(long = "data", env = "MILLECLOUD_DATA", default_value = "millecloud-data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; without it, an embedded database in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
}

impl StorageSettings {
    /// The database to open.
    ///
    /// # Errors
    /// [`ConfigError::Database`].
    pub fn database(&self) -> Result<DatabaseUrl, ConfigError> {
        match &self.database_url {
            Some(url) => Ok(DatabaseUrl::parse(url)?),
            None => Ok(DatabaseUrl::Sqlite(self.data.join("millecloud.db"))),
        }
    }
}

/// The service that gives prescriptions their authentication code.
#[derive(Clone, Debug, clap::Args)]
pub struct SacSettings {
    /// Base address under which the prescription services lie.
    #[arg(long, env = "MILLECLOUD_SAC_URL", value_name = "URL")]
    pub sac_url: Option<String>,
    /// Base address of the lots of NREs, where it differs.
    #[arg(long, env = "MILLECLOUD_SAC_LOTS_URL", value_name = "URL")]
    pub sac_lots_url: Option<String>,
    /// Base address of the session service (second factor), where it differs.
    #[arg(long, env = "MILLECLOUD_SAC_A2F_URL", value_name = "URL")]
    pub sac_a2f_url: Option<String>,
    /// Certificate that PIN and patient code are encrypted for, PEM or DER.
    #[arg(long, env = "MILLECLOUD_SAC_CERT", value_name = "FILE")]
    pub sac_cert: Option<PathBuf>,
}

/// How the portal is reached and how it writes.
#[derive(Clone, Debug, clap::Args)]
pub struct PortalSettings {
    /// Address and port to listen on. Anything but this machine needs a TLS proxy (MILLECLOUD_TRUSTED_PROXIES).
    #[arg(long, env = "MILLECLOUD_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub bind: SocketAddr,
    /// Address under which users reach the portal; goes into mails and decides whether cookies are for TLS only.
    #[arg(long, env = "MILLECLOUD_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Addresses of the TLS proxies in front, comma separated: their X-Forwarded-For is believed.
    #[arg(long, env = "MILLECLOUD_TRUSTED_PROXIES", value_delimiter = ',', value_name = "IP,...")]
    pub trusted_proxies: Vec<IpAddr>,
    /// Secret from which every key is derived: at least 32 characters, random.
    #[arg(long, env = "MILLECLOUD_SECRET_KEY", hide_env_values = true, value_name = "SECRET")]
    pub secret_key: Option<SecretText>,
    /// File holding that secret instead.
    #[arg(long, env = "MILLECLOUD_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// `smtp://`, `smtps://USER:PASSWORD@HOST`, or `folder:PATH` to write .eml files instead of sending.
    #[arg(long, env = "MILLECLOUD_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp_url: Option<SecretText>,
    /// Sender of every mail.
    #[arg(long, env = "MILLECLOUD_MAIL_FROM", default_value = "no-reply@millewin.it", value_name = "ADDRESS")]
    pub mail_from: String,
    /// Address of a provider of text messages that takes JSON over https, or `folder:PATH`; without it no SMS are offered.
    #[arg(long, env = "MILLECLOUD_SMS_URL", hide_env_values = true, value_name = "URL")]
    pub sms_url: Option<SecretText>,
    /// Token the provider knows this portal by.
    #[arg(long, env = "MILLECLOUD_SMS_TOKEN", hide_env_values = true, value_name = "SECRET")]
    pub sms_token: Option<SecretText>,
    /// Threads that answer requests; by default one per core.
    #[arg(long, env = "MILLECLOUD_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,
    /// Connections to the database.
    #[arg(long, env = "MILLECLOUD_DB_CONNECTIONS", default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub db_connections: u32,
}

/// A secret given on the command line or in the environment; its `Debug` shows nothing.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl std::str::FromStr for SecretText {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.to_owned().into())
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

impl SecretText {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Variables read elsewhere than by the settings above: the log's level, crash points and shortened times of test builds.
const OTHER_VARIABLES: &[&str] = &["MILLECLOUD_LOG", "MILLECLOUD_FAILPOINT", "MILLECLOUD_TIME_SCALE"];
/// Variables of the test programs, which start this one with their own environment.
const TEST_PREFIXES: &[&str] = &["MILLECLOUD_REQUIRE_", "MILLECLOUD_DUMP_"];

/// Refuses a `MILLECLOUD_...` variable that `known` (the command line's own list) does not name.
///
/// # Errors
/// [`ConfigError::Unknown`].
pub fn refuse_unknown_variables<'a>(
    set: impl Iterator<Item = String>,
    known: impl Iterator<Item = &'a str>,
) -> Result<(), ConfigError> {
    let known: std::collections::HashSet<&str> = known.chain(OTHER_VARIABLES.iter().copied()).collect();
    let ours = |name: &String| {
        name.starts_with("MILLECLOUD_")
            && !known.contains(name.as_str())
            && !TEST_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    };
    set.into_iter().find(ours).map_or(Ok(()), |name| Err(ConfigError::Unknown(name)))
}

/// The secret key, from its setting or its file.
///
/// # Errors
/// [`ConfigError`] when neither is set, both are, or the file cannot be read.
pub fn secret_key(portal: &PortalSettings) -> Result<SecretString, ConfigError> {
    match (&portal.secret_key, &portal.secret_key_file) {
        (Some(_), Some(_)) => {
            Err(ConfigError::wrong("MILLECLOUD_SECRET_KEY", "set it or MILLECLOUD_SECRET_KEY_FILE, not both"))
        }
        (Some(secret), None) => Ok(secret.0.clone()),
        (None, Some(file)) => std::fs::read_to_string(file)
            .map(|text| text.trim().to_owned().into())
            .map_err(|error| ConfigError::wrong("MILLECLOUD_SECRET_KEY_FILE", error)),
        (None, None) => Err(ConfigError::Missing("MILLECLOUD_SECRET_KEY (or MILLECLOUD_SECRET_KEY_FILE)")),
    }
}

/// Checks how the portal is exposed: plain HTTP stays on this machine, or behind a TLS proxy that is named.
///
/// # Errors
/// [`ConfigError`].
pub fn public_address(portal: &PortalSettings) -> Result<(String, bool), ConfigError> {
    let default = format!("http://{}", portal.bind);
    let given = portal.public_url.as_deref().unwrap_or(&default);
    let url = url::Url::parse(given).map_err(|error| ConfigError::wrong("MILLECLOUD_PUBLIC_URL", error))?;
    let tls = match url.scheme() {
        "https" => true,
        "http" => false,
        other => return Err(ConfigError::wrong("MILLECLOUD_PUBLIC_URL", format!("{other}: is not http or https"))),
    };
    if !portal.bind.ip().is_loopback() && (!tls || portal.trusted_proxies.is_empty()) {
        let reason = "listening beyond this machine needs MILLECLOUD_PUBLIC_URL=https://... and the TLS proxy's \
                      address in MILLECLOUD_TRUSTED_PROXIES";
        return Err(ConfigError::wrong("MILLECLOUD_BIND", reason));
    }
    Ok((given.trim_end_matches('/').to_owned(), tls))
}

/// The base addresses and the certificate of the SAC, all there.
#[derive(Clone, Debug)]
pub struct SacConfig {
    /// Prescription services.
    pub base: String,
    /// Lots.
    pub lots: String,
    /// Session service.
    pub a2f: String,
    /// The certificate's bytes, PEM or DER.
    pub certificate: Vec<u8>,
}

/// Reads the SAC's settings.
///
/// # Errors
/// [`ConfigError`].
pub fn sac(settings: &SacSettings) -> Result<SacConfig, ConfigError> {
    let base = settings.sac_url.clone().ok_or(ConfigError::Missing("MILLECLOUD_SAC_URL"))?;
    let file = settings.sac_cert.as_deref().ok_or(ConfigError::Missing("MILLECLOUD_SAC_CERT"))?;
    let certificate = read_file("MILLECLOUD_SAC_CERT", file)?;
    let lots = settings.sac_lots_url.clone().unwrap_or_else(|| base.clone());
    let a2f = settings.sac_a2f_url.clone().unwrap_or_else(|| base.clone());
    Ok(SacConfig { base, lots, a2f, certificate })
}

fn read_file(setting: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|error| ConfigError::wrong(setting, format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_named() {
        let known = ["MILLECLOUD_BIND"];
        let check = |name: &str| refuse_unknown_variables([name.to_owned()].into_iter(), known.into_iter());
        assert!(check("MILLECLOUD_BIND").is_ok());
        assert!(check("PATH").is_ok());
        assert!(check("MILLECLOUD_LOG").is_ok());
        let error = check("MILLECLOUD_BIDN").map_err(|error| error.to_string());
        assert_eq!(error, Err("MILLECLOUD_BIDN is not a setting of this program: is it misspelt?".to_owned()));
    }
}
