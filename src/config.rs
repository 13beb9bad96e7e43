//! The settings of the program, read once from flags and environment, checked before anything starts.
//!
//! `README.md` has the table. Whatever is missing or wrong stops the program, and all of it is said at once, one line each;
//! so does an unknown `MILLECLOUD_...` variable, which is nearly always a misspelt one. A variable that is set to nothing
//! counts as not set. Values are read as texts here and checked in [`checks`]: the parser of the command line would stop at
//! the first wrong one.

pub mod checks;

use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::db::{DatabaseUrl, UrlError};

pub use checks::{Portal, Problems};

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
    pub(crate) fn wrong(setting: &'static str, reason: impl fmt::Display) -> Self {
        Self::Wrong { setting, reason: reason.to_string() }
    }
}

/// What was given, unless it is empty.
pub fn given(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}

const DATA: &str = "millecloud-data";

/// Where the database and the files of the program are, and the key they are kept with. Of every command that opens them.
#[derive(Clone, Debug, clap::Args)]
pub struct StorageSettings {
    /// Folder of the embedded database and of the files the program writes.
    #[arg(long = "data", env = "MILLECLOUD_DATA", default_value = DATA, value_name = "FOLDER")]
    data: String,
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; without it, an embedded database in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,
    /// Secret from which every key is derived: at least 32 characters, random.
    #[arg(long, env = "MILLECLOUD_SECRET_KEY", hide_env_values = true, value_name = "SECRET")]
    secret_key: Option<SecretText>,
    /// File holding that secret instead.
    #[arg(long, env = "MILLECLOUD_SECRET_KEY_FILE", value_name = "FILE")]
    secret_key_file: Option<String>,
}

impl StorageSettings {
    /// The folder of the program's files.
    pub fn folder(&self) -> PathBuf {
        PathBuf::from(given(Some(&self.data)).unwrap_or(DATA))
    }

    /// The database to open.
    pub fn database(&self) -> Result<DatabaseUrl, ConfigError> {
        match given(self.database_url.as_ref()) {
            Some(url) => Ok(DatabaseUrl::parse(url)?),
            None => Ok(DatabaseUrl::Sqlite(self.folder().join("millecloud.db"))),
        }
    }

    /// The database lies in the data folder, which is then nobody else's.
    pub fn is_embedded(&self) -> bool {
        given(self.database_url.as_ref()).is_none()
    }

    /// The secret key, from its setting or its file; `None` when neither is set.
    /// Fails with [`ConfigError`] when both are set, or the file cannot be read.
    pub fn secret(&self) -> Result<Option<SecretString>, ConfigError> {
        let typed = self.secret_key.as_ref().filter(|secret| !secret.expose().trim().is_empty());
        match (typed, given(self.secret_key_file.as_ref())) {
            (Some(_), Some(_)) => {
                Err(ConfigError::wrong("MILLECLOUD_SECRET_KEY", "set it or MILLECLOUD_SECRET_KEY_FILE, not both"))
            }
            (Some(secret), None) => Ok(Some(secret.0.clone())),
            (None, Some(file)) => std::fs::read_to_string(file)
                .map(|text| Some(text.trim().to_owned().into()))
                .map_err(|error| ConfigError::wrong("MILLECLOUD_SECRET_KEY_FILE", format!("{file}: {error}"))),
            (None, None) => Ok(None),
        }
    }
}

/// The secret key of a command that cannot do without.
pub fn secret_key(storage: &StorageSettings) -> Result<SecretString, ConfigError> {
    storage.secret()?.ok_or(ConfigError::Missing("MILLECLOUD_SECRET_KEY (or MILLECLOUD_SECRET_KEY_FILE)"))
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
    pub sac_cert: Option<String>,
}

impl SacSettings {
    /// Any of them is set: a real service is meant.
    pub fn is_set(&self) -> bool {
        [&self.sac_url, &self.sac_lots_url, &self.sac_a2f_url, &self.sac_cert]
            .iter()
            .any(|set| given(set.as_ref()).is_some())
    }
}

/// How mail leaves.
#[derive(Clone, Debug, clap::Args)]
pub struct MailSettings {
    /// `smtp://`, `smtps://USER:PASSWORD@HOST`, or `folder:PATH` to write .eml files instead of sending.
    #[arg(long, env = "MILLECLOUD_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp_url: Option<SecretText>,
    /// Sender of every mail.
    #[arg(long, env = "MILLECLOUD_MAIL_FROM", default_value = SENDER, value_name = "ADDRESS")]
    pub mail_from: String,
}

