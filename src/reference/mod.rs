//! Code lists of the State that every screen leans on: regions, local health units (ASL), municipalities and foreign
//! States, diagnoses, exemptions, services, and the rules that are data (pack limits, supply regimes, AIFA notes, narcotics).
//!
//! Tables: `regions`, `local_health_units`, `birthplaces`, `diagnoses`, `diagnosis_words`, `exemptions`,
//! `exemption_diagnoses`, `services`, `service_words`, `aifa_notes`, `supply_regimes`, `substitution_motives`,
//! `narcotics`, `prescribing_limits`, `law_stamp`, `posologies`, `reference_imports`, `reference_editions`. No HTML, no patient data.
//!
//! A list comes from [`import`] (published files, all or nothing) or, so that the program works alone, from the small
//! [`starter`] set.

pub mod books;
pub mod changes;
pub mod encoding;
pub mod import;
pub mod model;
pub mod narcotics;
pub mod notes;
pub mod nre_rules;
pub mod places;
pub mod queries;
pub mod session_form;
pub mod sheet;
pub mod starter;
