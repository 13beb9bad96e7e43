//! Turning a page struct into an answer.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::web::error::AppError;

/// A page to render: `Page::ok(page)` or, when a form comes back with errors, `Page::invalid(page)`.
///
/// It never says how long it may be kept: [`crate::web::headers`] marks everything but static files `no-store`.
#[derive(Debug)]
pub struct Page<T> {
    status: StatusCode,
    template: T,
}

impl<T: Template> Page<T> {
    /// The page as asked for.
    pub const fn ok(template: T) -> Self {
        Self { status: StatusCode::OK, template }
    }

    /// The form again, with what was typed and what is wrong (422).
    pub const fn invalid(template: T) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, template }
    }

    /// The page with another status.
    pub const fn with_status(status: StatusCode, template: T) -> Self {
        Self { status, template }
    }

    /// Renders now.
    /// Fails with [`AppError::Internal`] when the template fails.
    pub fn render(&self) -> Result<HttpResponse, AppError> {
        let html = self.template.render().map_err(AppError::internal)?;
        Ok(html_response(self.status, html))
    }
}

impl<T: Template> Responder for Page<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.render().unwrap_or_else(HttpResponse::from_error)
    }
}

/// An HTML answer of ours.
pub(crate) fn html_response(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).content_type(HeaderValue::from_static("text/html; charset=utf-8")).body(html)
}

/// POST then redirect (303): the reload button repeats the page, not the act.
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

/// Tells the script of a live search which address shows what it now shows, when the search itself is posted.
pub const ADDRESS_HEADER: header::HeaderName = header::HeaderName::from_static("x-indirizzo");

/// Whether the script asks for the content of one box only (live search).
pub fn wants_fragment(req: &HttpRequest, id: &str) -> bool {
    req.headers().get("X-Frammento").is_some_and(|value| value.as_bytes() == id.as_bytes())
}
