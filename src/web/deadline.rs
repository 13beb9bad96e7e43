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
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};
use futures_util::Stream;
use tokio::time::{Sleep, sleep};

use crate::web::error::AppError;

/// The largest form.
pub const FORM_LIMIT: usize = 64 * 1024;

/// How long a body may take.
pub const BODY_TIME: Duration = Duration::from_secs(15);

/// The middleware: bodies over [`FORM_LIMIT`] or slower than [`BODY_TIME`] are cut off.
///
/// # Errors
/// [`AppError::TooLarge`] at once when the announced length is over the limit.
pub async fn bound_body<B: MessageBody>(mut req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let announced =
        req.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > FORM_LIMIT) {
        return Err(AppError::TooLarge.into());
    }
    if !matches!(announced, Some(0)) && !req.method().is_safe() {
        let inner = req.take_payload();
        let bounded = BoundedBody { inner, left: FORM_LIMIT, deadline: Box::pin(sleep(BODY_TIME)) };
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
#[must_use]
pub fn body_error(error: &PayloadError) -> AppError {
    match error {
        PayloadError::Overflow => AppError::TooLarge,
        PayloadError::Io(cause) if cause.kind() == std::io::ErrorKind::TimedOut => AppError::TooSlow,
        _ => AppError::BadRequest,
    }
}
