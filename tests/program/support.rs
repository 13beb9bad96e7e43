//! Runs of the program: its folder, its environment, what it said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::Process;

/// How long a start may take, in a debug build on a busy machine.
pub const START: Duration = Duration::from_secs(180);
pub const STOP: Duration = Duration::from_secs(60);

/// A finished run.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// What went wrong, a line each, without the program's name.
    pub fn problems(&self) -> Vec<String> {
        let lines = self.err.lines().filter_map(|line| line.strip_prefix("millecloud: "));
        lines.map(str::to_owned).collect()
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// Failed with one line that holds `text`.
    #[track_caller]
    pub fn refused(self, text: &str) -> Self {
        assert_eq!((self.code, self.err.lines().count()), (1, 1), "{}{}", self.out, self.err);
        assert!(self.err.contains(text), "no «{text}» in {}", self.err);
        self
    }
}

/// A folder in which the program runs, and the settings of all its runs.
pub struct Place {
    pub folder: TempDir,
    env: Vec<(String, String)>,
}

impl Place {
    /// A place with a data folder and a key.
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut place = Self { folder, env: Vec::new() };
        place.set("MILLECLOUD_DATA", &place.path("data").display().to_string());
        place.set("MILLECLOUD_SECRET_KEY", "prova-prova-prova-prova-prova-prova-01");
        place
    }

    /// The same with everything `serve` needs, over a migrated database.
    pub fn served() -> Self {
        let mut place = Self::new();
        place.set("MILLECLOUD_BIND", "127.0.0.1:0");
        place.set("MILLECLOUD_SMTP_URL", &format!("folder:{}", place.path("posta").display()));
        place.set("MILLECLOUD_SAC_URL", "http://127.0.0.1:9");
        place.set("MILLECLOUD_SAC_CERT", &certificate().display().to_string());
        place.run(&["migrate"]).ok();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.env.retain(|(known, _)| known != name);
        self
    }

    pub fn with(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let kept = self.env.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).cloned();
        kept.chain(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }

    fn command(&self, arguments: &[&str], changes: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millecloud"));
        command.env_clear().current_dir(self.folder.path()).args(arguments);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(self.with(changes));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], changes: &[(&str, &str)]) -> Run {
        let done = self.command(arguments, changes).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let run = Run { code: done.status.code().unwrap_or(-1), out: text(&done.stdout), err: text(&done.stderr) };
        assert!(!run.err.contains("panicked"), "{arguments:?} panicked: {}", run.err);
        run
    }

    /// Starts `serve` or `demo` and waits until it listens.
    pub fn start(&self, command: &'static str, changes: &[(&str, &str)]) -> Served {
        let process = Process::start(command, &mut self.command(&[command], changes));
        let address = process.expect(START, |lines| lines.iter().find_map(|line| listening(line)));
        Served { process, address }
    }
}

fn listening(line: &str) -> Option<String> {
    // The stand-in for SAC says that it listens, too.
    if !line.contains("listening") || line.contains("simulator") {
        return None;
    }
    let from = line.find("127.0.0.1:").or_else(|| line.find("[::1]:"))?;
    let address: String = line[from..].chars().take_while(|c| c.is_ascii_hexdigit() || ".:[]".contains(*c)).collect();
    Some(address)
}

/// A running portal.
pub struct Served {
    pub process: Process,
    pub address: String,
}

impl Served {
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A value that `demo` printed after `start`.
    pub fn printed(&self, start: &'static str) -> String {
        let find = |lines: &[String]| lines.iter().find_map(|line| line.strip_prefix(start).map(str::to_owned));
        self.process.expect(START, find)
    }

    /// Stops it as a supervisor does; returns all that it said.
    pub fn stop(mut self) -> String {
        self.process.signal("TERM");
        let ended = self.process.wait(STOP).expect("it does not stop");
        std::thread::sleep(Duration::from_millis(50));
        let said = self.process.said();
        assert!(ended.success(), "{ended}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        said
    }
}

/// A certificate as SAC has one, made by the program's own stand-in.
fn certificate() -> PathBuf {
    use std::sync::OnceLock;
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let folder = TempDir::new().unwrap().keep();
        let data = folder.join("sac");
        let mut command = Command::new(env!("CARGO_BIN_EXE_millecloud"));
        command.env_clear().args(["sac-simulator", "--bind", "127.0.0.1:0", "--data"]).arg(&data);
        let mut process = Process::start("sac-simulator", &mut command);
        let path =
            process.expect(START, |lines| lines.iter().find_map(|l| l.strip_prefix("certificate ").map(PathBuf::from)));
        process.signal("TERM");
        assert!(process.wait(STOP).is_some_and(|status| status.success()), "{}", process.said());
        assert!(path.exists());
        path
    };
    MADE.get_or_init(make).clone()
}

/// True when `program` is there; otherwise says so and lets the test skip, unless nothing may skip.
pub fn has(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&paths).collect();
    folders.push("/usr/sbin".into());
    if folders.iter().any(|folder| folder.join(program).exists()) {
        return true;
    }
    let text = format!("SKIPPED: needs {program} (apt-get install {program})");
    assert!(std::env::var_os("MILLECLOUD_REQUIRE_TOOLS").is_none(), "{text}");
    eprintln!("{text}");
    false
}

/// A certificate for 127.0.0.1 and localhost, from an authority of its own: (authority, certificate, key).
pub fn tls(folder: &Path) -> [PathBuf; 3] {
    let at = |name: &str| folder.join(name);
    std::fs::write(at("leaf.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
    let steps = [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Prova \
         -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign",
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -extfile leaf.ext -out leaf.pem",
    ];
    for step in steps {
        let done = Command::new("openssl").current_dir(folder).args(step.split_whitespace()).output().unwrap();
        assert!(done.status.success(), "{step}: {}", String::from_utf8_lossy(&done.stderr));
    }
    [at("ca.pem"), at("leaf.pem"), at("leaf.key")]
}
