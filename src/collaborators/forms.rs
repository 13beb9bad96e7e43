//! What the browser posts.

use serde::Deserialize;

/// The doctor to work for.
#[derive(Debug, Deserialize)]
pub struct ChooseForm {
    /// The doctor's user id.
    #[serde(default)]
    pub medico: i64,
    /// Where to go afterwards; checked by `paths::safe_next`.
    #[serde(default)]
    pub next: String,
}
