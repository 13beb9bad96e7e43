//! Errors for programs: problem details (RFC 9457), in Italian because the program shows them to its user.
//!
//! What is not there and what is somebody else's give the same body. The cause of a failure goes to the log, never here.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::DbError;
use crate::web::error::AppError;
use crate::web::reference::Reference;

/// The media type of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";
/// How long to wait when the database is busy.
const BUSY_SECONDS: i64 = 2;

/// What is wrong with one field of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Where: `items/0/pieces`.
    #[schema(example = "items/0/pieces")]
    pub field: String,
    /// Why, for the person who typed it.
    #[schema(example = "Scrivi un numero da 1 a 9")]
    pub message: String,
}

/// A problem as it is sent (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Names the kind of problem, for the program.
    #[serde(rename = "type")]
    #[schema(example = "urn:millecloud:problem:not-found")]
    pub kind: String,
    /// The kind in words.
    #[schema(example = "Non trovato")]
    pub title: String,
    /// The status of the answer.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Field by field, when the content is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldProblem>,
    /// What to tell the help desk, when the fault is ours.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub reference: String,
}

/// Why a program gets no answer of its own.
pub struct Problem(Box<Inner>);

struct Inner {
    status: StatusCode,
    body: ProblemBody,
    retry_after: Option<i64>,
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.body.kind)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.body.kind)
    }
}

impl std::error::Error for Problem {}

impl Problem {
    /// The problem that a status stands for.
    pub fn of_status(status: StatusCode) -> Self {
        let (slug, title, detail) = words(status);
        let reference = if status.is_server_error() { Reference::current().id().to_owned() } else { String::new() };
        let body = ProblemBody {
            kind: format!("urn:millecloud:problem:{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            reference,
        };
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(BUSY_SECONDS);
        Self(Box::new(Inner { status, body, retry_after }))
    }

    /// The problem of an error of the site.
    pub fn of(error: &AppError) -> Self {
        let problem = Self::of_status(error.status());
        match error {
            AppError::Conflict(text) | AppError::Gone(text) | AppError::TooMany(text) => problem.saying(text),
            _ => problem,
        }
    }

    /// The same with what happened here.
    #[must_use]
    pub fn saying(mut self, detail: &str) -> Self {
        detail.clone_into(&mut self.0.body.detail);
        self
    }

    /// No token, or one that opens nothing.
    pub fn unauthorized() -> Self {
        Self::of_status(StatusCode::UNAUTHORIZED)
    }

    /// Known, but not allowed.
    pub fn forbidden(detail: &str) -> Self {
        Self::of_status(StatusCode::FORBIDDEN).saying(detail)
    }

    /// Not there, or somebody else's.
    pub fn not_found() -> Self {
        Self::of_status(StatusCode::NOT_FOUND)
    }

    /// A request that cannot be read.
    pub fn bad_request(detail: &str) -> Self {
        Self::of_status(StatusCode::BAD_REQUEST).saying(detail)
    }

    /// It cannot be done as things stand.
    pub fn conflict(detail: &str) -> Self {
        Self::of_status(StatusCode::CONFLICT).saying(detail)
    }

    /// Readable, but wrong: where and why.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let mut problem = Self::of_status(StatusCode::UNPROCESSABLE_ENTITY);
        problem.0.body.errors = errors;
        problem
    }

    /// Readable, but wrong in one place.
    pub fn invalid_field(field: &str, message: &str) -> Self {
        Self::invalid(vec![FieldProblem { field: field.to_owned(), message: message.to_owned() }])
    }

    /// Too much at once: when to come back.
    pub fn too_many(detail: &str, wait: TimeDelta) -> Self {
        let mut problem = Self::of_status(StatusCode::TOO_MANY_REQUESTS).saying(detail);
        problem.0.retry_after = Some(wait.num_milliseconds().max(0).saturating_add(999) / 1000);
        problem
    }

