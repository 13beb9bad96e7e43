//! Opening and closing a session: what every door of the product (Millelight, Millecloud, Millebook) does alike.

use actix_session::Session;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDateTime;

use crate::site::Site;
use crate::web::address;
use crate::web::error::AppError;
use crate::web::page::see_other;
use crate::web::session_store::{BINDING, DEVICE, USER};
use kernel::{dates, random};

/// Cookie of a device that has signed in before: it skips the account's wait during an attack.
const DEVICE_COOKIE: &str = "dispositivo";
const DEVICE_COOKIE_DAYS: i64 = 365;
/// Why somebody must wait.
pub const TOO_MANY: &str = "Troppi tentativi non riusciti";

/// A new session of `user_id` under a new key, in place of whatever was there.
/// Fails when the session cannot be written.
pub fn open(req: &HttpRequest, session: &Session, user_id: i64) -> Result<(), AppError> {
    session.clear();
    session.insert(USER, user_id).map_err(AppError::internal)?;
    session.insert(DEVICE, describe_device(req)).map_err(AppError::internal)?;
    renew(session)
}

/// The same session under a new key and a new anti-forgery token, authenticated now.
/// Fails when the session cannot be written.
pub fn renew(session: &Session) -> Result<(), AppError> {
    session.renew();
    session.insert(BINDING, random::hex_token(20)).map_err(AppError::internal)
}

/// The answer to a logout: the browser forgets what it kept of the pages.
pub fn closed(to: &str) -> HttpResponse {
    let mut answer = see_other(to);
    // Not "cookies": that would also forget the known device, which must outlive the session to be of use in an attack;
    // the session's own cookie is removed by name.
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), clear);
    answer
}

/// The cookie of a device that signed in before.
pub fn known_device(req: &HttpRequest, site: &Site) -> Option<String> {
    req.cookie(&address::cookie_name(site, DEVICE_COOKIE)).map(|cookie| cookie.value().to_owned())
}

/// Sets the cookie that makes this device a known one.
/// Fails when the cookie cannot be written.
pub fn set_device_cookie(answer: &mut HttpResponse, site: &Site, token: String) -> Result<(), AppError> {
    let cookie = Cookie::build(address::cookie_name(site, DEVICE_COOKIE), token)
        .path("/")
        .http_only(true)
        .secure(site.tls)
        .same_site(SameSite::Strict)
        .max_age(time::Duration::days(DEVICE_COOKIE_DAYS))
        .finish();
    answer.add_cookie(&cookie).map_err(AppError::internal)
}

/// Tells the browser when to come back.
pub fn retry_after(answer: &mut HttpResponse, until: NaiveDateTime, now: NaiveDateTime) {
    let seconds = (until - now).num_seconds().max(0).saturating_add(1);
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
}

/// Why to wait and when to come back, in words.
pub fn wait_text(why: &str, until: NaiveDateTime, now: NaiveDateTime) -> String {
    let seconds = (until - now).num_seconds().saturating_add(1);
    if seconds <= 60 {
        let unit = if seconds <= 1 { "un secondo".to_owned() } else { format!("{seconds} secondi") };
        return format!("{why}: aspetta {unit} e riprova.");
    }
    let local = dates::to_rome(until);
    let day = if local.date() == dates::to_rome(now).date() { "" } else { "di domani " };
    format!("{why}: riprova dopo le {} {day}.", dates::hour(local)).replace(" .", ".")
}

/// `Firefox, telefono`: enough for users to recognise their own devices, too little to follow them.
pub fn describe_device(req: &HttpRequest) -> String {
    let agent = req.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The order matters: Edge and Opera also say Chrome, Chrome also says Safari.
    let browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")];
    let browser = browsers.iter().find(|(mark, _)| agent.contains(mark)).map_or("Browser", |(_, name)| name);
    let mobile = ["Mobile", "Android", "iPhone", "iPad"].iter().any(|mark| agent.contains(mark));
    format!("{browser}, {}", if mobile { "telefono" } else { "computer" })
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
