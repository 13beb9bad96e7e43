//! The doctor's archive of patients (assistiti): search, registry data (anagrafica), import of a list.
//!
//! Tables: `patients`, `recent_patients`; changes of registry data are kept in `record_changes` under the entity
//! `registry`. Rules: everything is loaded by doctor and patient together; a fiscal code stands once in an archive; a
//! form opened before somebody else's change is refused and says what changed; what is typed in the search box never
//! stands readable in an address.

mod address;
mod foreign;
mod forms;
mod handlers;
pub mod import;
mod insured;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod tests;

pub use handlers::routes;
