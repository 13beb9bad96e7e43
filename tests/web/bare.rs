//! What every portal answers, whoever asks.

use crate::support::TestApp;

#[actix_web::test]
async fn health_and_readiness_tell_nothing_else() {
    let app = TestApp::start().await;
    for path in ["/health", "/ready"] {
        let page = app.anonymous().get(path).await;
        assert_eq!((page.status, page.body.as_str()), (204, ""), "{path}");
    }
}

#[actix_web::test]
async fn an_unknown_address_is_a_page() {
    let app = TestApp::start().await;
    app.anonymous().get("/millelight/nulla").await.assert_status(404).assert_text("Pagina non trovata");
}

/// What runs beside the portal has fallen: no supervisor may take it for well.
#[actix_web::test]
async fn a_background_task_that_is_down_is_not_ready() {
    let app = TestApp::start().await;
    app.site.vitals.fell("outbox");
    assert_eq!(app.anonymous().get("/ready").await.status, 503);
    assert_eq!(app.anonymous().get("/health").await.status, 204, "alive it is");
    app.site.vitals.stands("outbox");
    assert_eq!(app.anonymous().get("/ready").await.status, 204);
}

/// The server bounds the first head of a connection only: a stranger has no second one.
#[actix_web::test]
async fn strangers_get_one_request_a_connection_and_whoever_is_known_many() {
    let app = TestApp::start().await;
    app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let closes = |page: &crate::support::page::Page| page.header("connection").as_deref() == Some("close");
    for path in ["/health", "/millelight/accedi", "/millelight/pazienti", "/millelight/nulla"] {
        assert!(closes(&app.anonymous().get_raw(path).await), "{path}");
    }
    let doctor = app.login("borghetto").await;
    assert!(!closes(&doctor.get("/millelight/pazienti").await));
}

/// Says it over a socket of its own, and answers what comes back until the connection is closed.
fn over_a_socket(address: &str, said: &[u8]) -> String {
    use std::io::{Read as _, Write as _};
    let mut socket = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    // A server that has said no already may close before everything was written.
    let _broken = socket.write_all(said);
    let mut heard = Vec::new();
    let _reset = socket.read_to_end(&mut heard);
    String::from_utf8_lossy(&heard).into_owned()
}

#[actix_web::test]
async fn a_get_with_a_body_is_refused_and_its_connection_closed() {
    let app = TestApp::start().await;
    for (path, head) in [("/millelight/accedi", "content-length: 100000"), ("/api/v1/me", "transfer-encoding: chunked")]
    {
        let (address, said) =
            (app.address.clone(), format!("GET {path} HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n5\r\nabc"));
        let heard = tokio::task::spawn_blocking(move || over_a_socket(&address, said.as_bytes())).await.unwrap();
        assert!(heard.starts_with("HTTP/1.1 4"), "{head}: {heard}");
    }
}
