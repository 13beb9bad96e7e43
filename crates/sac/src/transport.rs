//! One HTTP POST to SAC, with one question answered exactly: may SAC have seen the request?
//!
//! Every call opens a connection of its own. Reusing one would save a handshake, and now and then
//! turn a connection the server had just closed into an uncertain prescription.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret;
use url::Url;

use super::credentials::SenderCredentials;
use super::endpoints::{is_allowed, is_localhost};
use super::xml::MAX_BYTES;
use crate::http;

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// For the whole call.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30) }
    }
}

/// A whole HTTP answer.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, if any.
    pub content_type: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl HttpAnswer {
    /// Whether the answer says it is XML.
    pub fn is_xml(&self) -> bool {
        let essence = self.content_type.as_deref().and_then(|value| value.split(';').next()).unwrap_or_default();
        matches!(essence.trim().to_ascii_lowercase().as_str(), "text/xml" | "application/xml" | "application/soap+xml")
    }

    /// The `charset` parameter of the content type.
    pub fn charset(&self) -> Option<String> {
        let parameters = self.content_type.as_deref()?.split(';').skip(1);
        let mut named = parameters.filter_map(|parameter| parameter.split_once('='));
        let (_, value) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
        Some(value.trim().trim_matches('"').to_owned())
    }
}

/// Why there is no answer. The texts are Italian and name nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportFailure {
    /// The request could not even be made.
    #[error("{0}")]
    NotPrepared(String),
    /// The connection was never established: not a byte of the request left.
    #[error("{0}")]
    NotSent(String),
    /// Something went wrong once the request was on its way.
    #[error("{0}")]
    AfterWriting(String),
}

/// The HTTP client of one region.
#[derive(Debug, Clone)]
pub struct Transport {
    client: reqwest::Client,
}

impl Transport {
    /// A client that follows no redirect, uses no proxy and repeats nothing by itself. `tls` tells
    /// whether it will ever need the machine's certificate authorities.
    /// Fails when TLS is needed and the machine has no usable certificate authorities.
    pub fn new(timeouts: Timeouts, tls: bool, private_network: bool) -> Result<Self, String> {
        // Without TLS the machine needs no certificate authorities, and may well have none.
        let builder = if tls { http::over_tls() } else { http::in_clear().map_err(|error| error.to_string())? };
        let builder = builder
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.total)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(GuardedResolver { private_network }))
            .user_agent(concat!("millecloud/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: builder.build().map_err(|error| describe(&error))? })
    }

    /// Posts an envelope. `session` tells whether to send the second factor.
    /// See [`TransportFailure`]; any HTTP status is an answer, not an error.
    pub async fn post(
        &self,
        url: Url,
        soap_action: &str,
        credentials: &SenderCredentials,
        session: bool,
        envelope: String,
    ) -> Result<HttpAnswer, TransportFailure> {
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "text/xml;charset=UTF-8")
            .header("SOAPAction", format!("\"{soap_action}\""))
            .basic_auth(&credentials.username, Some(credentials.password.expose_secret()))
            .body(envelope);
        if let Some(id) = credentials.session_id.as_ref().filter(|_| session) {
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", id.expose_secret().trim())).map_err(|_| {
                TransportFailure::NotPrepared("l'ID-SESSIONE contiene caratteri non ammessi".to_owned())
            })?;
            bearer.set_sensitive(true);
            request = request.header("Authorization2F", bearer);
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let content_type =
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = read_body(response).await?;
        Ok(HttpAnswer { status, content_type, body })
    }
}

/// Reads the body as it comes, giving up as soon as it is too long.
async fn read_body(mut response: reqwest::Response) -> Result<Vec<u8>, TransportFailure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportFailure::AfterWriting(describe(&error)))? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(TransportFailure::AfterWriting("risposta troppo grande".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A failed connection (name, refusal, TLS) is the only case in which nothing was written.
fn failure(error: &reqwest::Error) -> TransportFailure {
    if error.is_connect() {
        TransportFailure::NotSent("SAC non è raggiungibile".to_owned())
    } else if error.is_builder() {
        TransportFailure::NotPrepared("richiesta non componibile".to_owned())
    } else {
        TransportFailure::AfterWriting(describe(error))
    }
}

fn describe(error: &reqwest::Error) -> String {
    let text = if error.is_timeout() { "tempo scaduto in attesa della risposta" } else { "collegamento interrotto" };
    text.to_owned()
}

/// Resolves names as the machine does, and drops addresses where no service of SAC can be.
struct GuardedResolver {
    private_network: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_network = self.private_network;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let loopback = is_localhost(&host);
            let found = tokio::net::lookup_host((host, 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| is_allowed(address.ip(), loopback, private_network)).collect();
            if allowed.is_empty() {
                return Err("the name resolves to no allowed address".into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(content_type: &str) -> HttpAnswer {
        HttpAnswer { status: 200, content_type: Some(content_type.to_owned()), body: Vec::new() }
    }

    #[test]
    fn content_types() {
        assert!(answer("text/xml;charset=UTF-8").is_xml());
        assert!(answer("Application/XML").is_xml());
        assert!(!answer("text/html; charset=utf-8").is_xml());
        assert_eq!(answer("text/xml; charset=\"iso-8859-1\"").charset().as_deref(), Some("iso-8859-1"));
        assert_eq!(answer("text/xml").charset(), None);
    }
}
