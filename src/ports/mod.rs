//! The application's ways out: services it calls over the network.
//!
//! Each port speaks its own plain message types, so that the slices never see a protocol and a port
//! never sees a database row.

pub mod archive;
pub mod mail;
pub mod push;
pub mod sms;
