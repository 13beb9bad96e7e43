//! Pure values: no input or output, no database, no HTML. Everything may import it, it imports nothing of ours.

pub mod aic;
pub mod atc;
pub mod auth_code;
pub mod clock;
pub mod dates;
pub mod email;
pub mod exemption;
pub mod failpoint;
pub mod fiscal_code;
pub mod folding;
pub mod hex;
pub mod icd9;
pub mod money;
pub mod nre;
pub mod patient_code;
pub mod patient_query;
pub mod plan;
pub mod random;
pub mod region;
pub mod text;
pub mod tone;
pub mod wording;