    /// The answer.
    pub fn respond(&self) -> HttpResponse<BoxBody> {
        let mut answer = HttpResponse::build(self.0.status);
        answer.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)));
        if self.0.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"millecloud\"")));
        }
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.max(1)));
        }
        answer.body(serde_json::to_vec(&self.0.body).unwrap_or_default())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.respond()
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        if let AppError::Internal(cause) = &error {
            tracing::error!(reference = Reference::current().id(), cause = %cause, "request failed");
        }
        Self::of(&error)
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        AppError::from(error).into()
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        AppError::from(error).into()
    }
}

fn words(status: StatusCode) -> (&'static str, &'static str, &'static str) {
    match status.as_u16() {
        401 => (
            "unauthorized",
            "Accesso non valido",
            "Il programma non è collegato, o il collegamento è scaduto: accedi di nuovo.",
        ),
        403 => ("forbidden", "Non consentito", "Il tuo profilo non comprende questa funzione."),
        404 => ("not-found", "Non trovato", "Quello che cerchi non c’è, o non è tuo."),
        405 => ("method-not-allowed", "Comando non previsto", "Questo indirizzo non si può usare così."),
        408 => (
            "too-slow",
            "Richiesta troppo lenta",
            "I dati non sono arrivati in tempo e non è stato salvato nulla: riprova.",
        ),
        409 => ("conflict", "I dati sono cambiati nel frattempo", "Aggiorna, controlla i dati e riprova."),
        410 => ("gone", "Non più disponibile", "Quello che cerchi non c’è più."),
        413 => {
            ("too-large", "Troppi dati in una volta", "Quello che hai inviato supera il limite e non è stato salvato.")
        }
        415 => ("media-type", "Formato non previsto", "Il contenuto deve essere application/json."),
        422 => ("invalid", "Dati da correggere", "Correggi i campi indicati e riprova: non è stato salvato nulla."),
        429 => ("too-many", "Troppe richieste", "Aspetta un poco e riprova."),
        503 => ("busy", "Il servizio è occupato", "Non è stato salvato nulla: riprova fra qualche secondo."),
        400..=499 => ("bad-request", "Richiesta non valida", "La richiesta non è fatta come previsto."),
        _ => (
            "internal",
            "Qualcosa non ha funzionato",
            "L’errore è stato registrato: se si ripete, riferisci il codice all’assistenza.",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    async fn sent(problem: &Problem) -> (HttpResponse, serde_json::Value) {
        let body = actix_web::body::to_bytes(problem.respond().into_body()).await.unwrap();
        (problem.respond(), serde_json::from_slice(&body).unwrap())
    }

    #[actix_web::test]
    async fn a_problem_says_what_its_status_says() {
        for status in [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 429, 500, 503] {
            let (answer, body) = sent(&Problem::of_status(StatusCode::from_u16(status).unwrap())).await;
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(body["status"], status);
            assert_eq!(answer.headers().get("content-type").unwrap(), CONTENT_TYPE);
            assert!(body["type"].as_str().unwrap().starts_with("urn:millecloud:problem:"));
            assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
        }
    }

    #[actix_web::test]
    async fn a_wait_is_rounded_up_to_whole_seconds() {
        for (milliseconds, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (60_000, "60")] {
            let (answer, _) = sent(&Problem::too_many("Aspetta.", TimeDelta::milliseconds(milliseconds))).await;
            assert_eq!(answer.headers().get("retry-after").unwrap(), seconds, "{milliseconds} ms");
        }
    }

    #[actix_web::test]
    async fn a_cause_is_not_told() {
        let (_, body) = sent(&Problem::from(AppError::internal("no such table"))).await;
        assert!(!body.to_string().contains("table"));
        let (answer, _) = sent(&Problem::from(AppError::Busy)).await;
        assert_eq!(answer.headers().get("retry-after").unwrap(), "2");
    }
}
