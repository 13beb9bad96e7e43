//! A database, a SAC, doctors with patients, and the program as a child that may die.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use ::sac::SenderCredentials;
use diesel::prelude::*;
use kernel::clock::Clock;
use millecloud::db::schema::{nre_uses, patients, prescriptions, regions, users};
use millecloud::db::{DatabaseUrl, Db, DbError, DbPool, Owner, migrate};
use millecloud::identity::by::{By, Seen};
use millecloud::identity::keys::Keys;
use millecloud::identity::sealing::Sealer;
use millecloud::practice::{self, SeedPlan};
use millecloud::prescriptions::model::{Kind, NewItem, NewPrescription, Prescription, State, WaitReason};
use millecloud::prescriptions::service::vault;
use millecloud::prescriptions::{queries, service};
use millecloud::reference;
use sac_simulator::{Doctor, RunningSimulator, SimulatorConfig, fixtures};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::postgres;
use crate::process::{Process, free_port};

/// The secret the program's keys are made from.
pub const SECRET: &str = "a secret for tests, long enough to be taken";
/// The pipeline's times, divided.
const TIME_SCALE: &str = "100";
/// SIGABRT, which is how a crash point ends the program.
const ABORTED: i32 = 6;

/// A doctor of the test.
#[derive(Clone)]
pub struct Person {
    pub owner: Owner,
    pub code: String,
    pub patients: Vec<i64>,
}

pub struct World {
    pub simulator: RunningSimulator,
    pub doctors: Vec<Person>,
    /// SAC assigns the numbers.
    pub assigned: bool,
    db: DbPool,
    clock: Clock,
    database_url: String,
    folder: TempDir,
}

/// The program, running.
pub struct Portal {
    pub address: String,
    pub process: Process,
}

fn prepare(pool: &DbPool) {
    let clock = Clock::system();
    let (now, today) = (clock.now(), clock.today());
    let plan = SeedPlan { doctors: 1, patients_per_doctor: 20, seed: 7 };
    let mut conn = pool.connection().unwrap();
    conn.write(|c| reference::starter::load(c, now)).unwrap();
    let load = |c: &mut Db| -> QueryResult<()> {
        practice::load_demo(c, "never used".to_owned(), now, today)?;
        practice::load_seed(c, plan, 1, "never used", now, today)?;
        Ok(())
    };
    conn.write(load).unwrap();
}

impl World {
    /// Two doctors known to a SAC of their own: the demo's, and another of the same region. Numbers come from lots, and
    /// after a lost answer SAC is asked for the number.
    pub async fn new() -> Self {
        Self::of_region("LOTTO", "A").await
    }

    /// The same in a region with these rules.
    pub async fn of_region(source: &'static str, policy: &'static str) -> Self {
        // The child's client of the simulator has its own; this is for what the test itself asks.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().unwrap();
        let database_url = match postgres::server() {
            Some(server) => tokio::task::spawn_blocking(move || postgres::fresh(&server, prepare)).await.unwrap(),
            None => {
                let path = folder.path().join("test.db");
                let pool = DbPool::open(&DatabaseUrl::Sqlite(path.clone()), 1).unwrap();
                migrate::run_pending(&mut pool.connection().unwrap()).unwrap();
                prepare(&pool);
                format!("sqlite:{}", path.display())
            }
        };
        let db = DbPool::open(&DatabaseUrl::parse(&database_url).unwrap(), 2).unwrap();
        let simulator = sac_simulator::start(SimulatorConfig::new(folder.path().join("sac"))).await.unwrap();
        std::fs::write(folder.path().join("sac.pem"), &simulator.certificate_pem).unwrap();
        let assigned = source == "SAC";
        let clock = Clock::system();
        let mut world = Self { simulator, doctors: Vec::new(), assigned, db, clock, database_url, folder };
        world
            .write(move |conn| {
                let rules = (regions::nre_source.eq(source), regions::uncertain_policy.eq(policy));
                Ok(diesel::update(regions::table).set(rules).execute(conn)?)
            })
            .await;
        world.enrol(practice::DEMO_DOCTOR.username).await;
        world.enrol("medico0001").await;
        world
    }

