//! The code of the second factor, asked at login after the password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::entering::{enter, inside, onward};
use crate::account::forms::CodeForm;
use crate::account::pages::CodePage;
use crate::account::service::second_step::{self, CodeCheck, Outcome};
use crate::web::entrance::{self, TOO_MANY, describe_device, wait_text};
use crate::web::error::AppError;
use crate::web::forms::FormState;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;

pub(super) const WRONG_CODE: &str = "Il codice non è corretto, oppure è già stato usato: aspetta il prossimo e riprova";

/// The page that asks the code, for who has given the right password.
pub(super) fn ask(
    visitor: Visitor,
    note: &str,
    next: &str,
    status: StatusCode,
    error: &str,
) -> Result<HttpResponse, AppError> {
    let mut form = FormState::new();
    form.set("passo", note);
    if let Some(next) = paths::safe_next(next) {
        form.set("next", next);
    }
    if !error.is_empty() {
        form.error("codice", error);
    }
    Page::with_status(status, CodePage { shell: visitor.shell, form }).render()
}

/// The code's page has no address of its own: whoever opens it begins again.
pub async fn begin_again(visitor: Visitor) -> HttpResponse {
    see_other(&visitor.shell.login())
}

/// Checks the code and opens the session.
pub async fn enter_with_code(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, CodeForm>,
) -> Result<HttpResponse, AppError> {
    let site = visitor.site.clone();
    let device = entrance::known_device(&req, &site);
    let CodeForm { passo, codice, next } = form.data;
    // Sent a second time: the code is used up, and whoever is in already goes on.
    let whose = second_step::whose(&site, &passo);
    if let Some(user) = inside(&visitor).filter(|user| whose == Some(user.user_id)) {
        return Ok(see_other(&onward(&visitor, user, &next)));
    }
    match second_step::finish(&site, &passo, codice, (device, describe_device(&req))).await? {
        Outcome::Entered(entered) => enter(&req, &visitor, &site, *entered, &next),
        Outcome::TooLate => Ok(begin_again(visitor).await),
        Outcome::Refused(CodeCheck::Blocked(until)) => {
            let text = wait_text(TOO_MANY, until, visitor.now());
            ask(visitor, &passo, &next, StatusCode::TOO_MANY_REQUESTS, &text)
        }
        Outcome::Refused(_) => ask(visitor, &passo, &next, StatusCode::UNPROCESSABLE_ENTITY, WRONG_CODE),
    }
}
