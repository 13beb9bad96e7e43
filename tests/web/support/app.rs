//! The application under test.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use ::sac::SacClient;
use chrono::{Days, NaiveDate, TimeDelta};
use kernel::clock::Clock;
use kernel::fiscal_code::{FiscalCode, Sex};
use millecloud::accesses::{self, LogKey};
use millecloud::app::{self, Parts, Portal};
use millecloud::db::{DatabaseUrl, Db, DbError, DbPool, Owner, migrate};
use millecloud::formulary::index::FormularyIndexes;
use millecloud::identity::associations::{self, AssociationState, Notes};
use millecloud::identity::keys::Keys;
use millecloud::identity::model::{NewCollaborator, NewDoctor, PasswordState};
use millecloud::identity::password::Passwords;
use millecloud::identity::queries;
use millecloud::identity::sealing::Sealer;
use millecloud::identity::second_factor::{self, Standing};
use millecloud::jobs::Background;
use millecloud::ports::mail::{Mailbox, Mailer};
use millecloud::ports::push::Pusher;
use millecloud::ports::sms::{Sms, Texter};
use millecloud::prescriptions::model::State;
use millecloud::prescriptions::service::{Pipeline, Timings};
use millecloud::reference;
use millecloud::site::Site;
use millecloud::site::vitals::Vitals;
use sac_simulator::RunningSimulator;
use tempfile::TempDir;

use super::browser::Browser;
use super::{postgres, sac};

/// Password of every doctor of the tests.
pub const PASSWORD: &str = "cavallo-batteria-graffetta";
const SECRET: &str = "a secret for tests, long enough to be taken";

/// A running portal with its own database.
pub struct TestApp {
    pub site: Site,
    pub address: String,
    /// The mails the portal sent.
    pub mailbox: Mailbox,
    /// The text messages the portal sent.
    pub texts: Arc<Mutex<Vec<Sms>>>,
    /// The stand-in for SAC of this portal alone.
    pub simulator: RunningSimulator,
    portal: Option<Portal>,
    background: Option<Background>,
    _folder: TempDir,
    database_url: String,
}

fn prepare(pool: &DbPool) {
    let now = Clock::system().now();
    let mut conn = pool.connection().unwrap();
    conn.write(|c| reference::starter::load(c, now)).unwrap();
    let key = LogKey::new(&Keys::new(SECRET).unwrap());
    conn.write(|c| accesses::begin(c, &key, now)).unwrap();
}

/// A migrated SQLite file, made once per run and copied for each test.
fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = TEMPLATE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("template.db");
        let pool = DbPool::open(&DatabaseUrl::Sqlite(path.clone()), 1).unwrap();
        migrate::run_pending(&mut pool.connection().unwrap()).unwrap();
        prepare(&pool);
        let mut conn = pool.connection().unwrap();
        diesel::connection::SimpleConnection::batch_execute(&mut *conn, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        (folder, path)
    });
    path
}

/// bcrypt at its lowest cost: the tests are not about its slowness.
fn passwords(keys: &Keys) -> Passwords {
    static SHARED: OnceLock<Passwords> = OnceLock::new();
    SHARED.get_or_init(|| Passwords::new(keys, 4).unwrap()).clone()
}

impl TestApp {
    /// Starts the portal on a free port.
    pub async fn start() -> Self {
        let (mailer, mailbox) = Mailer::memory();
        Self::start_with(mailer, mailbox).await
    }

    /// Starts the portal with a way out of its own for mails.
    pub async fn start_with(mailer: Mailer, mailbox: Mailbox) -> Self {
        let folder = TempDir::new().unwrap();
        let database_url = match postgres::server() {
            Some(server) => tokio::task::spawn_blocking(move || postgres::fresh(&server, prepare)).await.unwrap(),
            None => {
                let path = folder.path().join("test.db");
                std::fs::copy(sqlite_template(), &path).unwrap();
                format!("sqlite:{}", path.display())
            }
        };
        let db = DbPool::open(&DatabaseUrl::parse(&database_url).unwrap(), 4).unwrap();
        let keys = Keys::new(SECRET).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (texter, texts) = Texter::memory();
        let site = Site {
            db,
            clock: Clock::system(),
            sealer: Sealer::new(&keys),
            passwords: passwords(&keys),
            keys,
            demo: false,
            public_url: address.clone(),
            tls: false,
            texter: Some(texter),
            pusher: Pusher::on_this_machine(),
            mail_folder: None,
            reset_for: TimeDelta::minutes(30),
            trusted_proxies: Vec::new(),
            vitals: Vitals::default(),
        };
        let simulator = sac::start(&folder.path().join("sac"), site.clock.clone()).await;
        let client = SacClient::new(sac::settings(&simulator)).unwrap();
        let timings = Timings::scaled(50);
        let pipeline = Pipeline::new(site.db.clone(), client, site.sealer.clone(), site.clock.clone(), timings);
        let background = Background::start(&site, &pipeline, &mailer);
        let parts = Parts { site: site.clone(), pipeline, formulary: FormularyIndexes::default() };
        let portal = app::start(&parts, listener, 1).unwrap();
        let (portal, background) = (Some(portal), Some(background));
        Self { site, address, mailbox, texts, simulator, portal, background, _folder: folder, database_url }
    }

