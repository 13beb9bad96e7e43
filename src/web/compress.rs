//! Answers compressed whole. A page is complete before it is sent, so it is compressed in one go, and head and body leave
//! in one write with their length. A streaming compressor sends the head alone first, and on a connection that is kept the
//! body then waits for the other side's delayed acknowledgement: forty milliseconds for nothing.

use std::io::Write as _;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, AcceptEncoding, Encoding, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpMessage as _};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Less than this fits the first packet as it is.
const WORTH_IT: usize = 1024;
/// More than this takes long enough to hold up a worker: it is compressed beside it.
const LARGE: usize = 128 * 1024;

/// The middleware: gzip for text of some size, to whoever takes it. A third of the time of the usual level, a third more
/// bytes: pages are small and the processor is what is scarce.
pub async fn compress(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let accepted = takes_gzip(&req);
    let answer = next.call(req).await?.map_into_boxed_body();
    if !is_text(answer.status(), answer.headers()) {
        return Ok(answer);
    }
    let (req, answer) = answer.into_parts();
    let (mut answer, body) = answer.into_parts();
    let plain = match body.try_into_bytes() {
        Ok(plain) => plain,
        Err(stream) => return Ok(ServiceResponse::new(req, answer.set_body(stream))),
    };
    if plain.len() < WORTH_IT {
        return Ok(ServiceResponse::new(req, answer.set_body(BoxBody::new(plain))));
    }
    // Also on what leaves as it is: a cache must not give it to everybody.
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    // The answer to HEAD has no body to spare.
    if !accepted || req.method() == Method::HEAD {
        return Ok(ServiceResponse::new(req, answer.set_body(BoxBody::new(plain))));
    }
    let packed = if plain.len() > LARGE {
        let source = plain.clone();
        web::block(move || gzip(&source)).await?
    } else {
        gzip(&plain)
    };
    // Writing into memory does not fail; were it to, the page goes out as it is.
    let body = match packed {
        Ok(packed) => {
            answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Bytes::from(packed)
        }
        Err(_never) => plain,
    };
    // The server writes the length from the body it is given.
    answer.headers_mut().remove(header::CONTENT_LENGTH);
    Ok(ServiceResponse::new(req, answer.set_body(BoxBody::new(body))))
}

/// Whether gzip is among what the client takes, and not less welcome than no compression.
fn takes_gzip(req: &ServiceRequest) -> bool {
    let Some(accepted) = req.get_header::<AcceptEncoding>() else { return false };
    accepted.negotiate([Encoding::gzip(), Encoding::identity()].iter()) == Some(Encoding::gzip())
}

