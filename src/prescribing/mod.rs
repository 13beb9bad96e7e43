//! Prescribing (prescrivere): from the drugs a doctor picked to the legal prescriptions that will be issued.
//!
//! The rules are pure and live in [`rules`]; the basket being filled (bozza) is a row, so it outlives the browser.

pub mod rules;
