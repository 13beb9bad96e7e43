//! What an answer is loaded with, and writes that may be repeated. Each function runs inside the caller's transaction.

mod archive;
mod deliveries;
mod marks;
mod once;
mod prescriptions;

pub use archive::{load_patient, search_formulary, search_patients};
pub use deliveries::{deliver, list_deliveries};
pub use once::once;
pub use prescriptions::{acknowledge, find, find_patient_of, list, list_remarks, load_offer, offer, prepare_all};
