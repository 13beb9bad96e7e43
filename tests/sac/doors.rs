//! What happens before a byte is written, the control endpoint over HTTP, and hostile peers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use ::sac::{NotProcessed, SendOutcome, SenderCredentials, Timeouts};
use sac_simulator::fixtures::{DEMO_DOCTOR, TEST_HOLDER};
use serde_json::{Value, json};

use crate::support::{client, drug, scene};

const QUICK: Timeouts = Timeouts { connect: Duration::from_millis(300), total: Duration::from_millis(900) };

fn certificate() -> String {
    let folder = tempfile::tempdir().unwrap();
    let engine = sac_simulator::Engine::open(folder.path(), 0, Default::default()).unwrap();
    engine.certificate_pem().to_owned()
}

fn somebody() -> SenderCredentials {
    SenderCredentials { username: "u".into(), password: "p".into(), pin: "1".into(), session_id: Some("s".into()) }
}

async fn outcome(url: &str) -> SendOutcome {
    client(url, &certificate(), QUICK).send(&somebody(), &drug("1300A0000000100")).await
}

fn is_unreachable(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::NotProcessed(NotProcessed::Unreachable(_)))
}

#[tokio::test]
async fn a_closed_port_is_not_processed() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outcome = outcome(&format!("http://127.0.0.1:{port}")).await;
    assert!(is_unreachable(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_not_processed() {
    let outcome = outcome("https://sac.invalid").await;
    assert!(is_unreachable(&outcome), "{outcome:?}");
}

/// A peer that accepts one connection and does as told with it; gives back what it read.
fn peer(
    behaviour: impl FnOnce(&mut std::net::TcpStream) -> Vec<u8> + Send + 'static,
) -> (u16, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        behaviour(&mut stream)
    });
    (port, thread)
}

