//! Login and logout.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use chrono::NaiveDateTime;
use serde::Deserialize;

use crate::account::forms::{LoginForm, NoFields};
use crate::account::pages::LoginPage;
use crate::account::service::sign_in::{self, Attempt, Entered, Outcome};
use crate::identity::sessions::LiveSession;
use crate::kernel::{dates, random};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::{self, Flash, Tone};
use crate::web::forms::FormState;
use crate::web::guards::Visitor;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::session_store::{BINDING, DEVICE, EXPIRED, USER};
use crate::web::site::Site;

/// Cookie of a device that has signed in before: it skips the account's wait during an attack.
const DEVICE_COOKIE: &str = "dispositivo";
const DEVICE_COOKIE_DAYS: i64 = 365;
/// Why somebody must wait.
pub(super) const TOO_MANY: &str = "Troppi tentativi non riusciti";
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
    if let Some(user) = &visitor.user {
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
    let device = req.cookie(&site.cookie_name(DEVICE_COOKIE)).map(|cookie| cookie.value().to_owned());
    let attempt = Attempt { username, password, address: site.client_address(&req), device };
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
            state.form_error(wait_text(TOO_MANY, until, now));
            let mut answer = Page::with_status(StatusCode::TOO_MANY_REQUESTS, page(visitor, state)).render()?;
            let seconds = (until - now).num_seconds().max(0).saturating_add(1);
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
            Ok(answer)
        }
    }
}

fn page(visitor: Visitor, form: FormState) -> LoginPage {
    LoginPage { shell: visitor.shell, form, expired: false, unconfirmed: false }
}

/// Why to wait and when to come back, in words.
pub(super) fn wait_text(why: &str, until: NaiveDateTime, now: NaiveDateTime) -> String {
    let seconds = (until - now).num_seconds().saturating_add(1);
    if seconds <= 60 {
        let unit = if seconds <= 1 { "un secondo".to_owned() } else { format!("{seconds} secondi") };
        return format!("{why}: aspetta {unit} e riprova.");
    }
    let local = dates::to_rome(until);
    let day = if local.date() == dates::to_rome(now).date() { "" } else { "di domani " };
    format!("{why}: riprova dopo le {} {day}.", dates::hour(local)).replace(" .", ".")
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
    session.clear();
    session.renew();
    session.insert(USER, entered.user_id).map_err(AppError::internal)?;
    session.insert(BINDING, random::hex_token(20)).map_err(AppError::internal)?;
    session.insert(DEVICE, describe_device(req)).map_err(AppError::internal)?;
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
        set_device_cookie(&mut answer, site, token)?;
    }
    Ok(answer)
}

/// Sets the cookie that makes this device a known one.
pub(super) fn set_device_cookie(answer: &mut HttpResponse, site: &Site, token: String) -> Result<(), AppError> {
    let cookie = Cookie::build(site.cookie_name(DEVICE_COOKIE), token)
        .path("/")
        .http_only(true)
        .secure(site.tls)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::days(DEVICE_COOKIE_DAYS))
        .finish();
    answer.add_cookie(&cookie).map_err(AppError::internal)
}

/// `Firefox, telefono`: enough for users to recognise their own devices, too little to follow them.
fn describe_device(req: &HttpRequest) -> String {
    let agent = req.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari.
    let browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")];
    let browser = browsers.iter().find(|(mark, _)| agent.contains(mark)).map_or("Browser", |(_, name)| name);
    let mobile = ["Mobile", "Android", "iPhone", "iPad"].iter().any(|mark| agent.contains(mark));
    format!("{browser}, {}", if mobile { "telefono" } else { "computer" })
}

/// Ends the session. A logout after the session has run out simply leads to the login page.
pub async fn destroy(visitor: Visitor, form: Result<CsrfForm<NoFields>, AppError>) -> Result<impl Responder, AppError> {
    if visitor.user.is_some() {
        form?;
        visitor.session().purge();
    }
    let mut answer = see_other(&paths::login());
    // Not "cookies": that would also forget the known device, which must outlive the session to be of use in an attack;
    // the session's own cookie is removed by name.
    let clear = actix_web::http::header::HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(actix_web::http::header::HeaderName::from_static("clear-site-data"), clear);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_wait_reads_as_words() {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        let now = at("2026-11-23 09:00:00");
        assert!(wait_text(TOO_MANY, at("2026-11-23 09:00:00"), now).contains("aspetta un secondo"));
        assert!(wait_text(TOO_MANY, at("2026-11-23 09:00:02"), now).contains("aspetta 3 secondi"));
        assert!(wait_text(TOO_MANY, at("2026-11-23 12:30:00"), now).ends_with("riprova dopo le 13.30."));
        assert!(wait_text(TOO_MANY, at("2026-11-24 09:00:00"), now).ends_with("riprova dopo le 10.00 di domani."));
    }

    #[test]
    fn a_device_is_named_by_browser_and_size() {
        let of = |agent: &str| {
            describe_device(&TestRequest::get().insert_header((USER_AGENT, agent.to_owned())).to_http_request())
        };
        assert_eq!(of("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"), "Firefox, computer");
        assert_eq!(
            of("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"),
            "Chrome, telefono"
        );
        assert_eq!(of(""), "Browser, computer");
    }
}
