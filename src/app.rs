//! The running portal: what it is made of, every route, the order of the middleware, how it stops.

mod ready;
mod unread;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::{ServerHandle, ServiceRequest};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpMessage, HttpResponse, HttpServer, web};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};

use crate::account;
use crate::api;
use crate::collaborators;
use crate::delivery;
use crate::formulary;
use crate::formulary::index::FormularyIndexes;
use crate::identity::sessions;
use crate::millebook;
use crate::patients;
use crate::prescribing;
use crate::prescriptions::queries::count_deliveries_needing_care;
use crate::prescriptions::{self, service::Pipeline};
use crate::record;
use crate::site::Site;
use crate::validation;
use crate::web::bell::Bell;
use crate::web::care::Care;
use crate::web::headers::HeaderPolicy;
use crate::web::session_store::RowStore;
use crate::web::{address, assets, compress, csrf, deadline, headers, paths};

/// What the bells count.
const BELL: Bell = Bell { doctor: validation::queries::ring_doctor, studio: validation::queries::ring_studio };

/// Everything a worker shares.
#[derive(Clone)]
pub struct Parts {
    /// The site: database, keys, clock.
    pub site: Site,
    /// Prescriptions on their way to SAC.
    pub pipeline: Pipeline,
    /// The formulary's search index.
    pub formulary: FormularyIndexes,
}

/// Every URL of the portal, slice by slice.
fn routes(cfg: &mut web::ServiceConfig) {
    assets::routes(cfg);
    account::routes(cfg);
    collaborators::routes(cfg);
    patients::routes(cfg);
    prescribing::routes(cfg);
    // Before the record: `terapie/aggiungi` would be taken for the id of a therapy.
    formulary::routes(cfg);
    record::routes(cfg);
    prescriptions::routes(cfg);
    validation::routes(cfg);
    delivery::routes(cfg);
    millebook::routes(cfg);
    api::routes(cfg);
    cfg.route(paths::pattern::health(), web::get().to(HttpResponse::NoContent))
        .route(paths::pattern::ready(), web::get().to(ready::ready));
}

/// One line of log per request: the route's pattern, never the address itself, which may hold what somebody typed.
struct PrivateSpan;

impl RootSpanBuilder for PrivateSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| "other".to_owned());
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        tracing::info_span!(
            "request",
            method = %request.method(),
            route,
            request_id = id,
            status = tracing::field::Empty,
        )
    }

    fn on_request_end<B: actix_web::body::MessageBody>(
        span: Span,
        outcome: &Result<actix_web::dev::ServiceResponse<B>, actix_web::Error>,
    ) {
        // Not the error's own words: they may repeat the address. What is ours to repair is logged where it is handled.
        let status = match outcome {
            Ok(answer) => answer.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| tracing::debug!("answered"));
    }
}

fn session_layer(site: &Site) -> SessionMiddleware<RowStore> {
    let length = time::Duration::seconds(sessions::ABSOLUTE.num_seconds());
    SessionMiddleware::builder(RowStore::new(site.clone()), Key::derive_from(&site.keys.derive("cookie")))
        .cookie_name(address::cookie_name(site, "millecloud"))
        .cookie_secure(site.tls)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(length))
        .build()
}

/// A portal that is answering.
pub struct Portal {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Portal {
    /// Stops taking requests, lets those under way finish, then ends.
    pub async fn stop(self) -> std::io::Result<()> {
        self.handle.stop(true).await;
        self.served.await.map_err(std::io::Error::other)?
    }
}

/// Starts answering on `listener` with `workers` threads.
/// Fails when the listener cannot be used.
pub fn start(parts: &Parts, listener: TcpListener, workers: usize) -> std::io::Result<Portal> {
    let address = listener.local_addr()?;
    unread::bound(&listener, unread::LIMIT)?;
    let parts = parts.clone();
    assets::prepare();
    let readiness = web::Data::new(ready::Readiness::default());
    let server = HttpServer::new(move || {
        let policy = HeaderPolicy { tls: parts.site.tls };
        App::new()
            .app_data(web::Data::new(parts.site.clone()))
            .app_data(web::Data::new(parts.pipeline.clone()))
            .app_data(web::Data::new(parts.formulary.clone()))
            .app_data(web::Data::new(policy))
            .app_data(readiness.clone())
            .app_data(web::Data::new(BELL))
            .app_data(web::Data::new(Care(count_deliveries_needing_care)))
            .configure(routes)
            .configure(|cfg| {
                if parts.site.demo {
                    delivery::demo_routes(cfg)
                }
            })
            .wrap(from_fn(csrf::same_origin))
            .wrap(session_layer(&parts.site))
            .wrap(from_fn(compress::compress))
            .wrap(from_fn(deadline::bound_body))
            .wrap(from_fn(headers::dress))
            .wrap(TracingLogger::<PrivateSpan>::new())
    })
    .workers(workers)
    // What is written leaves; nothing waits for an acknowledgement.
    .tcp_nodelay(true)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(30))
    .shutdown_timeout(35)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let served = tokio::spawn(server);
    Ok(Portal { address, handle, served })
}
