//! The clinical record (cartella): problems, therapies, investigations, diary, allergies and exemptions of a patient.
//!
//! Tables: `problems`, `therapies`, `investigations`, `diary_entries`, `allergies`, `patient_exemptions`, and
//! `record_changes`, which keeps every version that ever stood in them. Rules: everything can be corrected (S4); each
//! change writes its history in the same transaction; a form that was opened before somebody else's change is refused and
//! shows both versions; an entry is only ever loaded by doctor, patient and its own id together.

pub mod model;
pub mod queries;
pub mod service;

#[cfg(test)]
mod tests;
