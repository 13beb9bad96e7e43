//! The demo as a new user starts it: `millecloud demo` in an empty folder.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, free_port};

/// How long the demo may take to load, in a debug build on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running demo with an empty archive of its own.
pub struct Demo {
    pub address: String,
    /// Role, username, password.
    users: Vec<[String; 3]>,
    simulator: String,
    client: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

fn after<'a>(lines: &'a [String], start: &str) -> Option<&'a str> {
    lines.iter().find_map(|line| line.strip_prefix(start)).map(str::trim)
}

/// A line of the users: role, username, password.
fn user(line: &str) -> [String; 3] {
    let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
    words.try_into().unwrap_or_else(|_| panic!("not a user: {line}"))
}

impl Demo {
    /// Starts the demo and reads what it prints.
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_millecloud"));
        command
            .arg("demo")
            .env_remove("DATABASE_URL")
            .env("MILLECLOUD_DATA", folder.path().join("data"))
            .env("MILLECLOUD_BIND", format!("127.0.0.1:{}", free_port()));
        let process = Process::start("millecloud demo", &mut command);
        let (address, simulator, users) = process.expect(START, |lines| {
            after(lines, "Ctrl-C ")?;
            let users = lines.iter().filter_map(|line| line.strip_prefix("utente ")).map(user).collect();
            Some((after(lines, "indirizzo ")?.to_owned(), after(lines, "simulatore SAC ")?.to_owned(), users))
        });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, users, simulator, client, _process: process, _folder: folder }
    }

    /// Username and password of the demo's user of that role.
    pub fn user(&self, role: &str) -> (&str, &str) {
        let found = self.users.iter().find(|user| user[0] == role);
        let [_, username, password] = found.unwrap_or_else(|| panic!("the demo has no user {role}"));
        (username, password)
    }

    /// Plans a fault at the SAC simulator.
    pub async fn plan_fault(&self, fault: &Value) {
        let url = format!("{}/controllo/guasti", self.simulator);
        let body = fault.to_string();
        let answer = self.client.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Everything the SAC simulator holds.
    pub async fn ledger(&self) -> Value {
        let answer = self.client.get(format!("{}/controllo/registro", self.simulator)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}
