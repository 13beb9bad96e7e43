//! The services, by the names that faults and counters use.

use serde::{Deserialize, Serialize};

use sac::Service;

/// A service, as the faults and the counters call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// Send.
    Send,
    /// View.
    View,
    /// Annul.
    Annul,
    /// List of used NREs.
    UsedNres,
    /// Lots.
    Lot,
    /// Sessions.
    Session,
}

impl Door {
    /// All services.
    pub const ALL: [Self; 6] = [Self::Send, Self::View, Self::Annul, Self::UsedNres, Self::Lot, Self::Session];

    /// The client's services behind this one.
    pub fn services(self) -> &'static [Service] {
        match self {
            Self::Send => &[Service::Send],
            Self::View => &[Service::View],
            Self::Annul => &[Service::Annul],
            Self::UsedNres => &[Service::UsedNres],
            Self::Lot => &[Service::Lot],
            Self::Session => &[Service::CreateSession, Service::CheckSession, Service::RevokeSession],
        }
    }
}
