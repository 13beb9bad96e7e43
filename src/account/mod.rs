//! The doctor's account: signing in and out, passwords, registration, own data (medico), information.
//!
//! Tables: `users`, `doctors`; through `identity` also sessions, known devices, the throttle, one-time tokens and kept
//! forms. Rules: whoever is unknown, inactive or wrong gets the same answer in the same time; a password change ends
//! every other session; a registration opens nothing that was there before.

mod forms;
mod handlers;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::routes;
