//! Synthetic practices: the demo's own (doctor BORGHETTO Paolo, patient SACCAVINI Claudio and some forty more, collaborator ROSSI Anna) and, for
//! tests of load, as many doctors and patients as wanted. Every person is invented; the same seed makes the same people.
//!
//! Writes rows in batches, past the slices' own rules for one change at a time..

mod clinical;
mod demo;
mod loader;
mod people;
mod seed;
mod studio;

pub use demo::{DEMO_DOCTOR, DEMO_PATIENT, DemoDoctor, DemoPatient, enrol_demo_patient, load_demo};
pub use seed::{SeedPlan, load_seed};
pub use studio::{DEMO_COLLABORATOR, DemoCollaborator};
