//! What the settings of a portal make: everything checked, and all that is wrong said at once, before anything else happens.

use std::os::unix::fs::DirBuilderExt as _;

use secrecy::{ExposeSecret as _, SecretString};

use super::logging;
use crate::config::{
    self, ConfigError, MailSettings, Portal, PortalSettings, Problems, SENDER, SacConfig, SacSettings, StorageSettings,
};
use crate::identity::keys::Keys;
use crate::ports::mail::{MailSettingError, Mailer};
use crate::ports::sms::Texter;
use sac::{Endpoints, SacClient, SacSettings as SacClientSettings};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// `serve`: nothing has a stand-in.
    Serve,
    /// `demo`: key, SAC and mail have one.
    Demo,
}

/// A portal's settings, good.
pub struct Settings {
    /// How it is reached.
    pub portal: Portal,
    /// Its key, where one is set.
    pub secret: Option<SecretString>,
    /// The way out for mail, where one is set.
    pub mailer: Option<Mailer>,
    /// Checked sender of mails.
    pub sender: String,
    /// The way out for text messages, where one is set.
    pub texter: Option<Texter>,
    /// The client of the SAC, where one is set.
    pub sac: Option<SacClient>,
}

/// The client of the SAC these settings describe.
pub fn sac_client(sac: SacConfig) -> anyhow::Result<SacClient> {
    let mut problems = Problems::default();
    match client(sac, &mut problems) {
        Some(client) => Ok(client),
        None => Err(problems.into()),
    }
}

fn client(sac: SacConfig, problems: &mut Problems) -> Option<SacClient> {
    let named = [
        ("MILLECLOUD_SAC_URL", &sac.base),
        ("MILLECLOUD_SAC_LOTS_URL", &sac.lots),
        ("MILLECLOUD_SAC_A2F_URL", &sac.a2f),
    ];
    for (setting, url) in named {
        // One that follows the first is wrong with it, and said once.
        if setting == "MILLECLOUD_SAC_URL" || *url != sac.base {
            problems.keep_as(setting, Endpoints::new(url, None, None, false));
        }
    }
    let endpoints = Endpoints::new(&sac.base, Some(&sac.lots), Some(&sac.a2f), false).ok();
    // The certificate is looked at even when an address is wrong.
    let stand_in = || Endpoints::new("http://127.0.0.1:1", None, None, false).ok();
    let settings = SacClientSettings::new(endpoints.clone().or_else(stand_in)?, sac.certificate);
    let client = problems.keep_as("MILLECLOUD_SAC_CERT", SacClient::new(settings))?;
    endpoints.map(|_| client)
}

/// The settings of a portal, or every line that is wrong.
pub fn check(
    whose: Whose,
    storage: &StorageSettings,
    portal: &PortalSettings,
    sac: &SacSettings,
) -> Result<Settings, Problems> {
    let mut problems = Problems::default();
    logging::check(&mut problems);
    problems.keep(storage.database());
    let secret = match whose {
        Whose::Serve => problems.keep(config::secret_key(storage)).map(Some),
        Whose::Demo => problems.keep(storage.secret()),
    };
    if let Some(secret) = secret.as_ref().and_then(Option::as_ref) {
        problems.keep_as("MILLECLOUD_SECRET_KEY", Keys::new(secret.expose_secret()));
    }
    let checked = portal.check(&mut problems);
    let mailer = mailer(whose, &portal.mail, &mut problems);
    let texter = texter(portal, &mut problems);
    let wanted = whose == Whose::Serve || sac.is_set();
    let sac = wanted.then(|| sac.check(&mut problems).and_then(|sac| client(sac, &mut problems))).flatten();
    let Some(checked) = checked else { return Err(problems) };
    problems.verdict()?;
    let secret = secret.flatten();
    Ok(Settings { portal: checked, secret, mailer, sender: sender(&portal.mail).to_owned(), texter, sac })
}

fn sender(mail: &MailSettings) -> &str {
    config::given(Some(&mail.mail_from)).unwrap_or(SENDER)
}

/// The way out for mail.
pub fn mailer(whose: Whose, mail: &MailSettings, problems: &mut Problems) -> Option<Mailer> {
    let from = sender(mail);
    if let Err(error) = Mailer::from_setting("folder:.", from) {
        problems.add(format!("MILLECLOUD_MAIL_FROM: {error}"));
    }
    let url = mail.smtp_url.as_ref().map(|url| url.expose().trim()).filter(|url| !url.is_empty());
    let Some(url) = url else {
        if whose == Whose::Serve {
            problems.add(ConfigError::Missing("MILLECLOUD_SMTP_URL"));
        }
        return None;
    };
    make_folder("MILLECLOUD_SMTP_URL", url, problems);
    match Mailer::from_setting(url, from) {
        Ok(mailer) => Some(mailer),
        Err(MailSettingError::Sender) => None,
        Err(error) => {
            problems.add(format!("MILLECLOUD_SMTP_URL: {error}"));
            None
        }
    }
}

fn texter(portal: &PortalSettings, problems: &mut Problems) -> Option<Texter> {
    let set = |value: Option<&config::SecretText>| {
        value.map(|text| text.expose().trim().to_owned()).filter(|text| !text.is_empty())
    };
    let token = set(portal.sms_token.as_ref());
    if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
        problems.add("MILLECLOUD_SMS_TOKEN: holds a character that no token has");
    }
    let Some(url) = set(portal.sms_url.as_ref()) else {
        if token.is_some() {
            problems.add("MILLECLOUD_SMS_TOKEN: is set without MILLECLOUD_SMS_URL");
        }
        return None;
    };
    make_folder("MILLECLOUD_SMS_URL", &url, problems);
    problems.keep_as("MILLECLOUD_SMS_URL", Texter::from_setting(&url, token.map(Into::into)))
}

/// A folder that messages are written to must be there before the first of them.
fn make_folder(setting: &'static str, url: &str, problems: &mut Problems) {
    let Some(path) = url.strip_prefix("folder:").map(str::trim).filter(|path| !path.is_empty()) else { return };
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    problems.keep_as(setting, made.map_err(|error| format!("{path}: {error}")));
}

/// What is not wrong but had better be known, said once at the start.
pub fn warn(portal: &Portal) {
    if portal.tls && portal.bind.ip().is_loopback() && portal.trusted_proxies.is_empty() {
        tracing::warn!(
            "MILLECLOUD_PUBLIC_URL is https and MILLECLOUD_TRUSTED_PROXIES is not set: every user seems to come from this \
             machine, and wrong logins are not counted by address; set it to the proxy's address, as 127.0.0.1"
        );
    }
}