/// Waits for a peer without holding the runtime, which has a connection to close.
async fn joined(thread: std::thread::JoinHandle<Vec<u8>>) -> Vec<u8> {
    tokio::task::spawn_blocking(|| thread.join().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_peer_without_tls_is_not_processed_and_sees_no_request() {
    let (port, thread) = peer(|stream| {
        let mut seen = vec![0; 4096];
        let count = stream.read(&mut seen).unwrap_or(0);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        seen.truncate(count);
        seen
    });
    let outcome = outcome(&format!("https://127.0.0.1:{port}")).await;
    assert!(is_unreachable(&outcome), "{outcome:?}");
    let seen = joined(thread).await;
    assert!(!String::from_utf8_lossy(&seen).contains("POST"), "only a TLS hello was written");
}

#[tokio::test]
async fn a_peer_that_never_finishes_tls_is_not_processed() {
    let (port, thread) = peer(|stream| {
        let mut seen = Vec::new();
        let _ = stream.read_to_end(&mut seen);
        seen
    });
    let started = Instant::now();
    let outcome = outcome(&format!("https://127.0.0.1:{port}")).await;
    assert!(is_unreachable(&outcome), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_millis(800), "the connection has its own limit");
    joined(thread).await;
}

#[tokio::test]
async fn a_peer_that_reads_and_says_nothing_is_uncertain() {
    let (port, thread) = peer(|stream| {
        let mut seen = Vec::new();
        let _ = stream.read_to_end(&mut seen);
        seen
    });
    let outcome = outcome(&format!("http://127.0.0.1:{port}")).await;
    assert!(matches!(outcome, SendOutcome::Uncertain(_)), "{outcome:?}");
    let request = String::from_utf8(joined(thread).await).unwrap();
    let head = request.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(head.starts_with("post /demricettaprescrittoservicesweb/services/deminvioprescritto http/1.1"), "{head}");
    assert!(head.contains("authorization: basic dtpw"), "preemptive: {head}");
    assert!(head.contains("authorization2f: bearer s"), "{head}");
    assert!(head.contains("content-type: text/xml;charset=utf-8"), "{head}");
    assert!(
        head.contains("soapaction: \"http://invioprescritto.wsdl.dem.sanita.finanze.it/invioprescritto\""),
        "{head}"
    );
    assert!(!request.contains("PNIMRA70A01H501P"), "the patient's code travels encrypted");
}

#[tokio::test]
async fn a_peer_that_resets_or_trickles_is_uncertain() {
    let (port, thread) = peer(|stream| {
        let mut seen = [0; 64];
        let _ = stream.read(&mut seen);
        Vec::new()
    });
    let reset = outcome(&format!("http://127.0.0.1:{port}")).await;
    assert!(matches!(reset, SendOutcome::Uncertain(_)), "{reset:?}");
    joined(thread).await;
    let (port, thread) = peer(|stream| {
        let mut seen = [0; 8192];
        let _ = stream.read(&mut seen);
        for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n<a>".iter().cycle() {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Vec::new()
    });
    let started = Instant::now();
    let slow = outcome(&format!("http://127.0.0.1:{port}")).await;
    assert!(matches!(slow, SendOutcome::Uncertain(_)), "{slow:?}");
    assert!(started.elapsed() < Duration::from_secs(2), "the whole call has its limit");
    joined(thread).await;
}

#[tokio::test]
async fn a_session_id_that_cannot_be_a_header_is_not_processed() {
    let scene = scene().await;
    let broken = SenderCredentials { session_id: Some("a\r\nX: y".into()), ..scene.holder.clone() };
    let outcome = scene.client.send(&broken, &drug("")).await;
    assert!(matches!(outcome, SendOutcome::NotProcessed(NotProcessed::Fault(_))), "{outcome:?}");
}

#[tokio::test]
async fn the_control_endpoint_does_over_http_what_the_engine_does() {
    let scene = scene().await;
    let http = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(no_tls()).build().unwrap();
    let at = |path: &str| format!("{}/{path}", scene.simulator.url());
    let post = |path: &str, body: Value| {
        http.post(at(path)).header("Content-Type", "application/json").body(body.to_string()).send()
    };
    let status = |answer: reqwest::Response| answer.status().as_u16();
    let pem = http.get(at("certificato.pem")).send().await.unwrap().text().await.unwrap();
    assert_eq!(pem, scene.simulator.certificate_pem);

    let nre = scene.numbers().await.next().unwrap();
    assert_eq!(
        status(post("controllo/guasti", json!({"service": "send", "kind": "status", "status": 503})).await.unwrap()),
        204
    );
    let faults = http.get(at("controllo/guasti")).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&faults).unwrap()[0]["next"], 1);
    assert!(matches!(scene.send(&drug(&nre)).await, SendOutcome::Uncertain(_)));
    assert_eq!(status(post("controllo/guasti", json!({"kind": "bomb", "probability": 1.0})).await.unwrap()), 204);
    assert_eq!(status(http.delete(at("controllo/guasti")).send().await.unwrap()), 204);
    assert_eq!(status(post("controllo/guasti", json!({"kind": "nonsense"})).await.unwrap()), 400);

    scene.accepted(&drug(&nre)).await;
    let state = |value: u8| post("controllo/ricette/REPLACED/stato", json!({ "state": value }));
    assert_eq!(status(state(8).await.unwrap()), 404);
    let path = format!("controllo/ricette/{nre}/stato");
    assert_eq!(status(post(&path, json!({ "state": 99 })).await.unwrap()), 422);
    assert_eq!(status(post(&path, json!({ "state": 8 })).await.unwrap()), 204);
    let ledger = http.get(at("controllo/registro")).send().await.unwrap().text().await.unwrap();
    let ledger: Value = serde_json::from_str(&ledger).unwrap();
    assert_eq!(ledger["prescriptions"][0]["nre"], json!(nre));
    assert_eq!(ledger["prescriptions"][0]["state"], 8);
    assert_eq!(ledger["calls"]["send"], 2);
    assert_eq!(ledger["lots"][0][1], TEST_HOLDER);

    let doctor = json!({
        "username": "verdi", "password": "x", "pin": "1", "fiscal_code": "VRDLSN75D41F205X",
        "surname": "VERDI", "name": "ALESSANDRA", "region": "050", "asl": "204"
    });
    assert_eq!(status(post("controllo/medici", doctor).await.unwrap()), 204);
    assert_eq!(status(post("controllo/sessioni", json!({"username": "verdi"})).await.unwrap()), 201);
    assert_eq!(status(post("controllo/sessioni", json!({"username": "nessuno"})).await.unwrap()), 404);
    assert_eq!(status(http.delete(at(&format!("controllo/sessioni/{DEMO_DOCTOR}"))).send().await.unwrap()), 204);
    assert_eq!(status(post("controllo/confezioni", json!({"product_code": "1", "packs": 6})).await.unwrap()), 204);
    assert_eq!(status(post("controllo/promemoria", json!({"on": true})).await.unwrap()), 204);
    assert!(scene.accepted(&drug("")).await.pdf.is_some());
}

fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}
