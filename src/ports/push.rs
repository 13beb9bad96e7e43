//! Web push (RFC 8030, VAPID of RFC 8292): a call without content to the push service of a browser, which wakes the page's
//! own worker. What is to be said stands in the worker; nothing of a person crosses the network, so nothing needs to be
//! encrypted for the device and no key of the device is asked for.
//!
//! The address to call comes from a browser. It is called only over https, at the plain port, on hosts of a list, and
//! without following where it leads: a subscription must not make the portal call anything else.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use url::{Host, Url};

use sac::http;

/// Longest address taken from a browser, in bytes.
const LONGEST: usize = 1_000;
/// A push service keeps the call so long for a device that is off, in seconds.
const KEPT: &str = "14400";
/// What has not been delivered yet is replaced by the next under the same name.
const TOPIC: &str = "ricette";
/// A signature is good for so long, in seconds; services refuse more than a day.
const GOOD_FOR: i64 = 12 * 3_600;

/// A host whose push service may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// `fcm.googleapis.com`.
    pub host: String,
    /// Also every host below it.
    pub subdomains: bool,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

impl Service {
    fn is_of(&self, host: &str, today: NaiveDate) -> bool {
        let below = || host.strip_suffix(&self.host).is_some_and(|front| front.len() > 1 && front.ends_with('.'));
        let days = self.valid_from <= today && self.valid_to.is_none_or(|last| today <= last);
        days && (host == self.host || (self.subdomains && below()))
    }
}

/// The key pair could not be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key pair of the notices is not usable")]
pub struct BadKey;

/// The portal's key pair. `Debug` shows nothing.
pub struct PushKey {
    pair: EcdsaKeyPair,
}

impl fmt::Debug for PushKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushKey(..)")
    }
}

impl PushKey {
    /// A new private key (PKCS#8), to be kept sealed.
    /// Fails with [`BadKey`] when there is no randomness.
    pub fn generate() -> Result<Vec<u8>, BadKey> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(document.map_err(|_| BadKey)?.as_ref().to_vec())
    }

    /// Reads what [`PushKey::generate`] made.
    pub fn read(private: &[u8]) -> Result<Self, BadKey> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private, &SystemRandom::new());
        Ok(Self { pair: pair.map_err(|_| BadKey)? })
    }

    /// What browsers are given: the uncompressed point, base64url.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// The header that says who calls: a token for this one service, signed.
    fn authorization(&self, endpoint: &Url, contact: &str, now: i64) -> Result<HeaderValue, BadKey> {
        let head = serde_json::json!({ "typ": "JWT", "alg": "ES256" });
        let expires = now.saturating_add(GOOD_FOR);
        let claims = serde_json::json!({
            "aud": endpoint.origin().ascii_serialization(), "exp": expires, "sub": contact,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&head), part(&claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).map_err(|_| BadKey)?;
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        let mut header = HeaderValue::from_str(&format!("vapid t={token}, k={}", self.public())).map_err(|_| BadKey)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// How a call ended. Never names the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The service took it.
    Taken,
    /// The device is not subscribed any more: it is to be forgotten.
    Gone,
    /// Not now; why, for the log.
    Later(String),
    /// The service does not want it; why, for the log.
    Refused(String),
}

/// The way out for notices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pusher {
    client: Client,
    /// Who calls, for the services' operators: an https address or a mailto.
    contact: String,
    /// Only in tests: services on this machine, in clear.
    clear: bool,
}

impl Pusher {
    /// The way out of a portal that users reach at `public_url`. `None` where no TLS connection is possible.
    pub fn new(public_url: &str) -> Option<Self> {
        Some(Self { client: patient(http::over_tls())?, contact: contact(public_url), clear: false })
    }

    /// For tests: calls services of the list on this machine, in clear.
    pub fn on_this_machine() -> Option<Self> {
        let client = patient(http::in_clear().ok()?)?;
        Some(Self { client, contact: contact(""), clear: true })
    }

    /// The address a browser gave, if it may be called today.
    pub fn endpoint(&self, text: &str, services: &[Service], today: NaiveDate) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST)?;
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let (host, here) = match url.host()? {
            Host::Domain(name) => (name.to_owned(), false),
            Host::Ipv4(address) => (address.to_string(), address.is_loopback()),
            Host::Ipv6(_) => return None,
        };
        let way = match url.scheme() {
            "https" => url.port().is_none() && !here,
            "http" => self.clear && here,
            _ => false,
        };
        (bare && way && services.iter().any(|service| service.is_of(&host, today))).then_some(url)
    }

    /// Calls one device; `now` in seconds since 1970.
    pub async fn push(&self, key: &PushKey, endpoint: Url, now: i64) -> Pushed {
        let Ok(authorization) = key.authorization(&endpoint, &self.contact, now) else {
            return Pushed::Refused("key".to_owned());
        };
        let request = self
            .client
            .post(endpoint)
            .header("ttl", KEPT)
            .header("topic", TOPIC)
            .header("urgency", "normal")
            .header(CONTENT_LENGTH, 0)
            .header(AUTHORIZATION, authorization);
        // The error's own words repeat the address.
        let Ok(answer) = request.send().await else { return Pushed::Later("no answer".to_owned()) };
        let status = answer.status();
        let text = format!("HTTP {}", status.as_u16());
        match status {
            _ if status.is_success() => Pushed::Taken,
            StatusCode::NOT_FOUND | StatusCode::GONE => Pushed::Gone,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Pushed::Later(text),
            _ if status.is_server_error() => Pushed::Later(text),
            _ => Pushed::Refused(text),
        }
    }
}

fn patient(builder: reqwest::ClientBuilder) -> Option<Client> {
    builder
        .redirect(redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .build()
        .ok()
}

/// An https address of the portal, or a mailto where it has none.
fn contact(public_url: &str) -> String {
    if public_url.starts_with("https://") { public_url.to_owned() } else { "mailto:postmaster@localhost".to_owned() }
}

#[cfg(test)]
mod tests;
