//! What an error knows of the request it answers: its short name, whose face the page has, who asks.

use std::future::Future;

use actix_web::dev::ServiceRequest;
use actix_web::{HttpMessage as _, web};
use tracing_actix_web::RequestId;

use crate::site::Site;
use crate::web::paths;
use crate::web::shell::Product;

/// What the error page shows of the request it answers.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    /// Its short name, the same in the log and on the page.
    pub(super) id: String,
    /// The data are invented, and every page says so.
    pub(super) demo: bool,
    /// A program asks: it gets a problem in JSON instead of a page.
    pub(super) program: bool,
    /// Whose face the page has.
    pub(super) product: Product,
}

tokio::task_local! {
    static CURRENT: Reference;
}

impl Reference {
    /// The first eight digits of the request id, in two groups; none when requests are not traced.
    pub(crate) fn of(req: &ServiceRequest) -> Self {
        let id = req.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let digits: Vec<char> = id.chars().filter(char::is_ascii_hexdigit).take(8).collect();
        let groups: Vec<String> =
            digits.chunks(4).map(|group| group.iter().collect::<String>().to_uppercase()).collect();
        let demo = req.app_data::<web::Data<Site>>().is_some_and(|site| site.demo);
        let path = req.path();
        Self { id: groups.join("-"), demo, program: paths::api::is_api(path), product: Product::of_path(path) }
    }

    /// The request's short name, empty outside a request.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }
}

/// Runs `work` so that errors rendered inside know their reference.
pub(super) async fn within<T>(reference: Reference, work: impl Future<Output = T>) -> T {
    CURRENT.scope(reference, work).await
}
