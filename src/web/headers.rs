//! Headers of every answer, and the CSP nonce of every request.
//!
//! One middleware, [`dress`], outermost of ours: it gives the request its nonce and reference, catches a panic of a
//! handler, turns bare errors into the error page and then puts the headers on whatever goes out.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;

use crate::web::error::AppError;
use crate::web::error_page;
use crate::web::reference::Reference;

/// What the headers depend on.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeaderPolicy {
    /// The portal is reached over TLS: browsers may be told never to try without.
    pub tls: bool,
}

/// The nonce of one answer; a page puts it on its script, the header names it.
#[derive(Clone, Debug)]
struct Nonce(String);

/// Whoever asked is somebody: a guard has let them in. Everybody else gets one request a connection, because the server
/// bounds the time of a connection's first head only: a second one could come a byte a minute.
#[derive(Clone, Copy, Debug)]
pub struct Known;

/// The CSP nonce of this request, for [`crate::web::shell::Shell::new`]. Empty when [`dress`] is not mounted, and then
/// no script runs.
pub fn nonce(req: &HttpRequest) -> String {
    req.extensions().get::<Nonce>().map(|nonce| nonce.0.clone()).unwrap_or_default()
}

/// The middleware. Wants `web::Data<HeaderPolicy>`.
/// Passes on what the inner services refuse, with the headers already on it.
pub async fn dress(
    policy: web::Data<HeaderPolicy>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let nonce = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
    let reference = Reference::of(&req);
    req.extensions_mut().insert(Nonce(nonce.clone()));
    let work = AssertUnwindSafe(next.call(req)).catch_unwind();
    let outcome = error_page::within(reference, async {
        match work.await {
            Ok(Ok(answer)) => Ok(error_page::with_page(answer.map_into_boxed_body())),
            Ok(Err(refusal)) => {
                let answer = error_page::response_with_page(refusal.error_response());
                Err((refusal, answer))
            }
            Err(_) => {
                let refusal = Error::from(AppError::internal("a handler panicked"));
                let answer = refusal.error_response();
                Err((refusal, answer))
            }
        }
    })
    .await;
    match outcome {
        Ok(mut answer) => {
            put_headers(answer.headers_mut(), &nonce, **policy);
            if !answer.request().extensions().contains::<Known>() {
                answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(answer)
        }
        // Without its request an answer cannot be built here; the error carries the finished one outwards.
        Err((refusal, mut answer)) => {
            put_headers(answer.headers_mut(), &nonce, **policy);
            // A form posted after the session ended, a wrong address: nobody known, or nothing to go on with.
            answer.head_mut().set_connection_type(ConnectionType::Close);
            Err(InternalError::from_response(refusal, answer).into())
        }
    }
}

fn put_headers(headers: &mut HeaderMap, nonce: &str, policy: HeaderPolicy) {
    let csp = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    );
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        headers.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Not no-referrer: with it browsers send "Origin: null" on form posts and the origin check would refuse them. A page
    // whose address is a secret has said something else.
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    if policy.tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test};

    async fn refuse(_: ServiceRequest, _: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
        Err(AppError::Forbidden.into())
    }

    fn secret() -> AppError {
        AppError::internal("secret-table")
    }

    #[allow(clippy::panic)]
    async fn boom() -> HttpResponse {
        panic!("secret-detail")
    }

    async fn get(tls: bool, uri: &str) -> (StatusCode, HeaderMap, String) {
        let app = test::init_service(
            App::new()
                .app_data(web::Data::new(HeaderPolicy { tls }))
                .route("/nonce", web::get().to(|req: HttpRequest| async move { nonce(&req) }))
                .route("/panic", web::get().to(boom))
                .route("/fail", web::get().to(|| async { Err::<HttpResponse, _>(secret()) }))
                .route("/number/{n}", web::get().to(|n: web::Path<i64>| async move { n.to_string() }))
                .service(web::scope("/guarded").wrap(from_fn(refuse)).route("", web::get().to(HttpResponse::Ok)))
                .route("/ready", web::get().to(|| async { HttpResponse::ServiceUnavailable().body("no") }))
                .wrap(from_fn(crate::web::compress::compress))
                .wrap(from_fn(dress))
                .wrap(tracing_actix_web::TracingLogger::default()),
        )
        .await;
        let encoding = ("accept-encoding", if uri.starts_with("/number") { "gzip" } else { "identity" });
        let req = test::TestRequest::get().uri(uri).insert_header(encoding).to_request();
        let (status, headers, body) = match test::try_call_service(&app, req).await {
            Ok(answer) => (answer.status(), answer.headers().clone(), test::read_body(answer).await),
            Err(error) => {
                let answer = error.error_response();
                (
                    answer.status(),
                    answer.headers().clone(),
                    actix_web::body::to_bytes(answer.into_body()).await.unwrap(),
                )
            }
        };
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn every_answer_carries_the_headers() {
        for uri in ["/nonce", "/panic", "/fail", "/guarded", "/missing", "/ready"] {
            let (_, headers, _) = get(false, uri).await;
            let csp = headers.get("content-security-policy").unwrap().to_str().unwrap();
            assert!(csp.starts_with("default-src 'none'; script-src 'nonce-"), "{uri}: {csp}");
            assert_eq!(headers.get("x-content-type-options").unwrap(), "nosniff", "{uri}");
            assert_eq!(headers.get("referrer-policy").unwrap(), "same-origin", "{uri}");
            assert_eq!(headers.get("cache-control").unwrap(), "no-store", "{uri}");
            assert!(!headers.contains_key("strict-transport-security"));
        }
        assert!(get(true, "/nonce").await.1.contains_key("strict-transport-security"));
    }

    #[actix_web::test]
    async fn the_nonce_is_the_header_s_and_new_each_time() {
        let (_, headers, first) = get(false, "/nonce").await;
        assert!(
            first.len() >= 22 && headers.get("content-security-policy").unwrap().to_str().unwrap().contains(&first)
        );
        assert_ne!(first, get(false, "/nonce").await.2);
    }

    #[actix_web::test]
    async fn a_panic_and_a_failure_give_a_page_that_tells_nothing_but_the_reference() {
        for uri in ["/panic", "/fail"] {
            let (status, _, body) = get(false, uri).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{uri}");
            assert!(body.contains("Riferimento per l’assistenza") && !body.contains("secret"), "{uri}");
        }
    }

    #[actix_web::test]
    async fn bare_errors_become_pages_and_answers_with_a_body_stay() {
        for (uri, status, text) in [
            ("/missing", 404, "Pagina non trovata"),
            ("/number/x", 404, "Pagina non trovata"),
            ("/guarded", 403, "Non puoi aprire"),
        ] {
            let (got, headers, body) = get(false, uri).await;
            assert_eq!(got.as_u16(), status, "{uri}");
            assert_eq!(headers.get("content-type").unwrap(), "text/html; charset=utf-8", "{uri}");
            assert!(!headers.contains_key("content-encoding"), "{uri}");
            assert!(body.contains(text), "{uri}: {body}");
        }
        assert_eq!(get(false, "/ready").await.2, "no");
    }
}
