//! Where the load runs: a seeded database, the real formulary, SAC's stand-in and the release binary, all children.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use diesel::prelude::*;
use millecloud::db::schema::{patients, users};
use millecloud::db::{DatabaseUrl, Db, DbError, DbPool};
use millecloud::web::paths;
use serde_json::{Value, json};

use crate::bare;
use crate::browser::Browser;
use crate::process::{Process, free_port};

pub const SECRET: &str = "a secret for the benchmark, long enough to be taken";
pub const PASSWORD: &str = "parola-di-prova-del-carico";
const PIN: &str = "0501234567";

/// How big the practice is and how long each load lasts.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub doctors: u32,
    pub patients: u32,
    pub seconds: u64,
    pub connections: usize,
    pub prescriptions: usize,
}

/// A doctor with a browser of his own.
#[derive(Clone)]
pub struct Person {
    pub id: i64,
    pub browser: Browser,
    pub patients: Vec<i64>,
}

impl Person {
    /// The cookie header of his requests.
    pub fn cookie(&self) -> String {
        format!("millecloud={}", self.browser.cookie("millecloud").unwrap())
    }

    /// The session's key, which ends the signed cookie.
    pub fn session(&self) -> String {
        let cookie = self.browser.cookie("millecloud").unwrap();
        cookie[cookie.len() - 64..].to_owned()
    }
}

pub struct Place {
    pub address: String,
    pub bare: String,
    pub bodies: PathBuf,
    pub db: DbPool,
    pub real_formulary: bool,
    program: Program,
    portal: Process,
    simulator: String,
    _simulator: Process,
    bare_server: Option<Process>,
}

/// A release binary, and what is its own.
pub struct Program {
    pub binary: PathBuf,
    pub folder: PathBuf,
    pub database: String,
}

impl Program {
    /// `setting` names the variable with an empty PostgreSQL database; without it SQLite is used.
    pub fn new(binary: &Path, folder: &Path, setting: &str) -> Self {
        let sqlite = format!("sqlite:{}", folder.join("millecloud.db").display());
        std::fs::create_dir_all(folder).unwrap();
        let database = std::env::var(setting).unwrap_or(sqlite);
        Self { binary: binary.to_owned(), folder: folder.to_owned(), database }
    }

    /// The one this benchmark was built with.
    pub fn own(folder: &Path) -> Self {
        Self::new(Path::new(env!("CARGO_BIN_EXE_millecloud")), folder, "DATABASE_URL")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Where the lists are is this benchmark's own setting: the program would take it for a misspelt one of its own.
        command.env_remove("MILLECLOUD_AIFA").env("MILLECLOUD_SECRET_KEY", SECRET).env("MILLECLOUD_LOG", "warn");
        command.env("DATABASE_URL", &self.database).env("MILLECLOUD_DATA", &self.folder);
        command
    }
}

fn finish(what: &str, command: &mut Command) {
    let started = std::time::Instant::now();
    let done = command.output().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(done.status.success(), "{what}: {}", String::from_utf8_lossy(&done.stderr));
    println!("{what}: {:.1} s", started.elapsed().as_secs_f64());
}

/// The lists as AIFA publishes them, when they are on this machine.
fn aifa() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/aifa");
    let folder = std::env::var_os("MILLECLOUD_AIFA").map_or(folder, PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("Classe_A") || name.starts_with("Lista_farmaci")
        })
        .collect();
    files.sort();
    (!files.is_empty()).then_some(files)
}

/// Invents the practice and imports the formulary; whether that is AIFA's.
fn fill(program: &Program, size: Size) -> bool {
    let (doctors, patients) = (size.doctors.to_string(), size.patients.to_string());
    let mut seed = program.command();
    seed.args(["seed", "--doctors", &doctors, "--patients-per-doctor", &patients, "--password", PASSWORD]);
    finish(&format!("seed of {doctors} x {patients}"), &mut seed);
    let Some(files) = aifa() else {
        println!("SKIPPED: AIFA's lists are not here; formulary search runs on the starter list");
        return false;
    };
    finish("import of the formulary", program.command().args(["import", "formulary"]).args(files));
    true
}

