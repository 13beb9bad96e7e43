//! The form a request brought: for a page that could not save it, to give it back, and for a guard that turns its author
//! away, to keep it.
//!
//! When the database can write nothing there is nowhere to keep a form but the page itself: the error page holds its
//! fields and sends them again, token and one-use key included, so that what did get through the first time is not done
//! twice. A form with a secret is not written into a page.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use actix_web::HttpRequest;

use crate::web::csrf;
use crate::web::secret_fields::is_never_kept;

/// Address and fields of a form as it was posted.
#[derive(Clone, Debug)]
pub(crate) struct Brought {
    /// Where it was posted, with its query.
    pub(crate) path: String,
    /// Its token, good as long as the session is.
    pub(crate) token: String,
    /// Every other field in order, the one-use key included.
    pub(crate) fields: Vec<(String, String)>,
}

/// Where the form of one request lies.
#[derive(Debug, Default)]
struct Desk {
    form: RefCell<Option<Brought>>,
}

tokio::task_local! {
    static DESK: Rc<Desk>;
}

/// Runs `work`, in which a form may be noted and given back.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    DESK.scope(Rc::default(), work).await
}

/// The desk of this request; none outside [`within`] (a test of one extractor), where there is no page to give a form back to.
fn desk() -> Option<Rc<Desk>> {
    DESK.try_with(Rc::clone).ok()
}

/// Notes the form of this request.
pub(crate) fn note(req: &HttpRequest, fields: &[(String, String)]) {
    let path = req.uri().path_and_query().map_or_else(|| req.path().to_owned(), ToString::to_string);
    let (token, fields): (Vec<_>, Vec<_>) = fields.iter().cloned().partition(|(name, _)| name == csrf::TOKEN_FIELD);
    let token = token.into_iter().next().map(|(_, value)| value).unwrap_or_default();
    if let Some(desk) = desk() {
        desk.form.replace(Some(Brought { path, token, fields }));
    }
}

/// The form of this request, if it brought one: whatever is in it.
pub(super) fn look() -> Option<Brought> {
    desk()?.form.borrow().clone()
}

/// The form of this request, if it brought one without secrets.
pub(crate) fn take() -> Option<Brought> {
    let form = desk()?.form.take()?;
    (!form.fields.iter().any(|(name, _)| is_never_kept(name))).then_some(form)
}
