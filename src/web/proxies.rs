//! What a proxy in front does to a request, and how an administrator finds out that it does it wrong.

use std::sync::Once;

use actix_web::HttpRequest;
use actix_web::http::header::HOST;

use crate::site::Site;
use crate::web::error::AppError;

/// Headers that only a proxy adds.
const FORWARDED: &[&str] = &["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "forwarded"];

static NOTICED: Once = Once::new();

/// Says once in the log that a proxy is in front which the settings do not name: all its users look like one.
pub(crate) fn notice(site: &Site, req: &HttpRequest) {
    if NOTICED.is_completed() || !FORWARDED.iter().any(|name| req.headers().contains_key(*name)) {
        return;
    }
    let Some(peer) = req.peer_addr().map(|peer| peer.ip()) else { return };
    if !site.trusted_proxies.contains(&peer) {
        NOTICED.call_once(|| {
            tracing::warn!(
                %peer,
                "forwarded headers arrive from an address that is not in MILLECLOUD_TRUSTED_PROXIES and are not believed: \
                 if the proxy is yours, add it"
            );
        });
    }
}

/// A form that does not come from a page of ours, as far as can be told: nearly always a proxy that changes `Host`, or a
/// portal opened at an address that is not its public one.
pub(crate) fn foreign(site: &Site, req: &HttpRequest) -> AppError {
    let host = req.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = shown(host);
    let expected = site.public_url.clone();
    tracing::warn!(host, expected, "a form was refused: it came from another address than MILLECLOUD_PUBLIC_URL");
    AppError::ForeignOrigin { host, expected }
}

/// A host as it may be written in a log and on a page, whoever sent it.
fn shown(host: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || ".-_:[]".contains(*c);
    host.chars().filter(fits).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_shown_without_what_no_host_has() {
        assert_eq!(shown("ricette.example:8443"), "ricette.example:8443");
        assert_eq!(shown("a<b>\u{7f}/c d"), "abcd");
        assert_eq!(shown(&"x".repeat(200)).len(), 100);
    }
}
