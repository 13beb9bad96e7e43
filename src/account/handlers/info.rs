//! The doors of the product, version and help.

use actix_web::Responder;

use crate::account::pages::{HomePage, InfoPage};
use crate::web::guards::Visitor;
use crate::web::page::{Page, see_other};
use crate::web::paths;

/// The doors.
pub async fn home(visitor: Visitor) -> impl Responder {
    Page::ok(HomePage { shell: visitor.shell })
}

/// INFO.
pub async fn info(visitor: Visitor) -> impl Responder {
    Page::ok(InfoPage { shell: visitor.shell, signed_in: visitor.user.is_some() })
}

/// The entrance of Millelight.
pub async fn millelight() -> impl Responder {
    see_other(&paths::patients())
}
