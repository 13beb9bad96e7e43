//! Forged requests: refused by where they come from (middleware) and by what they lack (the form extractor).
//!
//! The token is an HMAC bound to the session, or before login to a cookie of its own, so that the login form is
//! protected without a row for every visitor.

use std::cell::RefCell;

use actix_session::SessionExt;
use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::identity::form_keys::FormKey;
use crate::identity::keys::{Keys, same_secret};
use crate::site::Site;
use crate::web::address;
use crate::web::deadline;
use crate::web::error::AppError;
use crate::web::paths;
use crate::web::posted::MadeIn;
use crate::web::proxies;
use crate::web::session_store::{BINDING, DOCTOR};
use kernel::random;

/// Name of the hidden field with the token.
pub const TOKEN_FIELD: &str = "_csrf";
/// Name of the hidden field with the one-use form key.
pub const KEY_FIELD: &str = "_chiave";
/// Cookie a visitor's token is bound to.
const VISITOR_COOKIE: &str = "modulo";

/// A visitor's binding made during this request, to be sent as a cookie.
#[derive(Clone, Debug, Default)]
struct FreshBinding(RefCell<Option<String>>);

/// What the token of this request is bound to. Makes a visitor's binding when there is none.
fn binding(req: &HttpRequest, site: &Site) -> String {
    if let Ok(Some(bound)) = req.get_session().get::<String>(BINDING) {
        return bound;
    }
    if let Some(cookie) = req.cookie(&address::cookie_name(site, VISITOR_COOKIE)) {
        return cookie.value().to_owned();
    }
    let mut extensions = req.extensions_mut();
    if !extensions.contains::<FreshBinding>() {
        extensions.insert(FreshBinding::default());
    }
    let Some(fresh) = extensions.get::<FreshBinding>() else { return String::new() };
    fresh.0.borrow_mut().get_or_insert_with(|| random::hex_token(20)).clone()
}

/// The doctor a collaborator works for in this session.
fn chosen_doctor(req: &HttpRequest) -> Option<i64> {
    req.get_session().get(DOCTOR).ok().flatten()
}

/// The token for the forms of the page this request gets. A collaborator's token says for which doctor the page was made,
/// and is bound to it: `<digest>.<doctor>`.
pub fn token(req: &HttpRequest, site: &Site) -> String {
    token_for(&site.keys, &binding(req, site), chosen_doctor(req))
}

fn token_for(keys: &Keys, bound_to: &str, doctor: Option<i64>) -> String {
    match doctor {
        Some(id) => format!("{}.{id}", keys.csrf_token(&format!("{bound_to}/{id}"))),
        None => keys.csrf_token(bound_to),
    }
}

/// The doctor a token was made for, as it says itself.
pub(crate) fn doctor_of(token: &str) -> Option<i64> {
    token.split_once('.').and_then(|(_, id)| id.parse().ok())
}

/// What a posted token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    /// Made for this session, and for the doctor it works for now or for none.
    Good,
    /// Made for this session while it worked for another doctor.
    OtherDoctor,
    /// Forged, or of another session.
    Wrong,
}

fn judge(keys: &Keys, bound_to: &str, token: &str, doctor: Option<i64>) -> Judgement {
    let made_for = doctor_of(token);
    if !same_secret(&token_for(keys, bound_to, made_for), token) {
        Judgement::Wrong
    } else if made_for.is_none() || made_for == doctor {
        Judgement::Good
    } else {
        Judgement::OtherDoctor
    }
}

const OTHER_DOCTOR: &str = "Questa pagina era aperta per conto di un altro medico: nel frattempo, in un’altra finestra, ne hai \
                            scelto uno diverso. Non è stato salvato nulla. Scegli di nuovo il medico e riprendi da lì.";

/// The middleware: refuses unsafe requests from other sites, and sends a visitor's fresh cookie.
/// Fails with [`AppError::ForeignOrigin`] for an unsafe method that does not come from our own pages.
pub async fn same_origin(
    site: web::Data<Site>,
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let safe = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A program shows its token at every request and no cookie opens anything for it: nothing to be forged.
    proxies::notice(&site, req.request());
    if !safe && !paths::api::is_api(req.path()) && !comes_from_us(req.request(), &site.public_url) {
        return Err(proxies::foreign(&site, req.request()).into());
    }
    let mut answer = next.call(req).await?;
    let fresh = answer.request().extensions().get::<FreshBinding>().and_then(|fresh| fresh.0.borrow().clone());
    if let Some(value) = fresh {
        let cookie = Cookie::build(address::cookie_name(&site, VISITOR_COOKIE), value)
            .path("/")
            .http_only(true)
            .secure(site.tls)
            .same_site(SameSite::Lax)
            .finish();
        answer.response_mut().add_cookie(&cookie).map_err(AppError::internal)?;
    }
    Ok(answer)
}

