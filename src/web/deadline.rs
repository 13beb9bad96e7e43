//! Bounds on a request's body: how large, and how long it may take to arrive.
//!
//! The server's own timer covers only the head of the first request of a connection, so without this a client sending
//! one byte a second holds a worker's memory for as long as it likes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{ConnectionType, Method, header};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::Stream;
use tokio::time::{Sleep, sleep};

use crate::web::error::AppError;
use crate::web::paths;

/// The largest form.
pub const FORM_LIMIT: usize = 64 * 1024;

/// How long a body may take.
pub const BODY_TIME: Duration = Duration::from_secs(15);

/// The middleware: bodies over [`FORM_LIMIT`] or slower than [`BODY_TIME`] are cut off, and a body where none belongs is
/// refused.
///
/// # Errors
/// [`AppError::TooLarge`] at once when the announced length is over the limit; [`AppError::BadRequest`] for a body of a
/// GET of a page.
pub async fn bound_body<B: MessageBody>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let announced =
        req.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > FORM_LIMIT) {
        return Err(AppError::TooLarge.into());
    }
    // No browser sends a body where nothing is changed, and no handler reads one: it would be waited for without bounds. A
    // program is told first whether what it asks for is served at all; its connection ends there.
    let chunked = req.headers().contains_key(header::TRANSFER_ENCODING);
    let reads = matches!(*req.method(), Method::GET | Method::HEAD);
    if reads && (chunked || announced.is_some_and(|length| length > 0)) {
        if !paths::api::is_api(req.path()) {
            return Err(AppError::BadRequest.into());
        }
        let mut answer = next.call(req).await?;
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        return Ok(answer);
    }
    // Methods nobody serves are bounded like a form until they are told so.
    if !matches!(announced, Some(0)) && !reads {
        let bounded = BoundedBody::new(req.take_payload(), FORM_LIMIT, BODY_TIME);
        req.set_payload(Payload::Stream { payload: Box::pin(bounded) });
    }
    next.call(req).await
}

/// A body that ends in an error when it is too large or too slow.
struct BoundedBody {
    inner: Payload,
    left: usize,
    deadline: Pin<Box<Sleep>>,
}

impl BoundedBody {
    fn new(inner: Payload, limit: usize, time: Duration) -> Self {
        Self { inner, left: limit, deadline: Box::pin(sleep(time)) }
    }
}

impl Stream for BoundedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.inner).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.left = match self.left.checked_sub(chunk.len()) {
                    Some(left) => left,
                    None => return Poll::Ready(Some(Err(PayloadError::Overflow))),
                };
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Pending => match self.deadline.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())))),
                Poll::Pending => Poll::Pending,
            },
            other => other,
        }
    }
}

/// What a failed read of the body means, for extractors that read it themselves.
pub fn body_error(error: &PayloadError) -> AppError {
    match error {
        PayloadError::Overflow => AppError::TooLarge,
        PayloadError::Io(cause) if cause.kind() == std::io::ErrorKind::TimedOut => AppError::TooSlow,
        _ => AppError::BadRequest,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::{App, test, web};
    use futures_util::{StreamExt, stream};

    fn payload(chunks: Vec<&'static [u8]>, then_silence: bool) -> Payload {
        let given = stream::iter(chunks.into_iter().map(|chunk| Ok(Bytes::from_static(chunk))));
        let payload: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
            if then_silence { Box::pin(given.chain(stream::pending())) } else { Box::pin(given) };
        Payload::Stream { payload }
    }

    async fn read(mut body: BoundedBody) -> Result<usize, AppError> {
        let mut length = 0;
        while let Some(chunk) = body.next().await {
            length += chunk.map_err(|error| body_error(&error))?.len();
        }
        Ok(length)
    }

    #[actix_web::test]
    async fn a_body_within_the_bounds_arrives_whole() {
        let body = BoundedBody::new(payload(vec![b"12345", b"67890"], false), 10, BODY_TIME);
        assert_eq!(read(body).await.unwrap(), 10);
    }

    #[actix_web::test]
    async fn one_byte_too_many_and_a_pause_too_long_end_it() {
        let large = BoundedBody::new(payload(vec![b"12345", b"678901"], false), 10, BODY_TIME);
        assert!(matches!(read(large).await, Err(AppError::TooLarge)));
        let slow = BoundedBody::new(payload(vec![b"1"], true), 10, Duration::from_millis(20));
        assert!(matches!(read(slow).await, Err(AppError::TooSlow)));
    }

    #[actix_web::test]
    async fn an_announced_excess_is_refused_before_it_is_read() {
        let echo = web::post().to(|body: Bytes| async move { body.len().to_string() });
        let app = test::init_service(App::new().route("/", echo).wrap(from_fn(bound_body))).await;
        let post = |length: usize| test::TestRequest::post().set_payload(vec![b'x'; length]).to_request();
        let fits = test::call_service(&app, post(FORM_LIMIT)).await;
        assert_eq!(test::read_body(fits).await, FORM_LIMIT.to_string());
        let refused = test::try_call_service(&app, post(FORM_LIMIT + 1)).await.unwrap_err();
        assert_eq!(refused.as_response_error().status_code(), StatusCode::PAYLOAD_TOO_LARGE);
        let get = |name: &'static str, value: &'static str| {
            test::TestRequest::get().insert_header((name, value)).to_request()
        };
        for (name, value) in [("content-length", "5"), ("transfer-encoding", "chunked")] {
            let refused = test::try_call_service(&app, get(name, value)).await.unwrap_err();
            assert_eq!(refused.as_response_error().status_code(), StatusCode::BAD_REQUEST, "{name}");
        }
        // It gets as far as the route, of which there is none.
        assert_eq!(test::call_service(&app, get("content-length", "0")).await.status(), StatusCode::NOT_FOUND);
    }
}
