//! The simulator's HTTP service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, LOCATION, WWW_AUTHENTICATE};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::stream;

use super::answers::Reply;
use super::control;
use super::door::Door;
use super::engine::{Engine, Request};
use super::faults::Fault;
use sac::xml::MAX_BYTES;

/// Seconds a call under way may take when the simulator is stopped.
const SHUTDOWN_SECONDS: u64 = 1;

/// Binds the service; the returned server runs once it is awaited or spawned.
/// Fails when the address cannot be bound.
pub fn bind(engine: Arc<Engine>, address: SocketAddr) -> std::io::Result<(Server, ServerHandle, SocketAddr)> {
    let engine = web::Data::from(engine);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(engine.clone())
            .app_data(web::PayloadConfig::new(MAX_BYTES))
            .route("/certificato.pem", web::get().to(certificate))
            .configure(control::routes)
            .configure(soap_routes)
    })
    .workers(2)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .bind(address)?;
    let bound = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("no address was bound"))?;
    let server = server.run();
    let handle = server.handle();
    Ok((server, handle, bound))
}

async fn certificate(engine: web::Data<Engine>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/x-pem-file").body(engine.certificate_pem().to_owned())
}

fn soap_routes(cfg: &mut web::ServiceConfig) {
    for door in Door::ALL {
        let Some(service) = door.services().first() else { continue };
        let handler = move |request: HttpRequest, body: web::Bytes, engine: web::Data<Engine>| {
            answer(door, request_of(&request, &body), engine.into_inner())
        };
        cfg.route(service.path(), web::post().to(handler));
    }
}

fn request_of(request: &HttpRequest, body: &web::Bytes) -> Request {
    let header =
        |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Request {
        authorization: header(actix_web::http::header::AUTHORIZATION),
        session: header(HeaderName::from_static("authorization2f")),
        soap_action: header(HeaderName::from_static("soapaction")),
        content_type: header(CONTENT_TYPE),
        body: body.to_vec(),
    }
}

/// Works in a task of its own: a client that gives up must not undo what was being registered.
async fn answer(door: Door, request: Request, engine: Arc<Engine>) -> HttpResponse {
    let fault = engine.begin(door);
    let drawn = fault.clone();
    let work = tokio::spawn(async move {
        if let Some(Fault::LateAccept { millis }) = drawn {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        let (delay, fault) = (drawn.clone(), drawn);
        let reply = tokio::task::spawn_blocking(move || engine.answer(door, &request, fault.as_ref())).await;
        if let Some(Fault::Delay { millis }) = delay {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        reply
    });
    match work.await {
        Ok(Ok(_)) if fault == Some(Fault::AcceptThenDrop) => dropped(),
        Ok(Ok(reply)) => response(reply),
        _ => response(Reply::page(500)),
    }
}

/// A body that fails at its first byte: the connection is closed before anything is written.
fn dropped() -> HttpResponse {
    let failure = std::io::Error::other("connection dropped on purpose");
    HttpResponse::Ok().streaming(stream::once(async { Err::<web::Bytes, _>(failure) }))
}

fn response(reply: Reply) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(reply.status);
    let mut builder = HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR));
    builder.insert_header((CONTENT_TYPE, reply.content_type));
    if let Some(challenge) = reply.challenge {
        builder.insert_header((WWW_AUTHENTICATE, challenge));
    }
    if let Some(location) = reply.location {
        builder.insert_header((LOCATION, location));
    }
    builder.body(reply.body)
}
