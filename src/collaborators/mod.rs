//! Collaborators (collaboratori di studio): the portal Millecloud, where a doctor associates them and gives them their first
//! password, and the choice of the doctor a collaborator works for now.
//!
//! Table: `associations`, through `identity::associations`, because the guards ask it too. Rules: a person who exists is
//! invited, never overwritten; a temporary password is shown once; whoever gives one could enter in the person's name, so
//! every other doctor's association waits for that doctor's word; what ends, ends at the next request.

mod forms;
mod handlers;
pub mod model;
mod pages;
pub mod queries;
pub mod service;

pub use handlers::routes;