    /// Makes a doctor known to the SAC and gives him its credentials.
    async fn enrol(&mut self, username: &'static str) {
        let find = move |conn: &mut Db| -> Result<_, DbError> {
            let row: (i64, String, String, String) = users::table
                .filter(users::username.eq(username))
                .select((users::id, users::fiscal_code, users::surname, users::name))
                .first(conn)?;
            let own = patients::table.filter(patients::doctor_id.eq(row.0)).order(patients::id);
            Ok((row, own.select(patients::id).load::<i64>(conn)?))
        };
        let ((id, code, surname, name), patients) = self.read(find).await;
        let engine = &self.simulator.engine;
        let (password, pin) = (fixtures::DEMO_PASSWORD, fixtures::DEMO_PIN);
        if code != fixtures::DEMO_DOCTOR {
            let doctor = Doctor {
                username: code.clone(),
                password: password.to_owned(),
                pin: pin.to_owned(),
                fiscal_code: code.clone(),
                surname,
                name,
                region: "050".to_owned(),
                asl: "201".to_owned(),
                specialisation: "F".to_owned(),
                structure: String::new(),
            };
            engine.add_doctor(&doctor).unwrap();
        }
        let session = engine.create_session(&code).unwrap().unwrap();
        let credentials = SenderCredentials {
            username: code.clone(),
            password: SecretString::from(password),
            pin: SecretString::from(pin),
            session_id: Some(SecretString::from(session.id.clone())),
        };
        let owner = Owner::of_doctor(id);
        let sealed = vault::seal(&Sealer::new(&Keys::new(SECRET).unwrap()), owner, &credentials).unwrap();
        let (now, user, until) = (self.clock.now(), code.clone(), session.until);
        self.write(move |conn| {
            queries::save_credentials(conn, owner, &user, &sealed.password, &sealed.pin, now)?;
            queries::save_session(conn, owner, sealed.session.as_deref(), Some(until))?;
            Ok(())
        })
        .await;
        self.doctors.push(Person { owner, code, patients });
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.db.read(work).await.unwrap()
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.db.write(work).await.unwrap()
    }

    /// What a doctor's confirmation commits: one prescription of one row, for the patient whose turn it is. The answer
    /// is the acknowledgement.
    pub async fn confirm(&self, doctor: usize, turn: usize) -> i64 {
        let person = &self.doctors[doctor];
        let (owner, patient, now) = (person.owner, person.patients[turn % person.patients.len()], self.clock.now());
        let pieces = i64::try_from(turn % 2).unwrap() + 1;
        self.write(move |conn| {
            let ids = service::create_confirmed(conn, &By::guarded(owner, owner.id(), now), &[zimox(patient, pieces)]);
            Ok(ids.unwrap()[0])
        })
        .await
    }

    /// Numbers that were given up for others.
    pub async fn burnt(&self) -> Vec<String> {
        self.read(|conn| Ok(nre_uses::table.filter(nre_uses::burnt.eq(true)).select(nre_uses::nre).load(conn)?)).await
    }

    /// Every prescription there is.
    pub async fn rows(&self) -> Vec<Prescription> {
        self.read(|conn| {
            Ok(prescriptions::table.order(prescriptions::id).select(Prescription::as_select()).load(conn)?)
        })
        .await
    }

    /// What a doctor does who looks at the list: tries again what waits for him, asks about what is in doubt.
    pub async fn nudge(&self) {
        let now = self.clock.now();
        for row in self.rows().await {
            let owner = Owner::of_doctor(row.doctor_id);
            if row.state == State::ToSend && row.wait_reason.needs_doctor() {
                self.write(move |conn| {
                    Ok(service::retry_now(conn, &By::guarded(owner, owner.id(), now), row.id).is_ok())
                })
                .await;
            } else if row.can_resend() {
                let (id, revision) = (row.id, row.revision);
                self.write(move |conn| {
                    Ok(service::ask_resend(conn, &By::guarded(owner, owner.id(), now), Seen::new(id, revision)).is_ok())
                })
                .await;
            } else if row.state == State::Uncertain && row.wait_reason == WaitReason::Doubtful {
                self.write(move |conn| {
                    Ok(service::verify_now(conn, &By::guarded(owner, owner.id(), now), row.id).is_ok())
                })
                .await;
            }
        }
    }

