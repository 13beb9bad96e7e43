//! Where a request comes from, and what its cookies are called.

use std::net::IpAddr;

use actix_web::HttpRequest;

use crate::site::Site;

/// Name of a cookie: with the `__Host-` prefix under TLS, which binds it to this host and the whole path.
pub fn cookie_name(site: &Site, name: &str) -> String {
    if site.tls { format!("__Host-{name}") } else { name.to_owned() }
}

/// The address a request comes from. A forwarded address is believed only from a configured proxy, and then only the last
/// hop it added itself.
pub fn client_address(site: &Site, req: &HttpRequest) -> String {
    let Some(peer) = req.peer_addr().map(|address| address.ip()) else { return String::new() };
    if !site.trusted_proxies.contains(&peer) {
        return peer.to_string();
    }
    let forwarded = req.headers().get_all("x-forwarded-for").last();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    last.unwrap_or(peer).to_string()
}

/// The address whose failures the throttles count; `None` when no address can be told from another. Under https nobody
/// reaches the program from this machine but a proxy: one that is not declared hides everybody behind its own address, and a
/// few mistakes would shut the whole surgery out.
pub fn counted_address(site: &Site, req: &HttpRequest) -> Option<String> {
    let hidden = |peer: IpAddr| peer.to_canonical().is_loopback() && !site.trusted_proxies.contains(&peer);
    let peer = req.peer_addr()?.ip();
    (!site.tls || !hidden(peer)).then(|| client_address(site, req))
}