/// `Sec-Fetch-Site` says it; an old browser without it, or one that comes without TLS, must at least send an `Origin` of this
/// host or of the public address: a proxy may put another host in its place.
fn comes_from_us(req: &HttpRequest, public_url: &str) -> bool {
    let header = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = header("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = header(ORIGIN.as_str()) else { return false };
    if origin.eq_ignore_ascii_case(public_url) {
        return true;
    }
    let Some(host) = header(HOST.as_str()) else { return false };
    origin.split_once("://").is_some_and(|(_, named)| named.eq_ignore_ascii_case(host))
}

/// Whether a token was made for a visitor with this browser's cookie.
fn is_of_visitor(req: &HttpRequest, site: &Site, token: &str) -> bool {
    let Some(cookie) = req.cookie(&address::cookie_name(site, VISITOR_COOKIE)) else { return false };
    same_secret(&site.keys.csrf_token(cookie.value()), token)
}

/// A form posted by one of our pages, its token already checked.
#[derive(Debug)]
pub struct CsrfForm<T> {
    /// The fields as the handler wants them.
    pub data: T,
    /// Every field as it came (without the token), in order: what a page needs to show the form again.
    pub raw: Vec<(String, String)>,
}

impl<T> CsrfForm<T> {
    /// Its one-use key and what it says.
    pub fn key(&self) -> FormKey {
        FormKey::new(self.form_key(), &self.content())
    }

    /// The one-use key of the rendered form; empty when the form has none.
    pub fn form_key(&self) -> &str {
        self.raw.iter().find(|(name, _)| name == KEY_FIELD).map_or("", |(_, value)| value)
    }

    fn content(&self) -> Vec<u8> {
        serde_json::to_vec(&self.raw).unwrap_or_default()
    }
}

impl<T: DeserializeOwned> CsrfForm<T> {
    /// The form of these fields, if its token is good there.
    pub(super) fn checked(
        req: &HttpRequest,
        mut raw: Vec<(String, String)>,
        made_in: MadeIn,
    ) -> Result<Self, AppError> {
        let site = req.app_data::<web::Data<Site>>().ok_or(AppError::Forbidden)?;
        let token = raw.iter().find(|(name, _)| name == TOKEN_FIELD).map_or("", |(_, value)| value.as_str());
        match judge(&site.keys, &binding(req, site), token, chosen_doctor(req)) {
            Judgement::Good => {}
            Judgement::OtherDoctor if made_in != MadeIn::Archive => {}
            Judgement::OtherDoctor => return Err(AppError::Conflict(OTHER_DOCTOR.to_owned())),
            Judgement::Wrong if made_in == MadeIn::Entrance && is_of_visitor(req, site, token) => {}
            Judgement::Wrong => return Err(AppError::Forbidden),
        }
        raw.retain(|(name, _)| name != TOKEN_FIELD);
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&raw).finish();
        let data = serde_html_form::from_str(&encoded).map_err(|_shape| AppError::BadRequest)?;
        Ok(Self { data, raw })
    }
}

/// Reads a form's fields; size and time are bounded by [`crate::web::deadline`].
pub(crate) async fn read_fields(payload: &mut Payload) -> Result<Vec<(String, String)>, AppError> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.map_err(|error| deadline::body_error(&error))?);
    }
    Ok(url::form_urlencoded::parse(&body).into_owned().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_token_is_good_for_its_session_and_its_doctor() {
        let keys = Keys::new("0123456789abcdef0123456789abcdef").unwrap();
        let plain = token_for(&keys, "session", None);
        let of_seven = token_for(&keys, "session", Some(7));
        assert_eq!((doctor_of(&plain), doctor_of(&of_seven)), (None, Some(7)));
        assert_eq!(judge(&keys, "session", &plain, None), Judgement::Good);
        assert_eq!(judge(&keys, "session", &of_seven, Some(7)), Judgement::Good);
        // The page on which the doctor is chosen was made before there was one.
        assert_eq!(judge(&keys, "session", &plain, Some(7)), Judgement::Good);
        assert_eq!(judge(&keys, "session", &of_seven, Some(8)), Judgement::OtherDoctor);
        assert_eq!(judge(&keys, "session", &of_seven, None), Judgement::OtherDoctor);
        assert_eq!(judge(&keys, "another", &of_seven, Some(7)), Judgement::Wrong);
        let relabelled = of_seven.replace(".7", ".8");
        assert_eq!(judge(&keys, "session", &relabelled, Some(8)), Judgement::Wrong);
        assert_eq!(judge(&keys, "session", &format!("{plain}.8"), Some(8)), Judgement::Wrong);
        assert_eq!(judge(&keys, "session", "", None), Judgement::Wrong);
    }
}
