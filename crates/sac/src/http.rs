//! How the program's own HTTP clients begin: the only place where one is made (`tests/layering.rs`).
//!
//! The client library has no cryptography of its own choosing here and panics without one, so that a client made anywhere
//! else would work only when another part of the program happened to have chosen before.

use std::sync::Arc;

use reqwest::ClientBuilder;

/// The client could not be made ready; the text is the library's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoClient(String);

/// A client that may speak TLS: it trusts the machine's certificate authorities (or those of `SSL_CERT_FILE`), and cannot
/// be built where there are none. No proxy.
pub fn over_tls() -> ClientBuilder {
    // Whoever has installed a provider before us chose the same one.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}

/// A client for addresses on this machine, in clear: it needs no certificate authorities, and a container may have none.
/// Fails when the library refuses its own defaults.
pub fn in_clear() -> Result<ClientBuilder, NoClient> {
    let provider = rustls::crypto::ring::default_provider();
    let configuration = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| NoClient(error.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder().no_proxy().tls_backend_preconfigured(configuration))
}
