//! Avvisi sul telefono.

use askama::Template;
use chrono::NaiveDateTime;

use crate::web::filters;
use crate::web::forms::FormState;
use crate::web::shell::Shell;

/// The doctor's devices that get notices, and the way to add this one.
#[derive(Template)]
#[template(path = "account/push.html")]
pub struct PushPage {
    pub shell: Shell,
    pub form: FormState,
    /// The portal's public key; empty where notices cannot be sent.
    pub key: String,
    /// This device is among them.
    pub here: bool,
    pub devices: Vec<DeviceLine>,
}

/// One device.
pub struct DeviceLine {
    pub id: i64,
    pub name: String,
    pub since: NaiveDateTime,
    /// The last notice.
    pub told: Option<NaiveDateTime>,
    /// The one the page is shown on.
    pub current: bool,
}
