//! Before the prescriptions: the activation.

use askama::Template;

use crate::web::forms::FormState;
use crate::web::shell::Shell;

/// First step of the activation.
#[derive(Template)]
#[template(path = "millebook/activate.html")]
pub struct ActivatePage {
    pub shell: Shell,
    pub form: FormState,
}

/// Second step: a password.
#[derive(Template)]
#[template(path = "millebook/choose.html")]
pub struct ChoosePage {
    pub shell: Shell,
    /// The claim, carried on; the errors of the new password.
    pub form: FormState,
    /// The errors of the present password, in an account that serves another doctor too.
    pub present: Option<FormState>,
    /// `Claudio`.
    pub name: String,
    /// `Dr. Paolo BORGHETTO`.
    pub doctor: String,
    /// The user name from now on.
    pub username: String,
}

/// A doctor was added to the account of somebody who signs in with a second factor.
#[derive(Template)]
#[template(path = "millebook/joined.html")]
pub struct JoinedPage {
    pub shell: Shell,
    /// `Dr. Paolo BORGHETTO`.
    pub doctor: String,
}