impl Place {
    /// Seeds and starts everything.
    pub fn new(program: Program, size: Size) -> Self {
        let folder = program.folder.clone();
        let real_formulary = fill(&program, size);
        let simulator = format!("127.0.0.1:{}", free_port());
        let sac = folder.join("sac");
        let mut command = program.command();
        command.env_remove("DATABASE_URL").args(["sac-simulator", "--bind", &simulator, "--data"]).arg(&sac);
        let simulator_process = Process::start("sac-simulator", &mut command);
        simulator_process
            .expect(Duration::from_secs(60), |lines| lines.iter().find(|line| line.contains("certif")).cloned());
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = program.command();
        command
            .arg("serve")
            .env("MILLECLOUD_BIND", &address)
            .env("MILLECLOUD_SAC_URL", format!("http://{simulator}"))
            .env("MILLECLOUD_SAC_CERT", sac.join("certificato.pem"))
            .env("MILLECLOUD_SMTP_URL", format!("folder:{}", folder.join("mail").display()))
            .env("MILLECLOUD_LOG", "info");
        let portal = Process::start("millecloud serve", &mut command);
        portal.expect(Duration::from_secs(60), |lines| lines.iter().find(|line| line.contains("listening")).cloned());
        let db = DbPool::open(&DatabaseUrl::parse(&program.database).unwrap(), 2).unwrap();
        let bodies = folder.join("bodies");
        std::fs::create_dir_all(&bodies).unwrap();
        Self {
            address,
            bare: format!("127.0.0.1:{}", free_port()),
            bodies,
            db,
            real_formulary,
            program,
            portal,
            simulator,
            _simulator: simulator_process,
            bare_server: None,
        }
    }

    /// Starts the bare server, once its bodies are written.
    pub fn start_bare(&mut self) {
        let port = self.bare.rsplit(':').next().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([bare::WORD, &self.program.database, port]).arg(&self.bodies);
        self.bare_server = Some(Process::start("bare server", &mut command));
        std::thread::sleep(Duration::from_secs(1));
    }

    /// Resident memory of the portal now, and at its highest, in MiB.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.portal.id())).unwrap();
        let value = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        (value("VmRSS:"), value("VmHWM:"))
    }

    /// Processor time the portal has used so far.
    pub fn processor(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.portal.id())).unwrap();
        // After the name in brackets: the 12th and 13th fields, in hundredths of a second.
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Doctor number `n` (from 1), logged in.
    pub async fn log_in(&self, n: usize) -> Person {
        let username = format!("medico{n:04}");
        let name = username.clone();
        let find = move |conn: &mut Db| -> Result<_, DbError> {
            let id: i64 = users::table.filter(users::username.eq(name)).select(users::id).first(conn)?;
            let own = patients::table.filter(patients::doctor_id.eq(id)).order(patients::id).limit(400);
            Ok((id, own.select(patients::id).load::<i64>(conn)?))
        };
        let (id, patients) = self.db.read(find).await.unwrap();
        let browser = Browser::new(&format!("http://{}", self.address)).compressed();
        let page = browser.get("/millelight/accedi").await;
        let landed = page.submit_raw("form", &[("username", &username), ("password", PASSWORD)]).await;
        assert_eq!(landed.status, 303, "{username}: {}", landed.text());
        Person { id, browser, patients }
    }

    /// Makes a doctor known to SAC, and gives him its credentials and a lot of numbers through the pages.
    pub async fn enable_sac(&self, person: &Person) {
        let id = person.id;
        let find = move |conn: &mut Db| -> Result<(String, String, String), DbError> {
            Ok(users::table.find(id).select((users::fiscal_code, users::surname, users::name)).first(conn)?)
        };
        let (code, surname, name) = self.db.read(find).await.unwrap();
        let doctor = json!({
            "username": code, "password": PASSWORD, "pin": PIN, "fiscal_code": code, "surname": surname, "name": name,
            "region": "050", "asl": "201",
        });
        self.control("medici", &doctor).await;
        let session = self.control("sessioni", &json!({ "username": code })).await;
        let session: Value = serde_json::from_str(&session).unwrap();
        let session = session["session_id"].as_str().unwrap();
        let fields = [("utente", &*code), ("password", PASSWORD), ("pin", PIN), ("sessione", session)];
        let page = person.browser.get(&paths::sar_credentials()).await;
        page.submit("main form", &fields).await.assert_status(200);
        let lots = person.browser.get(&paths::lots()).await.submit("main form", &[]).await;
        lots.assert_status(200).assert_text("100 numeri disponibili");
    }

    /// From now on each prescription is answered so late.
    pub async fn slow_sac(&self, late: Duration) {
        let millis = u64::try_from(late.as_millis()).unwrap();
        let fault = json!({ "service": "send", "probability": 1.0, "kind": "delay", "millis": millis });
        self.control("guasti", &fault).await;
    }

    async fn control(&self, what: &str, body: &serde_json::Value) -> String {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let call = client
            .post(format!("http://{}/controllo/{what}", self.simulator))
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = call.send().await.unwrap();
        assert!(answer.status().is_success(), "{what}: {}", answer.status());
        answer.text().await.unwrap()
    }

    /// Size of the database's file, in MiB; 0 on PostgreSQL.
    pub fn database_size(&self) -> f64 {
        std::fs::metadata(self.program.folder.join("millecloud.db")).map_or(0.0, |file| file.len() as f64 / 1_048_576.0)
    }
}
