//! Validation (convalida): what collaborators prepared, before the doctor and back. The bell and its list, one or all of it
//! sent, refused with a reason; and on the other side what a collaborator has sent, its outcome, the three counters.
//!
//! Tables: `validation_rounds`, `validation_round_rows`; it reads `prescriptions` and `prescription_versions`. Rules: only
//! a doctor validates; exactly what was seen is sent, by id and revision; sending is the runner's work, so the answer
//! does not wait for SAC; what the studio has not acknowledged is offered again.

mod forms;
mod handlers;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::routes;

#[cfg(test)]
mod tests;
