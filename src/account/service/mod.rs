//! What the account does in more than one step.

pub mod password;
pub mod sign_in;
