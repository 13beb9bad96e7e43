//! What every request may need of the running program, in one value shared by all workers.

use std::net::IpAddr;
use std::path::PathBuf;

use actix_web::HttpRequest;
use chrono::TimeDelta;

use crate::db::DbPool;
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::identity::sealing::Sealer;
use crate::kernel::clock::Clock;
use crate::ports::push::Pusher;
use crate::ports::sms::Texter;
use crate::web::vitals::Vitals;

/// Shared by every worker as `web::Data<Site>`.
#[derive(Clone, Debug)]
pub struct Site {
    /// The database.
    pub db: DbPool,
    /// What time it is.
    pub clock: Clock,
    /// Derived keys.
    pub keys: Keys,
    /// Seals secrets at rest.
    pub sealer: Sealer,
    /// Hashes passwords, two at a time.
    pub passwords: Passwords,
    /// The program runs with invented data: every page says so.
    pub demo: bool,
    /// Address under which users reach the portal, without a final slash: goes into mails.
    pub public_url: String,
    /// Users come over TLS: cookies are `Secure` and `__Host-`.
    pub tls: bool,
    /// The way out for text messages, where there is one.
    pub texter: Option<Texter>,
    /// The way out for notices on doctors' devices, where there is one.
    pub pusher: Option<Pusher>,
    /// Where mails are written instead of sent, in a demonstration: its page lists them.
    pub mail_folder: Option<PathBuf>,
    /// How long the link of «Password dimenticata» is good for.
    pub reset_for: TimeDelta,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether what runs beside the portal is alive.
    pub vitals: Vitals,
}

impl Site {
    /// Name of a cookie: with the `__Host-` prefix under TLS, which binds it to this host and the whole path.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.tls { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The address a request comes from. A forwarded address is believed only from a configured proxy, and then only
    /// the last hop it added itself.
    pub fn client_address(&self, req: &HttpRequest) -> String {
        let Some(peer) = req.peer_addr().map(|address| address.ip()) else { return String::new() };
        if !self.trusted_proxies.contains(&peer) {
            return peer.to_string();
        }
        let forwarded = req.headers().get_all("x-forwarded-for").last();
        let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        last.unwrap_or(peer).to_string()
    }

    /// The address whose failures the throttles count; `None` when no address can be told from another. Under https nobody
    /// reaches the program from this machine but a proxy: one that is not declared hides everybody behind its own address,
    /// and a few mistakes would shut the whole surgery out.
    pub fn counted_address(&self, req: &HttpRequest) -> Option<String> {
        let hidden = |peer: IpAddr| peer.to_canonical().is_loopback() && !self.trusted_proxies.contains(&peer);
        let peer = req.peer_addr()?.ip();
        (!self.tls || !hidden(peer)).then(|| self.client_address(req))
    }
}
