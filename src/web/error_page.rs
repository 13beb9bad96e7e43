//! The page of an error, or the problem in JSON when a program asks; and the page for the bare errors of the framework.

mod words;

use std::future::Future;

use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;
use chrono::TimeDelta;

use self::words::{ENDED, UNAVAILABLE, UNAVAILABLE_KEPT, foreign_text, slowed_text, words};
use crate::web::desk::{self, Brought};
use crate::web::error::AppError;
use crate::web::page::html_response;
use crate::web::paths;
use crate::web::problem::{self, Problem};
use crate::web::reference::{self, Reference};
use crate::web::shell::{Product, Shell};

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let reference = Reference::current();
        if let Self::Internal(cause) = self {
            tracing::error!(reference = %reference.id, cause = %cause, "request failed");
        }
        if let Self::Unavailable(reason) = self {
            tracing::warn!(reference = %reference.id, reason, "the database cannot be used");
        }
        if reference.program {
            return Problem::of(self).respond();
        }
        let mut page = ErrorPage::new(self.status_code(), reference);
        match self {
            Self::Conflict(text) | Self::Gone(text) | Self::TooMany(text) => page.text.clone_from(text),
            Self::ForeignOrigin { host, expected } => page.text = foreign_text(host, expected),
            Self::SessionExpired { next: Some(next), .. } => page.action_href = paths::login_then(next),
            Self::SessionExpired { kept: false, .. } => ENDED.clone_into(&mut page.text),
            Self::Busy => page.give_back(desk::take()),
            Self::Slowed(wait) => {
                page.title = "Un momento";
                page.text = slowed_text(seconds(*wait));
                page.give_back(desk::take());
            }
            Self::Unavailable(_) => {
                page.title = "Archivio non disponibile";
                page.give_back(desk::take());
                let words = if page.again.is_some() { UNAVAILABLE_KEPT } else { UNAVAILABLE };
                words.clone_into(&mut page.text);
            }
            _ => {}
        }
        let mut answer = page.respond();
        let pause = match self {
            Self::Busy => Some(2),
            Self::Unavailable(_) => Some(10),
            Self::Slowed(wait) => Some(seconds(*wait)),
            _ => None,
        };
        if let Some(seconds) = pause {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }
}

/// Whole seconds, at least one.
fn seconds(wait: TimeDelta) -> u64 {
    u64::try_from(wait.num_milliseconds()).unwrap_or(0).div_ceil(1_000).max(1)
}

/// Runs `work` so that errors rendered inside know their reference, and the form that was posted.
pub(crate) async fn within<T>(reference: Reference, work: impl Future<Output = T>) -> T {
    reference::within(reference, desk::within(work)).await
}

/// Gives a bare error (the framework's 404, 405, 413...) the page it lacks; an answer with a body of its own stays.
pub(crate) fn with_page(answer: ServiceResponse) -> ServiceResponse {
    if !is_bare(answer.response()) {
        return answer;
    }
    let (req, response) = answer.into_parts();
    ServiceResponse::new(req, response_with_page(response))
}

/// The same for a response alone.
pub(crate) fn response_with_page(response: HttpResponse) -> HttpResponse {
    if !is_bare(&response) {
        return response;
    }
    let reference = Reference::current();
    let (page, kind) = if reference.program {
        (Problem::of_status(response.status()).respond(), problem::CONTENT_TYPE)
    } else {
        (ErrorPage::new(response.status(), reference).respond(), "text/html; charset=utf-8")
    };
    let (mut head, _) = response.into_parts();
    // The short text that is replaced may have been compressed already; the page is not.
    head.headers_mut().remove(header::CONTENT_ENCODING);
    head.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    head.set_body(page.into_body())
}

/// An error without a page: no body at all, or the one-line text the framework makes from its own errors.
fn is_bare(response: &HttpResponse) -> bool {
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let ours = |value: &HeaderValue| {
        value.as_bytes().starts_with(b"text/html") || value.as_bytes().starts_with(problem::CONTENT_TYPE.as_bytes())
    };
    let dressed = response.headers().get(header::CONTENT_TYPE).is_some_and(ours);
    failed
        && !dressed
        && (response.error().is_some() || matches!(response.body().size(), BodySize::None | BodySize::Sized(0)))
}