    /// A browser nobody has logged in with.
    pub fn anonymous(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Turns a doctor's second factor on, with the code of now; returns its secret.
    pub async fn turn_on_second_factor(&self, id: i64) -> Vec<u8> {
        let (sealer, now) = (self.site.sealer.clone(), self.site.clock.now());
        self.write(move |conn| {
            second_factor::begin(conn, &sealer, id, now)?;
            let Standing::Pending(secret) = second_factor::find(conn, &sealer, id)? else { panic!("no secret waits") };
            let code = second_factor::code_at(&secret, now);
            assert!(second_factor::confirm(conn, &sealer, id, &code, now)?.is_some());
            Ok(secret)
        })
        .await
    }

    /// Adds a doctor and answers the user id.
    pub async fn add_doctor(&self, username: &str, fiscal_code: &str) -> i64 {
        let doctor = NewDoctor {
            username: username.to_owned(),
            surname: "BORGHETTO".to_owned(),
            name: "Paolo".to_owned(),
            fiscal_code: fiscal_code.to_owned(),
            email: format!("{username}@example.it"),
            phone: String::new(),
            password_hash: self.site.passwords.hash_blocking(PASSWORD).unwrap(),
            password_state: PasswordState::Definitive,
            confirmed: true,
            region_code: "050".to_owned(),
            asl_code: "204".to_owned(),
            province: "VE".to_owned(),
            specialization: "F".to_owned(),
            structure_code: String::new(),
        };
        let now = self.site.clock.now();
        self.write(move |conn| Ok(queries::insert_doctor(conn, &doctor, now)?)).await
    }

    /// A doctor's browser, logged in through the login page: BORGHETTO Paolo.
    pub async fn doctor(&self) -> Browser {
        self.add_doctor("borghetto", "BRGPLA59L23M048S").await;
        self.login("borghetto").await
    }

    /// Another doctor, who must see nothing of the first one's.
    pub async fn other_doctor(&self) -> Browser {
        self.add_doctor("rossi", "RSSMRA70A01H501S").await;
        self.login("rossi").await
    }

    /// Adds a collaborator (Maria Segreti) who works for these doctors, and answers the user id.
    pub async fn add_collaborator(&self, username: &str, doctors: &[i64]) -> i64 {
        let collaborator = NewCollaborator {
            username: username.to_owned(),
            surname: "SEGRETI".to_owned(),
            name: "Maria".to_owned(),
            fiscal_code: collaborator_code(username),
            password_hash: self.site.passwords.hash_blocking(PASSWORD).unwrap(),
            password_state: PasswordState::Definitive,
        };
        let (now, doctors) = (self.site.clock.now(), doctors.to_vec());
        self.write(move |conn| {
            let id = queries::insert_collaborator(conn, &collaborator, now)?;
            for doctor in doctors {
                let (owner, notes) = (Owner::of_doctor(doctor), notes(&collaborator));
                associations::insert(conn, owner, id, AssociationState::Active, &notes, now)?;
            }
            Ok(id)
        })
        .await
    }

    /// A browser logged in as `username` with the tests' password.
    pub async fn login(&self, username: &str) -> Browser {
        let browser = self.anonymous();
        let page = browser.get("/millelight/accedi").await;
        let landed = page.submit_raw("form", &[("username", username), ("password", PASSWORD)]).await;
        assert_eq!(landed.status, 303, "login failed: {}", landed.text());
        browser
    }

    /// Stops what runs beside the portal: from here on nobody uses the database but who is asked.
    pub async fn rest(&mut self) {
        self.background.take().unwrap().stop().await;
    }

    /// Waits until no prescription is on its way any more.
    pub async fn until_settled(&self) {
        for _ in 0..600 {
            let open = self.read(|conn| Ok(count_unsettled(conn)?)).await;
            if open == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("prescriptions are still on their way after 30 s");
    }

    /// Reads the database.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.site.db.read(work).await.unwrap()
    }

    /// Writes the database.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, DbError> + Send + 'static,
    ) -> T {
        self.site.db.write(work).await.unwrap()
    }
}

/// A fiscal code for the collaborator of this username: no two are the same person.
pub fn collaborator_code(username: &str) -> String {
    let days = username.bytes().fold(0u64, |sum, byte| (sum * 31 + u64::from(byte)) % 9_000);
    let born = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days);
    FiscalCode::compute("Segreti", "Maria", born, Sex::Female, "L736").unwrap().as_str().to_owned()
}

fn notes(collaborator: &NewCollaborator) -> Notes {
    Notes {
        surname: collaborator.surname.clone(),
        name: collaborator.name.clone(),
        region_code: "050".to_owned(),
        province: "VE".to_owned(),
        asl_code: String::new(),
        phone: String::new(),
        mobile: String::new(),
        email: String::new(),
    }
}

/// Rows the runner has still something to do for.
fn count_unsettled(conn: &mut Db) -> diesel::QueryResult<i64> {
    use diesel::prelude::*;
    use millecloud::db::schema::prescriptions;
    prescriptions::table.filter(prescriptions::state.eq_any(State::UNSETTLED)).count().get_result(conn)
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop((self.portal.take(), self.background.take()));
        if let Some(server) = postgres::server() {
            let url = self.database_url.clone();
            // Not on the runtime's thread: the driver blocks.
            let _ = std::thread::spawn(move || postgres::drop_database(&server, &url)).join();
        }
    }
}
