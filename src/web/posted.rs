//! The form a request brought, so that a page that could not save it can give it back.
//!
//! When the database can write nothing there is nowhere to keep a form but the page itself: the error page holds its
//! fields and sends them again, token and one-use key included, so that what did get through the first time is not done
//! twice. A form with a secret is not written into a page.

use std::cell::RefCell;
use std::future::Future;

use actix_web::HttpRequest;

use crate::web::{csrf, keep};

/// Address and fields of a form as it was posted.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Where it was posted, with its query.
    pub(crate) path: String,
    /// Its token, good as long as the session is.
    pub(crate) token: String,
    /// Every other field in order, the one-use key included.
    pub(crate) fields: Vec<(String, String)>,
}

tokio::task_local! {
    static POSTED: RefCell<Option<Posted>>;
}

/// Runs `work`, in which a form may be noted and given back.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    POSTED.scope(RefCell::default(), work).await
}

/// Notes the form of this request.
pub(crate) fn note(req: &HttpRequest, fields: &[(String, String)]) {
    if fields.iter().any(|(name, _)| keep::is_secret(name)) {
        return;
    }
    let path = req.uri().path_and_query().map_or_else(|| req.path().to_owned(), ToString::to_string);
    let (token, fields): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|(name, _)| name == csrf::TOKEN_FIELD);
    let token = token.into_iter().next().map(|(_, value)| value).unwrap_or_default();
    let posted = Posted { path, token, fields };
    // Outside `within` (a test of one extractor) there is no page to give it back to.
    let _outside = POSTED.try_with(|cell| cell.replace(Some(posted)));
}

/// The form of this request, if it brought one without secrets.
pub(crate) fn take() -> Option<Posted> {
    POSTED.try_with(RefCell::take).ok().flatten()
}