/// The sender of mails where none is set.
pub const SENDER: &str = "no-reply@millewin.it";
/// Where the portal listens where nothing is set.
pub const BIND: &str = "127.0.0.1:8080";
/// Minutes for which the link to a new password is good where no number is set.
const RESET_MINUTES: &str = "30";
/// Connections to the database where no number is set.
const CONNECTIONS: &str = "8";

/// How the portal is reached and how it writes.
#[derive(Clone, Debug, clap::Args)]
pub struct PortalSettings {
    /// Address and port to listen on. Anything but this machine needs a TLS proxy (MILLECLOUD_TRUSTED_PROXIES).
    #[arg(long, env = "MILLECLOUD_BIND", default_value = BIND, value_name = "ADDRESS:PORT")]
    bind: String,
    /// Address under which users reach the portal; goes into mails and decides whether cookies are for TLS only.
    #[arg(long, env = "MILLECLOUD_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// Addresses of the TLS proxies in front, comma separated: their X-Forwarded-For is believed.
    #[arg(long, env = "MILLECLOUD_TRUSTED_PROXIES", value_name = "IP,...")]
    trusted_proxies: Option<String>,
    /// Minutes for which the link of «Password dimenticata» is good.
    #[arg(long, env = "MILLECLOUD_RESET_MINUTES", default_value = RESET_MINUTES, value_name = "N")]
    reset_minutes: String,
    /// How its mail leaves.
    #[command(flatten)]
    pub mail: MailSettings,
    /// Address of a provider of text messages that takes JSON over https, or `folder:PATH`; without it no SMS are offered.
    #[arg(long, env = "MILLECLOUD_SMS_URL", hide_env_values = true, value_name = "URL")]
    pub sms_url: Option<SecretText>,
    /// Token the provider knows this portal by.
    #[arg(long, env = "MILLECLOUD_SMS_TOKEN", hide_env_values = true, value_name = "SECRET")]
    pub sms_token: Option<SecretText>,
    /// Threads that answer requests; by default one per core.
    #[arg(long, env = "MILLECLOUD_WORKERS", value_name = "N")]
    workers: Option<String>,
    /// Connections to the database.
    #[arg(long, env = "MILLECLOUD_DB_CONNECTIONS", default_value = CONNECTIONS, value_name = "N")]
    db_connections: String,
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
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Variables read elsewhere than by the settings above: the log's level and form, crash points and shortened times of test builds.
const OTHER_VARIABLES: &[&str] =
    &["MILLECLOUD_LOG", "MILLECLOUD_LOG_FORMAT", "MILLECLOUD_FAILPOINT", "MILLECLOUD_TIME_SCALE"];
/// Variables of the test programs, which start this one with their own environment.
const TEST_PREFIXES: &[&str] = &["MILLECLOUD_REQUIRE_", "MILLECLOUD_DUMP_"];

/// Every `MILLECLOUD_...` variable that `known` (the command line's own list) does not name.
pub fn unknown_variables<'a>(
    set: impl Iterator<Item = String>,
    known: impl Iterator<Item = &'a str>,
) -> Vec<ConfigError> {
    let known: std::collections::HashSet<&str> = known.chain(OTHER_VARIABLES.iter().copied()).collect();
    let ours = |name: &String| {
        name.starts_with("MILLECLOUD_")
            && !known.contains(name.as_str())
            && !TEST_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut unknown: Vec<String> = set.filter(ours).collect();
    unknown.sort();
    unknown.into_iter().map(ConfigError::Unknown).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_variables_are_named() {
        let known = ["MILLECLOUD_BIND"];
        let set = ["PATH", "MILLECLOUD_WORKRES", "MILLECLOUD_LOG", "MILLECLOUD_BIND", "MILLECLOUD_BIDN"];
        let said = unknown_variables(set.iter().map(|name| (*name).to_owned()), known.into_iter());
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "MILLECLOUD_BIDN is not a setting of this program: is it misspelt?",
                "MILLECLOUD_WORKRES is not a setting of this program: is it misspelt?"
            ]
        );
    }
}
