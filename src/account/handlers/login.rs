//! Login and logout.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde::Deserialize;

use crate::account::forms::{LoginForm, NoFields};
use crate::account::pages::LoginPage;
use crate::account::service::sign_in::{self, Attempt, Entered, Outcome, STAFF};
use crate::identity::sessions::LiveSession;
use crate::web::csrf::CsrfForm;
use crate::web::entrance::{self, TOO_MANY};
use crate::web::error::AppError;
use crate::web::flash::{self, Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Visitor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::session_store::EXPIRED;
use crate::web::site::Site;

/// One text for every wrong login.
const WRONG: &str = "Username o password non corretti. Ricontrolla maiuscole e minuscole e riprova.";

/// Where a page was asked to lead.
#[derive(Deserialize)]
pub struct ToPage {
    #[serde(default)]
    pub(super) next: String,
}

/// The login form. Whoever is signed in already goes on.
pub async fn show(visitor: Visitor, query: web::Query<ToPage>) -> Result<HttpResponse, AppError> {
    // A patient has another door; whoever wants this one signs in.
    if let Some(user) = visitor.user.as_ref().filter(|user| user.role().is_some_and(|role| STAFF.contains(&role))) {
        return Ok(see_other(&destination(user, &query.next)));
    }
    let mut form = FormState::new();
    if let Some(next) = paths::safe_next(&query.next) {
        form.set("next", next);
    }
    let expired = visitor.session().contains_key(EXPIRED);
    Page::ok(LoginPage { shell: visitor.shell, form, expired, unconfirmed: false }).render()
}

fn destination(user: &LiveSession, next: &str) -> String {
    if user.password_pending {
        return paths::change_password();
    }
    paths::safe_next(next).unwrap_or_else(paths::patients)
}

/// Checks the password and opens a session.
pub async fn create(req: HttpRequest, visitor: Visitor, form: CsrfForm<LoginForm>) -> Result<HttpResponse, AppError> {
    let mut state = FormState::from_pairs(form.raw);
    let LoginForm { username, password, next } = form.data;
    if username.trim().is_empty() {
        state.error("username", "Scrivi il tuo username");
    }
    if password.is_empty() {
        state.error("password", "Scrivi la tua password");
    }
    if state.is_invalid() {
        return Page::invalid(page(visitor, state)).render();
    }
    let site = visitor.site.clone();
    let device = entrance::known_device(&req, &site);
    let attempt = Attempt { username, password, address: site.client_address(&req), device, roles: STAFF };
    match sign_in::sign_in(&site, attempt).await? {
        Outcome::Entered(entered) => enter(&req, &visitor, &site, entered, &next),
        Outcome::Wrong => {
            state.form_error(WRONG);
            Page::invalid(page(visitor, state)).render()
        }
        Outcome::Unconfirmed => {
            let mut page = page(visitor, state);
            page.unconfirmed = true;
            Page::invalid(page).render()
        }
        Outcome::Blocked(until) => {
            let now = visitor.now();
            state.form_error(entrance::wait_text(TOO_MANY, until, now));
            let mut answer = Page::with_status(StatusCode::TOO_MANY_REQUESTS, page(visitor, state)).render()?;
            entrance::retry_after(&mut answer, until, now);
            Ok(answer)
        }
    }
}

fn page(visitor: Visitor, form: FormState) -> LoginPage {
    LoginPage { shell: visitor.shell, form, expired: false, unconfirmed: false }
}

/// A new session under a new key, the device remembered, and on to where the user was going.
fn enter(
    req: &HttpRequest,
    visitor: &Visitor,
    site: &Site,
    entered: Entered,
    next: &str,
) -> Result<HttpResponse, AppError> {
    let session = visitor.session();
    entrance::open(req, session, entered.user_id)?;
    if entered.warned {
        let text = "Se non eri tu, cambia la password da «Dati del medico».";
        let message = Flash::new(Tone::Warn, "Prima di questo accesso ci sono stati tentativi con password sbagliate");
        flash::push(session, message.with_text(text))?;
    }
    let to = if entered.temporary {
        paths::change_password()
    } else if entered.has_kept_form {
        paths::resume()
    } else {
        paths::safe_next(next).unwrap_or_else(paths::patients)
    };
    let mut answer = see_other(&to);
    if let Some(token) = entered.new_device {
        entrance::set_device_cookie(&mut answer, site, token)?;
    }
    Ok(answer)
}

/// Ends the session. A logout after the session has run out simply leads to the login page.
pub async fn destroy(visitor: Visitor, form: Result<CsrfForm<NoFields>, AppError>) -> Result<impl Responder, AppError> {
    if visitor.user.is_some() {
        form?;
        visitor.session().purge();
    }
    Ok(entrance::closed(&paths::login()))
}
