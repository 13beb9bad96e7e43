//! From a registered prescription to the patient (consegna): by e-mail in a protected archive, on paper at the surgery, on
//! the patients' portal, or the number alone.
//!
//! Tables: `deliveries`, `delivery_items`, `delivery_settings`, `agreed_secrets`. Rules: only what SAC has accepted and has
//! not annulled goes anywhere, asked again at the moment of sending; what is sent is frozen when it is asked for; the
//! archive goes before its password; a repetition is the same message to the byte.

mod forms;
mod handlers;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::{demo_routes, routes};

#[cfg(test)]
mod tests;
