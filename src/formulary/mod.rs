//! The formulary (prontuario): medicine packages with class, price and equivalence group, imported as dated editions.
//!
//! Tables: `formulary_editions`, `packages`, `atc_codes`, `supply_regimes`. An edition is whole or not there; exactly one
//! is current; others copy what they need of a package, since its key dies with the edition.

pub mod import;
pub mod index;
pub mod model;
pub mod queries;
pub mod rules;
pub mod starter;
