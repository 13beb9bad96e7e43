//! The patients' portal (Millebook): enrolment by the doctor, activation by the patient, published prescriptions.
//!
//! Tables: `millebook_enrolments`, `millebook_codes`, `millebook_events`; through others also `deliveries` (what is
//! published) and `accesses` (who looked). Rules: a patient sees what was published by a doctor whose enrolment is active
//! now, and nothing else is there; what the doctor annulled says so and shows no code; a code opens an account once, with
//! the fiscal code and the birth date of the person it was made for; consent taken back hides everything at once.

mod forms;
mod handlers;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::routes;

#[cfg(test)]
mod tests;