    /// The doctor asks for an annulment; returns whether the prescription was still there to be annulled.
    pub async fn annul(&self, row: &Prescription) -> bool {
        let (owner, id, revision, now) = (Owner::of_doctor(row.doctor_id), row.id, row.revision, self.clock.now());
        let reason = "Errore di prescrizione";
        self.write(move |conn| {
            Ok(service::request_annul(conn, &By::guarded(owner, owner.id(), now), Seen::new(id, revision), reason)
                .is_ok())
        })
        .await
    }

    /// Starts the program, which will die at `crash_point` if there is one.
    pub fn start(&self, crash_point: Option<&str>) -> Portal {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_millecloud"));
        command
            .arg("serve")
            .env("DATABASE_URL", &self.database_url)
            .env("MILLECLOUD_DATA", self.folder.path())
            .env("MILLECLOUD_BIND", &address)
            .env("MILLECLOUD_SECRET_KEY", SECRET)
            .env("MILLECLOUD_SAC_URL", self.simulator.url())
            .env("MILLECLOUD_SAC_CERT", self.folder.path().join("sac.pem"))
            .env("MILLECLOUD_SMTP_URL", format!("folder:{}", self.mail_folder().display()))
            .env("MILLECLOUD_TIME_SCALE", TIME_SCALE)
            .env("MILLECLOUD_WORKERS", "1");
        if let Some(point) = crash_point {
            command.env("MILLECLOUD_FAILPOINT", point);
        }
        Portal { address: format!("http://{address}"), process: Process::start("millecloud serve", &mut command) }
    }

    /// Where the program writes its mails.
    pub fn mail_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("mail")
    }

    /// Starts the program and waits until it has died at `crash_point`.
    pub async fn crash(&self, crash_point: &str) {
        let mut portal = self.start(Some(crash_point));
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = portal.process.wait(Duration::ZERO) {
                assert_eq!(status.signal(), Some(ABORTED), "{crash_point}: {status}: {}", portal.process.said());
                return;
            }
            assert!(Instant::now() < deadline, "{crash_point} was never passed: {}", portal.process.said());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What is still on its way.
    pub async fn open(&self) -> Vec<(i64, State, WaitReason, i64)> {
        let rows = self.rows().await;
        let open = rows.iter().filter(|row| State::UNSETTLED.contains(&row.state));
        open.map(|row| (row.id, row.state, row.wait_reason, row.tries)).collect()
    }

    /// Waits until nothing is on its way any more. Where SAC assigns the numbers, a doctor looks at the list: without
    /// one nothing is sent again.
    pub async fn quiet(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            if self.assigned {
                self.nudge().await;
            }
            let open = self.open().await;
            if open.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "still open after {limit:?}: {open:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Portal {
    /// Asks it to stop: it ends by itself, and well.
    pub fn stop(mut self) {
        self.process.signal("TERM");
        let status = self.process.wait(Duration::from_secs(40));
        assert!(status.is_some_and(|status| status.success()), "{status:?}: {}", self.process.said());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = postgres::server() {
            let url = self.database_url.clone();
            let _ = std::thread::spawn(move || postgres::drop_database(&server, &url)).join();
        }
    }
}

fn zimox(patient_id: i64, pieces: i64) -> NewPrescription {
    NewPrescription {
        patient_id,
        kind: Kind::Drugs,
        visit_kind: "A".to_owned(),
        hide_data: false,
        suggested: false,
        exemption_code: String::new(),
        income_exempt: false,
        diagnosis_code: "487".to_owned(),
        diagnosis_text: "INFLUENZA".to_owned(),
        plan_protocol: String::new(),
        copied_from: None,
        items: vec![NewItem {
            aic: "023086150".to_owned(),
            label: "ZIMOX*12CPR 1G".to_owned(),
            substance: "AMOXICILLINA".to_owned(),
            group_code: "H0A".to_owned(),
            group_description: "AMOXICILLINA 1.000MG 12 UNITA' USO ORALE".to_owned(),
            pieces,
            ..NewItem::default()
        }],
    }
}
