//! What the browser posts.

use serde::Deserialize;

/// The login form. No `Debug`: it holds a password.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub password: String,
    /// Where to go afterwards; checked by `paths::safe_next`.
    #[serde(default)]
    pub next: String,
}

/// A form with nothing but its token.
#[derive(Deserialize)]
pub struct NoFields {}
