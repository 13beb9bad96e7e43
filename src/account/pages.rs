//! The pages of the account.

use askama::Template;

use crate::web::forms::FormState;
use crate::web::shell::Shell;

/// Login.
#[derive(Template)]
#[template(path = "account/login.html")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: FormState,
    /// Why the visitor is here, when a session ran out.
    pub expired: bool,
    /// The password was right, the address is not confirmed.
    pub unconfirmed: bool,
}
