//! What runs beside the portal, on its own account.

pub mod outbox;
pub mod upkeep;
