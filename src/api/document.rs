//! The OpenAPI document, derived from the handlers and from the types they answer with.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::header::Header;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};

use super::handlers;
use crate::web::problem::{CONTENT_TYPE, FieldProblem, ProblemBody};

/// The whole document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Millecloud",
        version = "1",
        description = "What a program of the studio can ask of the cloud. Texts of errors are in Italian, for its user."
    ),
    servers((url = "/", description = "This portal")),
    paths(
        handlers::token::create,
        handlers::token::destroy,
        handlers::me::show,
        handlers::me::doctors,
        handlers::patients::search,
        handlers::patients::show,
        handlers::formulary::search,
        handlers::prescriptions::create,
        handlers::prescriptions::counters,
        handlers::prescriptions::index,
        handlers::prescriptions::show,
        handlers::prescriptions::promemoria,
        handlers::deliveries::create,
        handlers::deliveries::index,
        handlers::downloads::create,
        handlers::downloads::acknowledge,
    ),
    components(schemas(ProblemBody, FieldProblem)),
    tags(
        (name = "access", description = "Tokens, and whom they stand for"),
        (name = "archive", description = "Patients and formulary"),
        (name = "prescriptions", description = "Prepared, followed, downloaded, given to the patient"),
    ),
    modifiers(&Bearer)
)]
pub struct Document;

/// Every operation wants a token, but the one that gives it.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "What POST /api/v1/token gave, once. Each operation names the scope it wants, if it wants one.",
            ))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

fn problem(status: u16) -> RefOr<Response> {
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new().description(title).content(CONTENT_TYPE, content);
    let header = |text: &str| {
        let mut header = Header::default();
        header.description = Some(text.to_owned());
        header
    };
    if matches!(status, 429 | 503) {
        response = response.header("Retry-After", header("Seconds to wait"));
    }
    if status == 401 {
        response = response.header("WWW-Authenticate", header("Bearer"));
    }
    RefOr::T(response.build())
}

fn problems(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    statuses.iter().map(|status| (status.to_string(), problem(*status))).collect()
}

macro_rules! answers {
    ($( $(#[$doc:meta])* $name:ident = $statuses:expr; )*) => {
        $(
            $(#[$doc])*
            pub struct $name;
            impl IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Response>> {
                    problems($statuses)
                }
            }
        )*
    };
}

answers! {
    /// Why somebody gets no token.
    NoToken = &[400, 401, 403, 408, 413, 415, 422, 429, 500, 503];
    /// Why a program that asks about its own user gets nothing.
    Refused = &[401, 403, 429, 500, 503];
    /// Why a program that asks about an archive gets nothing.
    NotGiven = &[400, 401, 403, 404, 422, 429, 500, 503];
    /// Why there is no paper.
    NotPrinted = &[401, 403, 404, 409, 429, 500, 503];
    /// Why something posted is not done.
    NotWritten = &[400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 500, 503];
    /// Why a question that is posted gets nothing.
    NotAnswered = &[400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503];
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::paths::api::pattern;

    #[test]
    fn it_describes_every_address_and_no_other() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let described: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let known: BTreeSet<&str> =
            pattern::ALL.iter().copied().filter(|pattern| *pattern != pattern::document()).collect();
        assert_eq!(described, known);
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_what_it_asks() {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} stands twice");
                assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
                let open = name == "createToken";
                assert_eq!(operation.get("security").is_none(), open, "{method} {path}: security");
                let answers = operation["responses"].as_object().unwrap();
                assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}: no success");
                for status in ["401", "429", "500", "503"] {
                    assert!(answers.contains_key(status), "{method} {path}: {status}");
                }
            }
        }
        assert!(names.len() > 5);
    }
}
