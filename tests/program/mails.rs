//! One prescription to two mails, through a mail server that is not ours: in clear on this machine, by STARTTLS and by TLS, each
//! with authentication; and what `test-mail` says.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::browser::Browser;
use crate::smtp::{Server, python, skip};
use crate::support::{Place, has, tls};

const ZIMOX: &str = "023086150";

/// The server at the certificate's place, by one of the ways.
fn start(python: &'static str, way: &str, certificate: &[PathBuf; 3]) -> Server {
    Server::start(python, &[Path::new(way), &certificate[1], &certificate[2]])
}

/// The mails, once so many have come or the time is over.
fn await_mails(server: &Server, count: usize, limit: Duration) -> Vec<String> {
    let deadline = Instant::now() + limit;
    while server.received().len() < count && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    let text = |path: &PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    server.received().iter().map(text).collect()
}

/// A Python for the server, and openssl for its certificate.
fn tools() -> Option<&'static str> {
    let found = python();
    if found.is_none() {
        skip("python3-aiosmtpd");
    }
    found.filter(|_| has("openssl"))
}

/// The doctor of the demonstration prescribes, sends, and mails.
async fn prescribe_and_mail(base: &str, user: &str) {
    let words: Vec<&str> = user.split_whitespace().collect();
    let browser = Browser::new(base).compressed();
    let login = browser.get("/millelight/accedi").await;
    let login = login.submit("main form", &[("username", words[0]), ("password", words[1])]).await;
    login.assert_status(200);
    let search = browser.get("/millelight/pazienti").await;
    let found = search.submit("form[role=search]", &[("q", "sacc")]).await;
    let record = found.links("a").into_iter().find(|href| is_record(href)).expect("no patient found");
    let formulary = browser.get(&format!("{record}/prontuario?q={ZIMOX}&per=aic")).await;
    let (_, mut fields) = formulary.form("#prontuario");
    fields.retain(|(name, _)| name != "aic");
    fields.push(("aic".to_owned(), ZIMOX.to_owned()));
    let data = browser.post(&format!("{record}/ricetta/farmaci"), &fields).await;
    data.assert_status(200).assert_text("Dati prescrizione");
    let review = data.submit("main form.stack", &[("pezzi", "1"), ("esenzione", "none")]).await;
    review.assert_status(200).assert_text("Riepilogo prescrizione");
    let outcome = review.submit("form[action$='/ricetta/invia']", &[]).await;
    outcome.assert_status(200).assert_text("La prescrizione è stata processata");
    let mail = outcome.links("a.choice").into_iter().find(|href| href.contains("ricette=")).expect("no way to mail");
    let dialog = browser.get(&mail).await;
    dialog.assert_text("claudio.saccavini@example.it");
    dialog.submit("dialog form", &[]).await.assert_status(200);
}

fn is_record(href: &str) -> bool {
    href.strip_prefix("/millelight/pazienti/").is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
}

#[actix_web::test]
async fn one_prescription_becomes_two_mails_whatever_the_way() {
    let Some(python) = tools() else { return };
    let folder = TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let authority = certificate[0].display().to_string();
    for way in ["plain", "starttls", "tls"] {
        let server = start(python, way, &certificate);
        let address = format!("portale:segreta@127.0.0.1:{}", server.port);
        let url = match way {
            "plain" => format!("smtp://{address}"),
            "starttls" => format!("smtp://{address}?tls=required"),
            _ => format!("smtps://{address}"),
        };
        let mut place = Place::new();
        place.set("MILLECLOUD_BIND", "127.0.0.1:0").set("MILLECLOUD_SMTP_URL", &url).set("SSL_CERT_FILE", &authority);
        let served = place.start("demo", &[]);
        place.run(&["healthcheck", "--bind", &served.address]).ok();
        let doctor = served.printed("utente MEDICO ");
        prescribe_and_mail(&served.base(), &doctor).await;
        let mails = await_mails(&server, 2, Duration::from_secs(60));
        assert_eq!(mails.len(), 2, "{way}: {}", served.process.said());
        assert!(mails[0].contains("application/zip") && !mails[1].contains("application/zip"), "{way}");
        let said = served.stop();
        assert!(!said.to_lowercase().contains("saccavini") && !said.contains("segreta"), "{said}");
    }
}

#[test]
fn test_mail_says_what_the_server_said() {
    let Some(python) = tools() else { return };
    let folder = TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let authority = certificate[0].display().to_string();
    let server = start(python, "tls", &certificate);
    let mut place = Place::new();
    let url = |password: &str| format!("smtps://portale:{password}@127.0.0.1:{}", server.port);
    place.set("MILLECLOUD_SMTP_URL", &url("segreta"));
    place.run(&["test-mail", "a@b.example"]).refused("TLS failed");
    place.set("SSL_CERT_FILE", &authority);
    assert!(place.run(&["test-mail", "a@b.example"]).ok().out.contains("accepted"));
    assert_eq!(server.received().len(), 1);
    place.run(&["test-mail", "nessuno"]).refused("not an e-mail address");
    place.set("MILLECLOUD_SMTP_URL", &url("sbagliata"));
    place.run(&["test-mail", "a@b.example"]).refused("535");
    place.set("MILLECLOUD_SMTP_URL", "smtp://127.0.0.1:1");
    place.run(&["test-mail", "a@b.example"]).refused("no connection");
    assert_eq!(server.received().len(), 1);
}
