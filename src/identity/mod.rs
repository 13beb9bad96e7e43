//! Who is who: users, associations, passwords, sessions as rows, the login throttle, one-use form keys, sealing of secrets,
//! tokens of programs, budgets of what a user may do at once.
//!
//! Knows the database and nothing of HTML or HTTP..

pub mod api_tokens;
pub mod associations;
pub mod budgets;
pub mod by;
pub mod events;
pub mod form_keys;
pub mod installation;
pub mod kept_forms;
pub mod keys;
pub mod model;
pub mod password;
pub mod queries;
pub mod sealing;
pub mod second_factor;
pub mod sessions;
pub mod throttle;
pub mod tokens;
