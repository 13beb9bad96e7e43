//! What a page costs: writes to the network, transactions of the database.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use millecloud::db::schema::recent_patients;
use millecloud::web::paths;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::TestApp;

/// Head and body of an answer that came in one read.
fn parted(answer: &[u8]) -> (String, &[u8]) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), &answer[end + 4..])
}

#[actix_web::test]
async fn a_compressed_page_leaves_in_one_write() {
    let app = TestApp::start().await;
    let host = app.address.trim_start_matches("http://").to_owned();
    let mut buffer = vec![0; 1 << 20];
    for _ in 0..3 {
        let mut stream = tokio::net::TcpStream::connect(&host).await.unwrap();
        let asked = format!("GET {} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, br\r\n\r\n", paths::login());
        stream.write_all(asked.as_bytes()).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        let (head, body) = parted(&buffer[..read]);
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"), "{head}");
        assert!(!head.contains("transfer-encoding"), "{head}");
        let length = format!("content-length: {}", body.len());
        assert!(head.lines().any(|line| line == length), "{head}: {length}");
        let mut page = String::new();
        flate2::read::GzDecoder::new(body).read_to_string(&mut page).unwrap();
        assert!(page.contains("</html>"), "{page}");
    }
}

#[actix_web::test]
async fn compression_changes_nothing_of_a_page() {
    let app = TestApp::start().await;
    let plain = app.anonymous().get(&paths::login()).await;
    let compressed = app.anonymous().compressed().get(&paths::login()).await;
    assert_eq!((plain.header("content-encoding"), plain.text()), (None, compressed.text()));
    assert_eq!(compressed.header("content-encoding").as_deref(), Some("gzip"));
}

/// The session, the page with its bell and its menu, the note that it was looked at.
#[actix_web::test]
async fn a_page_of_the_record_is_a_question_and_two_transactions() {
    let mut app = TestApp::start().await;
    let doctor = app.add_doctor("borghetto", "BRGPLA59L23M048S").await;
    let archive = app.fill_archive(doctor, "SCCCLD63E30L483Q").await;
    let maria = app.add_collaborator("segreti", &[doctor]).await;
    app.fill_pending(doctor, maria, archive).await;
    let browser = app.login("borghetto").await;
    app.rest().await;
    // The first time it is also put among the last opened.
    browser.get(&paths::record(archive.patient)).await.assert_status(200);
    while app.read(|conn| Ok(recent_patients::table.count().get_result::<i64>(conn)?)).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let begun = Arc::new(AtomicUsize::new(0));
    {
        // All the connections of the pool at once: each is told to count.
        let mut all: Vec<_> = (0..4).map(|_| app.site.db.connection().unwrap()).collect();
        for conn in &mut all {
            let begun = Arc::clone(&begun);
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::BeginTransaction { .. }) {
                    begun.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    }
    let page = browser.get(&paths::record(archive.patient)).await;
    // The session is one statement; the page and its note are a transaction each.
    assert_eq!(begun.load(Ordering::SeqCst), 2);
    assert_eq!(page.one("#campanella .tool__count"), "1", "and the bell rings");
}
