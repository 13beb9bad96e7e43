//! An SMTP server that is not ours, as a child process (`tests/mail/server.py`): what it received lies in its folder.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use millecloud::ports::mail::Mailer;
use serde_json::Value;
use tempfile::TempDir;

/// A Python that knows aiosmtpd.
pub fn python() -> Option<&'static str> {
    let knows = |python: &&&str| {
        let asked = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    ["/usr/bin/python3", "python3"].iter().find(knows).copied()
}

/// Says which Debian packages are missing, so that a test may skip; fails where nothing may.
pub fn skip(packages: &str) {
    let text = format!("SKIPPED: needs {packages} (apt-get install)");
    assert!(std::env::var_os("MILLECLOUD_REQUIRE_TOOLS").is_none(), "{text}");
    eprintln!("{text}");
}

/// The running server; dropping it ends it.
pub struct Server {
    child: Child,
    pub folder: TempDir,
    pub port: u16,
    pub python: &'static str,
}

impl Server {
    /// Starts it; `way` is nothing for one in clear, or `starttls` or `tls` with certificate and key.
    pub fn start(python: &'static str, way: &[&Path]) -> Self {
        let folder = TempDir::new().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(port.to_string())
            .arg(folder.path())
            .args(way)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        Self { child, folder, port, python }
    }

    /// What was received, in order.
    pub fn received(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut mails: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "eml")).collect();
        mails.sort();
        mails
    }

    /// A mailer of ours that speaks with it in clear.
    pub fn mailer(&self, password: &str) -> Mailer {
        let url = format!("smtp://portale:{password}@127.0.0.1:{}", self.port);
        Mailer::from_setting(&url, "no-reply@millewin.it").unwrap()
    }

    /// How it treats what comes from now on.
    pub fn behave(&self, mode: &str) {
        std::fs::write(self.folder.path().join("mode"), mode).unwrap();
    }

    /// What it noted, a line for each recipient it was asked for.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A mail as Python's own mail package reads it.
    pub fn read(&self, mail: &Path) -> Value {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/read.py");
        let out = Command::new(self.python).arg(script).arg(mail).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