/// The one error page.
#[derive(Debug, Template)]
#[template(path = "errors/error.html")]
pub struct ErrorPage {
    shell: Shell,
    status: StatusCode,
    icon: &'static str,
    title: &'static str,
    text: String,
    reference: String,
    action_label: &'static str,
    action_href: String,
    /// The form that could not be saved, to be sent again.
    again: Option<Brought>,
}

impl ErrorPage {
    fn new(status: StatusCode, reference: Reference) -> Self {
        let (icon, title, text) = words(status);
        let (action_label, action_href) = match (status, reference.product) {
            (StatusCode::UNAUTHORIZED, Product::Book) => ("Accedi di nuovo", paths::millebook_login()),
            (StatusCode::UNAUTHORIZED, _) => ("Accedi di nuovo", paths::login()),
            (_, Product::Book) => ("Le tue ricette", paths::millebook()),
            _ => ("Cerca paziente", paths::patients()),
        };
        Self {
            shell: Shell::default().with_demo(reference.demo).with_product(reference.product),
            status,
            icon,
            title,
            text: text.to_owned(),
            reference: if status.is_server_error() { reference.id } else { String::new() },
            action_label,
            action_href,
            again: None,
        }
    }

    /// Holds the form that could not be saved.
    fn give_back(&mut self, form: Option<Brought>) {
        if let Some(form) = &form {
            self.shell.csrf.clone_from(&form.token);
        }
        self.again = form;
    }

    fn respond(&self) -> HttpResponse {
        let html = self.render().unwrap_or_else(|_| self.title.to_owned());
        html_response(self.status, html)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::web::html_check;

    async fn body(error: &AppError) -> String {
        let answer = error.error_response();
        assert_eq!(answer.status(), error.status_code());
        String::from_utf8(actix_web::body::to_bytes(answer.into_body()).await.unwrap().to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn every_error_has_a_sound_page() {
        let all = [
            AppError::NotFound,
            AppError::Forbidden,
            AppError::ForeignOrigin { host: "127.0.0.1:8080".to_owned(), expected: "https://x.example".to_owned() },
            AppError::SessionExpired { next: None, kept: false },
            AppError::BadRequest,
            AppError::TooLarge,
            AppError::TooSlow,
            AppError::Conflict("La ricetta è già stata inviata da un altro dispositivo.".to_owned()),
            AppError::Gone("Il collegamento è già stato usato.".to_owned()),
            AppError::TooMany("Riprova dopo le 17.40.".to_owned()),
            AppError::Slowed(TimeDelta::milliseconds(1_200)),
            AppError::Busy,
            AppError::Unavailable("disk full"),
            AppError::internal("no such table"),
        ];
        for error in &all {
            let html = body(error).await;
            html_check::assert_sound(&html);
            assert!(!html.contains("no such table"));
        }
    }

    #[actix_web::test]
    async fn an_expired_session_leads_back_to_own_pages_only() {
        let own = AppError::SessionExpired { next: Some("/millelight/pazienti/7?problema=4".to_owned()), kept: false };
        assert!(body(&own).await.contains("/millelight/accedi?next=/millelight/pazienti/7%3Fproblema%3D4"));
        let foreign = AppError::SessionExpired { next: Some("//example.org".to_owned()), kept: false };
        assert!(!body(&foreign).await.contains("example.org"));
    }

    #[actix_web::test]
    async fn the_page_names_the_request_and_says_when_data_are_invented() {
        let reference = Reference { id: "7F3A-19C2".to_owned(), demo: true, program: false, product: Product::Light };
        let html = within(reference, async { body(&AppError::internal("no such table")).await }).await;
        assert!(html.contains("7F3A-19C2") && html.contains("Dimostrazione"));
        assert!(!body(&AppError::internal("no such table")).await.contains("Dimostrazione"));
    }

    #[actix_web::test]
    async fn busy_says_when_to_come_back() {
        let wait = |error: AppError| error.error_response().headers().get(header::RETRY_AFTER).cloned().unwrap();
        assert_eq!(wait(AppError::Busy), "2");
        assert_eq!(wait(AppError::Slowed(TimeDelta::milliseconds(1_200))), "2");
        assert_eq!(wait(AppError::Slowed(TimeDelta::zero())), "1");
    }
}
