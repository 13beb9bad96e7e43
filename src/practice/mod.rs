//! Synthetic practices: the demo's own (doctor BORGHETTO Paolo, patient SACCAVINI Claudio and some forty more) and, for
//! tests of load, as many doctors and patients as wanted. Every person is invented; the same seed makes the same people.
//!
//! Writes rows in batches, past the slices' own rules for one change at a time. Rank 5.

mod clinical;
mod demo;
mod loader;
mod people;
mod seed;

pub use demo::{DEMO_COLLABORATOR, DEMO_DOCTOR, DemoCollaborator, DemoDoctor, load_collaborator, load_demo};
pub use seed::{SeedPlan, load_seed};
