//! What is done to an association in more than one step.

pub mod acts;
pub mod associate;
pub mod code;
pub mod password;
