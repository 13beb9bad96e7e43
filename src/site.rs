//! What every request and every job may need of the running program, in one value shared by all workers.

pub mod vitals;

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::TimeDelta;

use crate::db::DbPool;
use crate::identity::keys::Keys;
use crate::identity::password::Passwords;
use crate::identity::sealing::Sealer;
use crate::ports::push::Pusher;
use crate::ports::sms::Texter;
use kernel::clock::Clock;
use vitals::Vitals;

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
