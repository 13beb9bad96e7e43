//! What leaves through the port.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn mail() -> Mail {
    Mail {
        to: "paolo.borghetto@studio.example".to_owned(),
        subject: "Conferma il tuo indirizzo: è l’ultimo passo".to_owned(),
        text: "Apri https://portale.example/conferma/abc\n".to_owned(),
        html: "<p>Apri <a href=\"https://portale.example/conferma/abc\">il collegamento</a></p>".to_owned(),
    }
}

#[tokio::test]
async fn a_folder_receives_whole_messages_that_others_cannot_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("posta");
    let mailer = Mailer::folder(&folder, "no-reply@portale.example").unwrap();
    mailer.send(&mail()).await.unwrap();
    mailer.send(&mail()).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    let file = files.first().unwrap();
    assert_eq!(file.extension().unwrap(), "eml");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(file).unwrap();
    for part in [
        "From: Millelight <no-reply@portale.example>",
        "To: paolo.borghetto@studio.example",
        "Subject: Conferma il tuo indirizzo: =?utf-8?",
        "Auto-Submitted: auto-generated",
        "@portale.example>",
        "multipart/alternative",
        "Content-Type: text/plain",
        "Content-Type: text/html",
    ] {
        assert!(text.contains(part), "{part} is missing:\n{text}");
    }
}

#[tokio::test]
async fn line_breaks_never_reach_a_header() {
    let (mailer, mailbox) = Mailer::memory();
    let subject = "Ciao\r\nBcc: altro@esempio.example\r\n\r\nTesto".to_owned();
    mailer.send(&Mail { subject, text: "a\0b\r\nc\u{1b}".to_owned(), ..mail() }).await.unwrap();
    let sent = mailbox.sent();
    assert_eq!(sent.first().unwrap().subject, "Ciao Bcc: altro@esempio.example Testo");
    assert_eq!(sent.first().unwrap().text, "ab\nc");
}

#[tokio::test]
async fn exactly_one_recipient_or_none() {
    let (mailer, mailbox) = Mailer::memory();
    for to in [
        "",
        "a@b",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "Nome <a@b.example>",
        "a\0@b.example",
    ] {
        let outcome = mailer.send(&Mail { to: to.to_owned(), ..mail() }).await;
        assert_eq!(outcome, Err(MailError::Permanent("recipient refused".to_owned())), "{to:?}");
    }
    assert!(mailbox.sent().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_temporary_failure() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mailer = Mailer::from_setting(&format!("smtp://127.0.0.1:{port}"), "no-reply@portale.example").unwrap();
    assert!(matches!(mailer.send(&mail()).await, Err(MailError::Temporary(_))));
}

/// A server of one conversation: greets, then answers each command with the given lines.
async fn server(answers: &'static [(&'static str, &'static str)]) -> (u16, tokio::task::JoinHandle<()>) {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let talk = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 posta\r\n").await.unwrap();
        let mut in_data = false;
        while let Ok(Some(line)) = lines.next_line().await {
            if in_data && line != "." {
                continue;
            }
            let command = if in_data { "." } else { line.split(' ').next().unwrap() };
            in_data = false;
            let answer = answers.iter().find(|(asked, _)| *asked == command).map_or("250 OK", |(_, answer)| answer);
            in_data |= command == "DATA" && answer.starts_with('3');
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            if command == "QUIT" {
                break;
            }
        }
    });
    (port, talk)
}

async fn send_to(answers: &'static [(&'static str, &'static str)]) -> Result<(), MailError> {
    let (port, talk) = server(answers).await;
    let mailer = Mailer::from_setting(&format!("smtp://127.0.0.1:{port}"), "no-reply@portale.example").unwrap();
    let outcome = mailer.send(&mail()).await;
    talk.abort();
    outcome
}

#[tokio::test]
async fn a_server_s_refusal_is_final_or_not_by_its_code_and_its_words_stay_out() {
    const ACCEPTS: &[(&str, &str)] = &[("DATA", "354 go on")];
    const BUSY: &[(&str, &str)] = &[("RCPT", "451 paolo.borghetto@studio.example is busy")];
    const UNKNOWN: &[(&str, &str)] = &[("RCPT", "550 no paolo.borghetto@studio.example here")];
    const AFTER_DATA: &[(&str, &str)] = &[("DATA", "354 go on"), (".", "552 too big")];
    assert_eq!(send_to(ACCEPTS).await, Ok(()));
    assert_eq!(send_to(BUSY).await, Err(MailError::Temporary("SMTP 451".to_owned())));
    assert_eq!(send_to(UNKNOWN).await, Err(MailError::Permanent("SMTP 550".to_owned())));
    assert_eq!(send_to(AFTER_DATA).await, Err(MailError::Permanent("SMTP 552".to_owned())));
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", mail()), "Mail(..)");
    assert_eq!(format!("{:?}", Mailer::memory().0), "Mailer(memory)");
}

#[test]
fn the_sender_must_be_an_address() {
    assert!(matches!(Mailer::from_setting("folder:x", "nessuno"), Err(MailSettingError::Sender)));
    assert!(matches!(Mailer::from_setting("folder:x", "a@b.example\r\nX: y"), Err(MailSettingError::Sender)));
}
