//! The pages of «Password dimenticata», and of the address it needs.

use askama::Template;

use crate::web::forms::FormState;
use crate::web::shell::Shell;

/// Who has forgotten the password.
#[derive(Template)]
#[template(path = "account/forgotten.html")]
pub struct ForgottenPage {
    pub shell: Shell,
    pub form: FormState,
}

/// After a request: the same page for everybody.
#[derive(Template)]
#[template(path = "account/forgotten_sent.html")]
pub struct ForgottenSentPage {
    pub shell: Shell,
    /// For how many minutes the link is good.
    pub minutes: i64,
}

/// The page of the link in the mail.
#[derive(Template)]
#[template(path = "account/new_password.html")]
pub struct NewPasswordPage {
    pub shell: Shell,
    pub form: FormState,
    /// Where the form is posted: this very link.
    pub action: String,
    /// For the password manager; empty for a patient, whose username is the fiscal code.
    pub username: String,
}

/// The password is another one.
#[derive(Template)]
#[template(path = "account/new_password_done.html")]
pub struct NewPasswordDonePage {
    pub shell: Shell,
}

/// The own address.
#[derive(Template)]
#[template(path = "account/address.html")]
pub struct AddressPage {
    pub shell: Shell,
    pub form: FormState,
    /// The one in use; empty for none.
    pub address: String,
    /// A doctor's is kept by whoever runs the service.
    pub fixed: bool,
}

/// The link of the mail that proves it.
#[derive(Template)]
#[template(path = "account/address_prove.html")]
pub struct ProveAddressPage {
    pub shell: Shell,
    /// Where the form is posted: this very link.
    pub action: String,
    pub address: String,
}
