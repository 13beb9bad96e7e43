//! What the account does in more than one step.

pub mod address;
pub mod create;
pub mod entering;
pub mod mailing;
pub mod operate;
pub mod password;
pub mod recovery;
pub mod registration;
pub mod second_step;
pub mod sign_in;
