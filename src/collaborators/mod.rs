//! Collaborators (collaboratori di studio): who works for a doctor, and for which doctor a collaborator works now.
//!
//! Table: `associations`, through `identity::associations`, because the guards ask it too.

mod forms;
mod handlers;
mod pages;

pub use handlers::routes;
