//! Prescribing (prescrivere): from the drugs a doctor picked to the legal prescriptions that will be issued.
//!
//! Tables: `drafts`, `draft_items`, `posology_uses`. The basket (bozza) is a row for each patient and author, so it
//! outlives browser, session and login. The rules are pure and live in [`rules`]. Confirming is one transaction: what the
//! review page showed goes into the pipeline's queue and into the record, and the basket is gone.

pub mod forms;
mod handlers;
pub mod model;
pub mod pages;
pub mod queries;
pub mod rules;
pub mod service;

pub use handlers::routes;

#[cfg(test)]
mod tests;
