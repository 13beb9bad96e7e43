//! Prescriptions on their way to SAC and back (dematerialisation): the state machine, the NRE lots, the doctor's SAC
//! credentials, what the runner does with each row, and the pages that tell the doctor how it ended.
//!
//! Tables: `prescriptions`, `prescription_items`, `prescription_events`, `sac_attempts`, `nre_lots`, `nre_uses`,
//! `lot_requests`, `sac_credentials`. Rules: the NRE and the frozen request are committed before the first byte goes
//! out; an outcome that is not proven is uncertain and only a view decides; every change of state goes through
//! [`queries::transition`] with its event row.

mod forms;
mod handlers;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::routes;

#[cfg(test)]
pub(crate) mod testing;
