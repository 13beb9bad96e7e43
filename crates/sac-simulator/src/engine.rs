//! The simulator without HTTP: who may call, what the schemas allow, and what each fault changes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::answers::{self, Reply, SessionAnswer, blocking, warning};
use super::door::Door;
use super::faults::{Fault, FaultPlan, Faults, REFUSAL_TEXT};
use super::fixtures::{Directory, Doctor};
use super::keys::Keys;
use super::ledger::{Entry, Registered};
use super::limits::PackExceptions;
use super::schema::{self, MESSAGES};
use super::services::{self, Call};
use super::sessions;
use super::state::{Session, State};
use kernel::clock::Clock;
use sac::read;
use sac::xml::Element;

/// A request as it came over HTTP.
#[derive(Default)]
pub struct Request {
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Authorization2F`.
    pub session: Option<String>,
    /// `SOAPAction`.
    pub soap_action: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

/// Everything the simulator knows and can change.
pub struct World {
    /// The doctors.
    pub directory: Directory,
    /// What is registered.
    pub state: State,
    /// Packages with limits of their own.
    pub exceptions: PackExceptions,
    /// Whether send answers with a PDF.
    pub promemoria: bool,
    faults: Faults,
    calls: BTreeMap<Door, u64>,
}

/// A prescription in a snapshot.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// State of the process.
    pub state: u8,
    /// As registered.
    #[serde(flatten)]
    pub registered: Registered,
}

/// All there is, at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// Everything that happened.
    pub entries: Vec<Entry>,
    /// The prescriptions, by number.
    pub prescriptions: Vec<Held>,
    /// Prefix and doctor of each lot.
    pub lots: Vec<(String, String)>,
    /// How often each service was called since the start.
    pub calls: BTreeMap<Door, u64>,
}

/// The simulator.
pub struct Engine {
    world: Mutex<World>,
    keys: Keys,
    clock: Clock,
}

impl Engine {
    /// Opens the simulator of a folder.
    /// Fails when the folder cannot be used or holds damaged files.
    pub fn open(folder: &Path, seed: u64, clock: Clock) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let keys = Keys::load_or_make(folder)?;
        let world = World {
            directory: Directory::load(folder)?,
            state: State::load(folder)?,
            exceptions: PackExceptions::new(),
            promemoria: false,
            faults: Faults::new(seed),
            calls: BTreeMap::new(),
        };
        Ok(Self { world: Mutex::new(world), keys, clock })
    }

    /// The published certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.keys.certificate_pem
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Plans a fault.
    pub fn plan_fault(&self, plan: FaultPlan) {
        self.world().faults.add(plan);
    }

    /// The faults in force.
    pub fn faults(&self) -> Vec<FaultPlan> {
        self.world().faults.plans().to_vec()
    }

    /// Drops all faults.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// Registers a doctor.
    /// Fails when his file cannot be written.
    pub fn add_doctor(&self, doctor: &Doctor) -> io::Result<()> {
        self.world().directory.add(doctor)
    }

    /// Allows a package up to that many packs per prescription.
    pub fn allow_packs(&self, product_code: &str, packs: u32) {
        self.world().exceptions.insert(product_code.to_owned(), packs);
    }

    /// Whether send answers with a PDF.
    pub fn set_promemoria(&self, on: bool) {
        self.world().promemoria = on;
    }

    /// Moves a prescription to a state, as a dispenser would; false when there is no such number.
    pub fn set_state(&self, nre: &str, state: u8) -> io::Result<bool> {
        self.world().state.set_state(self.clock.now(), nre, state)
    }

    /// Creates a session, as the doctor would on the ministry's portal; `None` for an unknown user.
    pub fn create_session(&self, username: &str) -> io::Result<Option<Session>> {
        let mut world = self.world();
        if world.directory.user(username).is_none() {
            return Ok(None);
        }
        world.state.create_session(self.clock.now(), username).map(Some)
    }

    /// Ends all sessions of a user.
    pub fn revoke_sessions(&self, username: &str) -> io::Result<()> {
        self.world().state.revoke_sessions_of(self.clock.now(), username)
    }

    /// All there is.
    pub fn snapshot(&self) -> Snapshot {
        let world = self.world();
        let held = |prescription: &super::state::Prescription| Held {
            state: prescription.state,
            registered: prescription.registered.clone(),
        };
        Snapshot {
            entries: world.state.entries().to_vec(),
            prescriptions: world.state.prescriptions().map(held).collect(),
            lots: world.state.lots().iter().map(|lot| (lot.prefix.clone(), lot.doctor.clone())).collect(),
            calls: world.calls.clone(),
        }
    }

    /// Counts a call and draws its fault.
    pub fn begin(&self, door: Door) -> Option<Fault> {
        let mut world = self.world();
        *world.calls.entry(door).or_default() += 1;
        world.faults.draw(door)
    }

    /// Answers a request, with the fault drawn for it.
    pub fn answer(&self, door: Door, request: &Request, fault: Option<&Fault>) -> Reply {
        let expected = MESSAGES.iter().filter(|message| belongs(door, message.root));
        let instead = match fault {
            Some(Fault::Refuse { code }) => Some(refusal(door, request, code, REFUSAL_TEXT)),
            Some(Fault::RefuseSaying { code, text }) => Some(refusal(door, request, code, text)),
            Some(Fault::AlreadyUsed) => Some(refusal(door, request, "1016", REFUSAL_TEXT)),
            Some(Fault::NotYetVisible) if door == Door::View => Some(refusal(door, request, "5005", REFUSAL_TEXT)),
            Some(Fault::NotYetVisible) if door == Door::UsedNres => Some(answers::listed(&[], &[])),
            Some(Fault::SoapFault { status, text }) => Some(Reply::fault(*status, text)),
            Some(Fault::Status { status, accept: false }) => Some(Reply::page(*status)),
            Some(Fault::Huge) => Some(Reply::soap(format!("<a>{}</a>", "<b>riempitivo</b>".repeat(620_000)))),
            Some(Fault::Bomb) => Some(Reply::soap(bomb())),
            Some(Fault::Redirect) => Some(Reply { location: Some("http://127.0.0.1:1/altrove"), ..Reply::page(302) }),
            Some(Fault::ExpiredSession) => Some(Reply::fault(500, NO_SESSION)),
            _ => None,
        };
        let reply = instead.unwrap_or_else(|| self.process(door, request, expected, fault));
        match fault {
            Some(Fault::Status { status, .. }) => challenged(Reply::page(*status)),
            Some(Fault::AcceptThenGarble) => Reply { body: "\u{fffd}PK\u{3}\u{4}<<<&".repeat(20), ..reply },
            Some(Fault::Truncated) => Reply { body: reply.body.chars().take(reply.body.len() / 2).collect(), ..reply },
            Some(Fault::MailedSession) => Reply { body: without_messages(&reply.body), ..reply },
            Some(Fault::OtherNre) => Reply { body: other_nre(&reply.body), ..reply },
            _ => reply,
        }
    }

    fn process<'a>(
        &self,
        door: Door,
        request: &Request,
        mut expected: impl Iterator<Item = &'a schema::Message>,
        fault: Option<&Fault>,
    ) -> Reply {
        let mut world = self.world();
        let sender = match authenticate(&world.directory, door, request) {
            Ok(sender) => sender,
            Err(reply) => return reply,
        };
        let root = match open(door, request) {
            Ok(root) => root,
            Err(text) => return Reply::fault(500, text),
        };
        let now = self.clock.now();
        let admitted = door == Door::Session || {
            let id = request.session.as_deref().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
            sessions::admits(&mut world.state, &sender, id, now).unwrap_or(false)
        };
        if !admitted {
            return Reply::fault(500, NO_SESSION);
        }
        let valid = expected.find(|message| message.root == root.name).map_or_else(
            || Err("cvc-elt.1: Unexpected element".to_owned()),
            |message| schema::validate(&root, message),
        );
        if let Err(text) = valid {
            return Reply::fault(500, &text);
        }
        let extra_warning = match fault {
            Some(Fault::Warning { code }) => Some(warning(code, "Avviso di prova del simulatore")),
            _ => None,
        };
        let direct_distribution = fault == Some(&Fault::DirectDistribution);
        let world = &mut *world;
        let mut call = Call { world, keys: &self.keys, sender: &sender, now, extra_warning, direct_distribution };
        let reply = match door {
            Door::Send => services::send(&mut call, &root),
            Door::View => Ok(services::view(&mut call, &root)),
            Door::Annul => services::annul(&mut call, &root),
            Door::UsedNres => Ok(services::used_nres(&mut call, &root)),
            Door::Lot => services::lot(&mut call, &root, fault == Some(&Fault::NoLots)),
            Door::Session => sessions::answer(&mut call, &root),
        };
        reply.unwrap_or_else(|_| Reply::page(500))
    }
}

/// Text of the Fault for a missing or expired session. How SAC words it is not known.
const NO_SESSION: &str = "ID-SESSIONE mancante, scaduto o non valido";

fn belongs(door: Door, root: &str) -> bool {
    match door {
        Door::Send => root.starts_with("Invio"),
        Door::View => root.starts_with("Visualizza"),
        Door::Annul => root.starts_with("Annulla"),
        Door::UsedNres => root.starts_with("Interroga"),
        Door::Lot => root.starts_with("Lotto"),
        Door::Session => root.ends_with("Req"),
    }
}

/// The message of a request, once its headers are in order.
fn open(door: Door, request: &Request) -> Result<Element, &'static str> {
    let action = request.soap_action.as_deref().unwrap_or_default();
    if !door.services().iter().any(|service| action == format!("\"{}\"", service.soap_action())) {
        return Err("SOAPAction mancante o non valida");
    }
    if !request.content_type.as_deref().unwrap_or_default().to_ascii_lowercase().starts_with("text/xml") {
        return Err("Content-Type non valido");
    }
    match read::soap_body(&request.body, None) {
        Ok(read::Body::Message(root)) => Ok(root),
        _ => Err("Richiesta non leggibile"),
    }
}

/// First factor: preemptive Basic. An unknown user gets a Fault; the session service tells a wrong password apart.
fn authenticate(directory: &Directory, door: Door, request: &Request) -> Result<Doctor, Reply> {
    let given = request.authorization.as_deref().and_then(|value| value.strip_prefix("Basic "));
    let Some(given) = given else { return Err(challenged(Reply::page(401))) };
    let clear = STANDARD.decode(given).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (username, password) = clear.split_once(':').unwrap_or_default();
    match directory.user(username) {
        Some(doctor) if doctor.password == password => Ok(doctor.clone()),
        Some(_) if door == Door::Session => Err(challenged(Reply::fault(401, "Rejected by policy. (from client)"))),
        None if door == Door::Session => Err(Reply::fault(500, "Errore generico di autenticazione")),
        _ => Err(Reply::fault(500, "Credenziali invalide")),
    }
}

fn challenged(reply: Reply) -> Reply {
    let challenge = (reply.status == 401).then_some("Basic realm=login");
    Reply { challenge, ..reply }
}

/// A refusal in the form of each service.
fn refusal(door: Door, request: &Request, code: &str, why: &str) -> Reply {
    let errors = [blocking(code, why)];
    let root = match read::soap_body(&request.body, None) {
        Ok(read::Body::Message(root)) => Some(root),
        _ => None,
    };
    let text = |name: &str| root.as_ref().map_or("", |root| root.text_of(name));
    match door {
        Door::Send => answers::sent(None, &errors, Vec::new(), None),
        Door::View => answers::viewed(None, &errors),
        Door::Annul => answers::annulled(text("nre"), &errors),
        Door::UsedNres => answers::listed(&[], &errors),
        Door::Lot => {
            let request = (text("CodRegione"), text("IdentificativoLotto"), text("CFMedico"));
            answers::lot(request, Err((code, why)))
        }
        Door::Session => {
            let name = root.as_ref().map_or("CreateAuthRes".to_owned(), |root| root.name.replace("Req", "Res"));
            let errors = vec![("99", REFUSAL_TEXT, "E")];
            answers::session(&name, &SessionAnswer { errors, ..SessionAnswer::default() })
        }
    }
}

/// A document that would grow to a thousand million letters.
fn bomb() -> String {
    let entities: String =
        (1..10).map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10))).collect();
    format!("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY e0 \"a\">{entities}]><a>&e9;</a>")
}

/// The same answer without its messages, the id among them.
fn without_messages(body: &str) -> String {
    let parts = body.split_once("<m:comunicazioni>");
    let rest = parts.and_then(|(before, after)| Some((before, after.split_once("</m:comunicazioni>")?.1)));
    rest.map_or_else(|| body.to_owned(), |(before, after)| format!("{before}{after}"))
}

/// The same answer about the number before or after.
fn other_nre(body: &str) -> String {
    let Some((before, rest)) = body.split_once("<m:nre>") else { return body.to_owned() };
    let Some((nre, after)) = rest.split_once("</m:nre>") else { return body.to_owned() };
    let last = if nre.ends_with('0') { '1' } else { '0' };
    let stem = nre.get(..nre.len().saturating_sub(1)).unwrap_or_default();
    format!("{before}<m:nre>{stem}{last}</m:nre>{after}")
}