/// Whole text that nobody has encoded yet. Pictures, papers and archives are compressed within.
fn is_text(status: StatusCode, headers: &HeaderMap) -> bool {
    if headers.contains_key(header::CONTENT_ENCODING) || status == StatusCode::PARTIAL_CONTENT {
        return false;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || ["json", "xml", "javascript"].iter().any(|form| {
            kind.strip_prefix("application/").is_some_and(|name| name == *form || name.ends_with(&format!("+{form}")))
        })
        || kind == "image/svg+xml"
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use actix_web::middleware::from_fn;
    use actix_web::test::{self, TestRequest};
    use actix_web::{App, HttpResponse};
    use futures_util::stream;

    use super::*;

    fn page(lines: usize) -> String {
        (0..lines).map(|line| format!("<p>riga {line} di una pagina</p>\n")).collect()
    }

    async fn long() -> HttpResponse {
        HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page(200))
    }

    async fn of_kind(kind: web::Path<(String, String)>) -> HttpResponse {
        HttpResponse::Ok().content_type(format!("{}/{}", kind.0, kind.1)).body(page(200))
    }

    async fn call(method: Method, path: &str, accept: Option<&str>) -> ServiceResponse<BoxBody> {
        let app = test::init_service(
            App::new()
                .route("/long", web::get().to(long))
                .route("/long", web::head().to(long))
                .route("/large", web::get().to(async || HttpResponse::Ok().content_type("text/html").body(page(9000))))
                .route("/short", web::get().to(async || HttpResponse::Ok().content_type("text/html").body("breve")))
                .route("/same", web::get().to(async || HttpResponse::NotModified().finish()))
                .route("/nothing", web::get().to(HttpResponse::NoContent))
                .route(
                    "/wrong",
                    web::get()
                        .to(async || HttpResponse::UnprocessableEntity().content_type("text/html").body(page(200))),
                )
                .route(
                    "/encoded",
                    web::get().to(async || {
                        HttpResponse::Ok()
                            .content_type("text/css")
                            .insert_header(("content-encoding", "br"))
                            .body(page(200))
                    }),
                )
                .route(
                    "/stream",
                    web::get().to(async || {
                        let chunks = stream::iter([Ok::<_, Error>(Bytes::from(page(100))), Ok(Bytes::from(page(100)))]);
                        HttpResponse::Ok().content_type("text/csv").streaming(chunks)
                    }),
                )
                .route("/kind/{kind}/{form}", web::get().to(of_kind))
                .wrap(from_fn(compress)),
        )
        .await;
        let mut request = TestRequest::default().method(method).uri(path);
        if let Some(accept) = accept {
            request = request.insert_header((header::ACCEPT_ENCODING, accept));
        }
        test::call_service(&app, request.to_request()).await
    }

    async fn get(path: &str, accept: Option<&str>) -> (HeaderMap, Bytes) {
        let answer = call(Method::GET, path, accept).await;
        (answer.headers().clone(), test::read_body(answer).await)
    }

    fn unpacked(body: &[u8]) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
        text
    }

    #[actix_web::test]
    async fn what_comes_out_is_what_went_in() {
        for (path, lines) in [("/long", 200), ("/large", 9000), ("/wrong", 200)] {
            let (headers, body) = get(path, Some("gzip, deflate, br, zstd")).await;
            assert_eq!(headers.get("content-encoding").unwrap(), "gzip", "{path}");
            assert_eq!(headers.get("vary").unwrap(), "accept-encoding", "{path}");
            assert!(headers.get("content-type").unwrap().to_str().unwrap().starts_with("text/html"), "{path}");
            assert!(body.len() < page(lines).len() / 3, "{path}: {}", body.len());
            assert_eq!(unpacked(&body), page(lines), "{path}");
        }
    }

    #[actix_web::test]
    async fn the_length_is_that_of_what_is_sent() {
        use actix_web::body::BodySize;
        let answer = call(Method::GET, "/long", Some("gzip")).await;
        let BodySize::Sized(announced) = answer.response().body().size() else { panic!("a stream") };
        assert_eq!(announced, u64::try_from(test::read_body(answer).await.len()).unwrap());
    }

    #[actix_web::test]
    async fn who_does_not_take_gzip_gets_the_page_as_it_is() {
        for accept in [None, Some(""), Some("identity"), Some("br"), Some("gzip;q=0"), Some("gzip;q=0.000, *;q=0.5")] {
            let (headers, body) = get("/long", accept).await;
            assert!(!headers.contains_key("content-encoding"), "{accept:?}");
            assert_eq!(headers.get("vary").unwrap(), "accept-encoding", "{accept:?}");
            assert_eq!(body, page(200), "{accept:?}");
        }
        // Neither of the two is welcome: better the page than nothing.
        let (_, body) = get("/long", Some("br, identity;q=0")).await;
        assert_eq!(body, page(200));
    }

    #[actix_web::test]
    async fn what_would_not_gain_is_left_alone() {
        for path in ["/short", "/same", "/nothing", "/encoded", "/stream"] {
            let (headers, _) = get(path, Some("gzip")).await;
            let encoding = headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(encoding.as_deref(), (path == "/encoded").then_some("br"), "{path}");
        }
        let head = call(Method::HEAD, "/long", Some("gzip")).await;
        assert!(!head.headers().contains_key("content-encoding"));
        assert_eq!(head.headers().get("vary").unwrap(), "accept-encoding");
    }

    #[actix_web::test]
    async fn text_is_compressed_and_papers_are_not() {
        for (kind, packed) in [
            ("text/plain", true),
            ("application/json", true),
            ("application/problem+json", true),
            ("image/svg+xml", true),
            ("application/pdf", false),
            ("image/png", false),
            ("application/zip", false),
            ("application/octet-stream", false),
        ] {
            let (headers, _) = get(&format!("/kind/{kind}"), Some("gzip")).await;
            assert_eq!(headers.contains_key("content-encoding"), packed, "{kind}");
        }
    }
}
