//! Static files: embedded in the binary, named by the hash of their content, compressed once at start-up.
//!
//! The style sheet is written as several short files and served as one. Templates ask [`url()`] for an address, so a
//! changed file gets a new one and the old may be cached for a year.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::web::error::AppError;
use kernel::hex::hex;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The parts of the style sheet, in the order in which the rules must come.
const STYLES: [&str; 7] = ["tokens", "base", "shells", "controls", "content", "screens", "print"];

/// What a telephone needs to keep the portal as a program of its own, without which some give no notices.
const MANIFEST: &str = "app.webmanifest";

const FOREVER: &str = "public, max-age=31536000, immutable";

struct Asset {
    url: String,
    content_type: &'static str,
    etag: String,
    plain: Cow<'static, [u8]>,
    gzip: Vec<u8>,
}

struct Table {
    by_name: HashMap<String, Asset>,
    name_by_file: HashMap<String, String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(build);

/// The address of a static file by the name templates know it by: `app.css`, `app.js`, `icons.svg`, `icon.svg`,
/// `mark-light.svg`. A name that does not exist gives an address that answers 404 (a test asks for every one used).
pub fn url(name: &str) -> &'static str {
    TABLE.url(name)
}

/// A script under an address of its own: a worker's must not change with its content, and says how far it reaches.
pub fn worker(name: &str, scope: &'static str) -> HttpResponse {
    let Some(asset) = TABLE.by_name.get(name) else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header(("service-worker-allowed", scope))
        .body(asset.plain.as_ref())
}

/// Builds the table now rather than at the first request.
pub fn prepare() {
    LazyLock::force(&TABLE);
}

/// Mounts the static files.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/static/{file}", web::get().to(serve)).route("/static/{file}", web::head().to(serve));
}

async fn serve(req: HttpRequest, file: web::Path<String>) -> Result<HttpResponse, AppError> {
    let asset =
        TABLE.name_by_file.get(file.as_str()).and_then(|name| TABLE.by_name.get(name)).ok_or(AppError::NotFound)?;
    let mut answer = if header_lists(&req, &header::IF_NONE_MATCH, &asset.etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::CACHE_CONTROL, FOREVER))
        .insert_header((header::ETAG, asset.etag.as_str()))
        .insert_header((header::VARY, "Accept-Encoding"));
    if header_lists(&req, &header::IF_NONE_MATCH, &asset.etag) {
        return Ok(answer.finish());
    }
    answer.content_type(asset.content_type);
    if header_lists(&req, &header::ACCEPT_ENCODING, "gzip") {
        return Ok(answer.insert_header((header::CONTENT_ENCODING, "gzip")).body(asset.gzip.as_slice()));
    }
    Ok(answer.insert_header((header::CONTENT_ENCODING, "identity")).body(asset.plain.as_ref()))
}

/// Whether a comma-separated header names `wanted`; weak ETags count, and `gzip;q=0` does not.
fn header_lists(req: &HttpRequest, name: &header::HeaderName, wanted: &str) -> bool {
    req.headers().get_all(name).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let value = parts.next().unwrap_or_default();
        value.strip_prefix("W/").unwrap_or(value) == wanted
            && !parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn build() -> Table {
    let mut styles = Vec::new();
    for part in STYLES {
        if let Some(file) = Files::get(&format!("css/{part}.css")) {
            styles.extend_from_slice(&file.data);
        }
    }
    let mut table = Table { by_name: HashMap::new(), name_by_file: HashMap::new() };
    table.add("app.css", Cow::Owned(styles));
    for path in Files::iter().filter(|path| !path.starts_with("css/") && path != MANIFEST) {
        if let Some(file) = Files::get(&path) {
            let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
            table.add(&name, file.data);
        }
    }
    if let Some(file) = Files::get(MANIFEST) {
        // It names the icon, whose address is known only now.
        let text = String::from_utf8_lossy(&file.data).replace("/static/ICON", table.url("icon.svg"));
        table.add(MANIFEST, Cow::Owned(text.into_bytes()));
    }
    table
}

impl Table {
    fn url(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("/static/assente", |asset| asset.url.as_str())
    }

    fn add(&mut self, name: &str, plain: Cow<'static, [u8]>) {
        let Some((stem, extension)) = name.rsplit_once('.') else { return };
        let hash: String = hex(&Sha256::digest(&plain)).chars().take(16).collect();
        let file = format!("{stem}.{hash}.{extension}");
        let asset = Asset {
            url: format!("/static/{file}"),
            content_type: content_type(extension),
            etag: format!("\"{hash}\""),
            gzip: gzip(&plain),
            plain,
        };
        self.name_by_file.insert(file, name.to_owned());
        self.by_name.insert(name.to_owned(), asset);
    }
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory has no way to fail; were it to, the client would be told of an empty body by its length.
    encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::{App, test};

    #[actix_web::test]
    async fn a_file_is_cached_for_a_year_and_answers_304_to_its_own_etag() {
        let app = test::init_service(App::new().configure(routes)).await;
        let answer = test::call_service(&app, test::TestRequest::get().uri(url("app.css")).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers().get(header::CACHE_CONTROL).unwrap(), FOREVER);
        assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "text/css; charset=utf-8");
        let etag = answer.headers().get(header::ETAG).unwrap().clone();
        let body = test::read_body(answer).await;
        assert!(body.starts_with(b"/* Design tokens") && body.ends_with(b"}\n"));

        let again = test::TestRequest::get().uri(url("app.css")).insert_header((header::IF_NONE_MATCH, etag));
        assert_eq!(test::call_service(&app, again.to_request()).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[actix_web::test]
    async fn gzip_is_sent_only_to_whom_it_is_fine() {
        let app = test::init_service(App::new().configure(routes)).await;
        for (accept, expected) in [("gzip, br", "gzip"), ("gzip;q=0", "identity"), ("br", "identity")] {
            let req = test::TestRequest::get().uri(url("app.js")).insert_header((header::ACCEPT_ENCODING, accept));
            let answer = test::call_service(&app, req.to_request()).await;
            assert_eq!(answer.headers().get(header::CONTENT_ENCODING).unwrap(), expected, "{accept}");
        }
    }

    #[actix_web::test]
    async fn an_old_hash_and_a_source_path_are_not_found() {
        let app = test::init_service(App::new().configure(routes)).await;
        for uri in ["/static/app.0000000000000000.css", "/static/app.css", "/static/tokens.css"] {
            let answer = test::call_service(&app, test::TestRequest::get().uri(uri).to_request()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{uri}");
        }
    }

    #[::core::prelude::v1::test]
    fn the_first_load_stays_far_below_the_budget() {
        let total: usize =
            ["app.css", "app.js", "icons.svg", "mark-light.svg"].iter().map(|n| TABLE.by_name[*n].gzip.len()).sum();
        assert!(total < 30_000, "{total} bytes compressed");
    }
}
