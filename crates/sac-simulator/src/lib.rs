//! A stand-in for SAC: the same messages, over HTTP, on this machine.
//!
//! The demo and the tests use it, and so may anyone who wants to try the program without the ministry. It has its own key
//! pair and certificate (`certificato.pem` in its folder and `GET /certificato.pem`), knows a few invented doctors
//! ([`fixtures`], plus those of `medici.json` and of the control endpoint), gives lots and sessions, registers, shows and
//! annuls, assigns a number to what comes without one, lists the used ones, refuses whatever the published schemas refuse, and keeps all of it in a ledger on disk ([`ledger`]). Where the
//! real system's behaviour is not known, [`rules`] and [`limits`] say what was decided instead.
//!
//! Control endpoint, from this machine only:
//!
//! | call | effect |
//! |---|---|
//! | `GET /controllo/registro` | everything registered: entries, prescriptions, lots, number of calls |
//! | `POST /controllo/guasti` | plans a fault, for instance `{"service":"send","next":1,"kind":"accept-then-drop"}`, or with `"probability":0.2`; see [`Fault`] |
//! | `GET`, `DELETE /controllo/guasti` | shows the faults in force; drops them |
//! | `POST /controllo/medici` | registers a doctor, see [`Doctor`] |
//! | `POST /controllo/ricette/{nre}/stato` | `{"state":8}`: moves a prescription as a dispenser would |
//! | `POST /controllo/sessioni` | `{"username":".."}`: a session, as from the ministry's portal |
//! | `DELETE /controllo/sessioni/{username}` | ends the sessions of a user |
//! | `POST /controllo/confezioni` | `{"product_code":"..","packs":6}`: a package with a limit of its own |
//! | `POST /controllo/promemoria` | `{"on":true}`: send answers with a PDF |

mod answers;
mod codes;
mod control;
mod door;
mod engine;
mod faults;
pub mod fixtures;
mod keys;
pub mod ledger;
pub mod limits;
mod pdf;
pub mod rules;
mod schema;
mod server;
mod services;
mod sessions;
mod state;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::dev::ServerHandle;

pub use answers::Reply;
pub use door::Door;
pub use engine::{Engine, Held, Request, Snapshot};
pub use faults::{Fault, FaultPlan};
pub use fixtures::Doctor;
pub use keys::CERTIFICATE_FILE;
pub use pdf::CREATOR as PAPER_CREATOR;
pub use state::{Session, month_session};

use kernel::clock::Clock;

/// How to start a simulator.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Address to listen on; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Folder of keys, certificate, doctors and ledger; made if missing.
    pub data_dir: PathBuf,
    /// Seed of the faults with a probability.
    pub seed: u64,
    /// Source of time.
    pub clock: Clock,
}

impl SimulatorConfig {
    /// A simulator on a free port of this machine.
    pub fn new(data_dir: PathBuf) -> Self {
        Self { bind: SocketAddr::from(([127, 0, 0, 1], 0)), data_dir, seed: 0, clock: Clock::system() }
    }
}

/// A simulator at work; dropping it leaves it running until the runtime ends.
pub struct RunningSimulator {
    /// Address it listens on.
    pub addr: SocketAddr,
    /// Its certificate, PEM: the client's setting.
    pub certificate_pem: String,
    /// What the control endpoint does, without HTTP.
    pub engine: Arc<Engine>,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<io::Result<()>>,
}

impl std::fmt::Debug for RunningSimulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningSimulator").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl RunningSimulator {
    /// Base address of all its services: the client's setting.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops it, letting the calls under way finish.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        let _ended = self.server.await;
    }

    /// Waits until it ends by itself, which is when it fails.
    pub async fn wait(self) -> io::Result<()> {
        self.server.await.map_err(io::Error::other)?
    }
}

/// Starts a simulator inside the current runtime.
/// Fails when its folder cannot be used or its address is taken.
pub async fn start(config: SimulatorConfig) -> io::Result<RunningSimulator> {
    let SimulatorConfig { bind, data_dir, seed, clock } = config;
    let opening = tokio::task::spawn_blocking(move || Engine::open(&data_dir, seed, clock));
    let engine = Arc::new(opening.await.map_err(io::Error::other)??);
    let (server, handle, addr) = server::bind(Arc::clone(&engine), bind)?;
    tracing::info!(%addr, "SAC simulator listening");
    let server = tokio::spawn(server);
    Ok(RunningSimulator { addr, certificate_pem: engine.certificate_pem().to_owned(), engine, handle, server })
}
