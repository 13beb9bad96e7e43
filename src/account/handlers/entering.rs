//! Through a door: whom it is for, where it leads, and the session that is opened.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::notices;
use crate::account::service::entering::Entered;
use crate::account::service::sign_in::{PATIENTS, STAFF};
use crate::identity::model::Role;
use crate::identity::sessions::LiveSession;
use crate::site::Site;
use crate::web::entrance;
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::page::see_other;
use crate::web::paths;
use crate::web::visitor::Visitor;

/// Where a page was asked to lead.
#[derive(Deserialize)]
pub struct ToPage {
    #[serde(default)]
    pub(super) next: String,
}

/// Whom the door asked at is for.
pub(super) fn expected(visitor: &Visitor) -> &'static [Role] {
    if visitor.shell.is_book() { PATIENTS } else { STAFF }
}

/// Who is signed in already, of those this door is for. Whoever is not expected here has another door; if they want this
/// one, they sign in.
pub(super) fn inside(visitor: &Visitor) -> Option<&LiveSession> {
    let expected = expected(visitor);
    visitor.user.as_ref().filter(|user| user.role().is_some_and(|role| expected.contains(&role)))
}

/// Where whoever is in already was going.
pub(super) fn onward(visitor: &Visitor, user: &LiveSession, next: &str) -> String {
    if user.password_pending { visitor.shell.password() } else { landing(visitor, user.role(), next) }
}

/// The address asked for, when it is of the same part of the site: patients have theirs.
pub(super) fn own_next(next: &str, patients: bool) -> Option<String> {
    paths::safe_next(next).filter(|next| paths::is_of_patients(next) == patients)
}

/// Where a login leads: to what was asked for, or to what this door is for.
fn landing(visitor: &Visitor, role: Option<Role>, next: &str) -> String {
    own_next(next, role == Some(Role::Patient)).unwrap_or_else(|| first_page(visitor.shell.is_portal(), role))
}

/// The first page behind a door.
pub(super) fn first_page(portal: bool, role: Option<Role>) -> String {
    match (portal, role) {
        (_, Some(Role::Patient)) => paths::millebook(),
        (true, Some(Role::Doctor)) => paths::collaborators(),
        (true, _) => paths::my_doctors(),
        (false, Some(Role::Doctor)) => paths::patients(),
        (false, _) => paths::choose_doctor(),
    }
}

/// A new session under a new key, the device remembered, and on to where the user was going.
pub(super) fn enter(
    req: &HttpRequest,
    visitor: &Visitor,
    site: &Site,
    entered: Entered,
    next: &str,
) -> Result<HttpResponse, AppError> {
    let session = visitor.session();
    entrance::open(req, session, entered.user_id)?;
    for message in notices::of(&entered.told, &visitor.shell, entered.temporary) {
        flash::push(session, message)?;
    }
    let to = if entered.temporary {
        visitor.shell.password()
    } else if entered.has_kept_form && entered.role != Role::Patient {
        paths::resume()
    } else if entered.invited {
        paths::my_doctors()
    } else {
        landing(visitor, Some(entered.role), next)
    };
    let mut answer = see_other(&to);
    if let Some(token) = entered.new_device {
        entrance::set_device_cookie(&mut answer, site, token)?;
    }
    Ok(answer)
}
