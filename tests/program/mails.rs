//! One prescription to two mails, through a mail server that is not ours: in clear on this machine, by STARTTLS and by TLS, each
//! with authentication; and what `test-mail` says.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::browser::Browser;
use crate::process::free_port;
use crate::support::{Place, has, tls};

const ZIMOX: &str = "023086150";

/// A Python that knows aiosmtpd.
fn python() -> Option<&'static str> {
    let knows = |python: &&&str| {
        let asked = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    let found = ["/usr/bin/python3", "python3"].iter().find(knows).copied();
    if found.is_none() {
        let text = "SKIPPED: needs python3-aiosmtpd (apt-get install)";
        assert!(std::env::var_os("MILLECLOUD_REQUIRE_TOOLS").is_none(), "{text}");
        eprintln!("{text}");
    }
    found
}

struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// `way` is `plain`, `starttls` or `tls`.
    fn start(python: &str, way: &str, certificate: &[PathBuf; 3]) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(port.to_string())
            .arg(folder.path())
            .args([Path::new(way), &certificate[1], &certificate[2]])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        Self { child, folder, port }
    }

    fn received(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut mails: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "eml")).collect();
        mails.sort();
        mails.iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
    }

    fn await_mails(&self, count: usize, limit: Duration) -> Vec<String> {
        let deadline = Instant::now() + limit;
        while self.received().len() < count && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.received()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The doctor of the demonstration prescribes, sends, and mails.
async fn prescribe_and_mail(base: &str, user: &str) {
    let words: Vec<&str> = user.split_whitespace().collect();
    let browser = Browser::new(base);
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
    let Some(python) = python().filter(|_| has("openssl")) else { return };
    let folder = TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let authority = certificate[0].display().to_string();
    for way in ["plain", "starttls", "tls"] {
        let server = Server::start(python, way, &certificate);
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
        let mails = server.await_mails(2, Duration::from_secs(60));
        assert_eq!(mails.len(), 2, "{way}: {}", served.process.said());
        assert!(mails[0].contains("application/zip") && !mails[1].contains("application/zip"), "{way}");
        let said = served.stop();
        assert!(!said.to_lowercase().contains("saccavini") && !said.contains("segreta"), "{said}");
    }
}

#[test]
fn test_mail_says_what_the_server_said() {
    let Some(python) = python().filter(|_| has("openssl")) else { return };
    let folder = TempDir::new().unwrap();
    let certificate = tls(folder.path());
    let authority = certificate[0].display().to_string();
    let server = Server::start(python, "tls", &certificate);
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
