//! What may stand on an SSN prescription, how much of it, and with which exemption. Pure: no database, no HTML; the day
//! and the tables come in as values.

pub mod content;
pub mod drug;
pub mod exemption;
pub mod limits;
pub mod narcotic;
pub mod packing;
pub mod split;
