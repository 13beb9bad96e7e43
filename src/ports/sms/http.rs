//! A provider of text messages reached over HTTP.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{Sms, SmsError, SmsSettingError};
use sac::http;

/// One address that takes messages.
#[derive(Clone)]
pub(super) struct Provider {
    client: Client,
    url: Url,
    token: Option<SecretString>,
}

impl Provider {
    pub(super) fn new(url: &str, token: Option<SecretString>) -> Result<Self, SmsSettingError> {
        let url = Url::parse(url).map_err(|_reason| SmsSettingError::Form)?;
        let builder = match url.scheme() {
            "https" => http::over_tls(),
            "http" if is_this_machine(&url) => http::in_clear().map_err(|_reason| SmsSettingError::Client)?,
            "http" => return Err(SmsSettingError::Clear),
            _ => return Err(SmsSettingError::Form),
        };
        let client = builder
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|_reason| SmsSettingError::Client)?;
        Ok(Self { client, url, token })
    }

    /// Posts one message. 2xx is taken; 408, 429, 5xx and silence are tried again; anything else is a no.
    pub(super) async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        let body = serde_json::json!({ "to": sms.to, "text": sms.text, "id": sms.id }).to_string();
        let mut request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(token) = &self.token {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_reason| SmsError::Temporary("token".to_owned()))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        // The error's own words may repeat the address, which may hold an account.
        let answer = request.send().await.map_err(|_reason| SmsError::Temporary("HTTP: no answer".to_owned()))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let ours = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let later = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        let text = format!("HTTP {}", status.as_u16());
        if ours || later || status.is_server_error() {
            Err(SmsError::Temporary(text))
        } else {
            Err(SmsError::Permanent(text))
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
