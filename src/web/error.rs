//! Which error belongs where.
//!
//! - Something wrong in a form is not an error: the handler renders the form again with its [`crate::web::forms::FormState`].
//! - A refusal of the domain (the service says no, already annulled) is an enum of its slice, shown where the user is.
//! - Everything else is an [`AppError`]: one page (`error_page`), with a reference the doctor can read out on the phone. The
//!   cause goes to the log once, there, and never to the page.

use std::error::Error as StdError;

use actix_web::http::StatusCode;
use chrono::TimeDelta;

use crate::db::DbError;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not there, or somebody else's: the two look the same from outside.
    #[error("not found")]
    NotFound,
    /// Signed in, but not allowed; or a form without its token.
    #[error("forbidden")]
    Forbidden,
    /// A form that came from another address than the portal's own.
    #[error("foreign origin")]
    ForeignOrigin {
        /// The host the request named.
        host: String,
        /// The address the portal is known by.
        expected: String,
    },
    /// The session ended; `next` is where to come back to (checked by [`crate::web::paths::safe_next`]).
    #[error("session expired")]
    SessionExpired {
        /// Address asked for.
        next: Option<String>,
        /// What was typed is kept until the next login.
        kept: bool,
    },
    /// The request makes no sense (a form that no page of ours sends).
    #[error("bad request")]
    BadRequest,
    /// More than a form may hold.
    #[error("request too large")]
    TooLarge,
    /// The body did not arrive in time.
    #[error("request too slow")]
    TooSlow,
    /// Somebody was faster; the text says what happened and what to do.
    #[error("conflict")]
    Conflict(String),
    /// It was here and is no longer; the text says why.
    #[error("gone")]
    Gone(String),
    /// Too many tries; the text says until when.
    #[error("too many requests")]
    TooMany(String),
    /// More was looked at than anybody reads: the next after this time.
    #[error("slowed")]
    Slowed(TimeDelta),
    /// The database is busy: try again in a moment.
    #[error("busy")]
    Busy,
    /// The database answers nobody or can write nothing: its disk is full, it restarts. The word is for the log.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// Ours to repair.
    #[error("internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl AppError {
    /// Wraps a cause that the user must not see.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::ForeignOrigin { .. } => StatusCode::FORBIDDEN,
            Self::SessionExpired { .. } => StatusCode::UNAUTHORIZED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Gone(_) => StatusCode::GONE,
            Self::TooMany(_) | Self::Slowed(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::Busy,
            DbError::Unavailable(reason) => Self::Unavailable(reason),
            other => Self::internal(other),
        }
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<crate::web::flash::FlashError> for AppError {
    fn from(error: crate::web::flash::FlashError) -> Self {
        Self::internal(error)
    }
}
