//! Which program is asking, written in the handler's signature, as `web::guards` does for people.
//!
//! [`Program`] is given to a living token with the right scope; [`Studio`] also names the doctor of the address: the user
//! in person, or a doctor for whom a collaborator works at this very moment. Both spend one act of the user's budget. A
//! program has no session, no cookie, no page.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::web::{self, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::accesses::{self, LogKey, Viewer};
use crate::db::{Db, DbError, DbPool, Owner};
use crate::identity::api_tokens::{self, LiveToken, Scope};
use crate::identity::associations::{self, Principal};
use crate::identity::budgets::{self, Action};
use crate::identity::by::By;
use crate::identity::events::{self, EventKind};
use crate::identity::model::Role;
use crate::site::Site;
use crate::web::address;
use crate::web::deadline;
use crate::web::headers;
use crate::web::problem::Problem;
use kernel::wording::full_name;

/// The largest body of a program's request. A prescription of twelve drugs with the longest posologies is 6 KiB.
pub const BODY_LIMIT: usize = 32 * 1024;
/// Name of the header that makes a repeated write harmless.
pub const KEY_HEADER: &str = "Idempotency-Key";
const KEY_MAX: usize = 64;

/// What an address asks of a program: implemented by the markers below.
pub trait Permit {
    /// What the token must be good for; `None` for what every token may know.
    const SCOPE: Option<Scope>;
    /// What of the user's budget it costs.
    const ACTION: Action;
}

macro_rules! permits {
    ($( $(#[$doc:meta])* $name:ident = $scope:expr, $action:ident; )*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;
            impl Permit for $name {
                const SCOPE: Option<Scope> = $scope;
                const ACTION: Action = Action::$action;
            }
        )*
    };
}

permits! {
    /// Whoever holds a token.
    Known = None, Poll;
    /// Lists and counters.
    Look = Some(Scope::Read), Poll;
    /// Searches.
    Search = Some(Scope::Read), Search;
    /// One person's data.
    Open = Some(Scope::Read), Open;
    /// Preparing prescriptions.
    Prepare = Some(Scope::Prepare), Write;
    /// Taking what was validated.
    Take = Some(Scope::Deliver), Write;
    /// Looking at the paper of one person's prescription.
    Give = Some(Scope::Deliver), Open;
}

/// A program with a living token of scope `P`.
pub struct Program<P> {
    /// The token and its user.
    pub token: LiveToken,
    /// The shared program.
    pub site: Site,
    /// The network address the request comes from.
    origin: String,
    permit: PhantomData<P>,
}

impl<P> Program<P> {
    /// The user's id.
    pub const fn user_id(&self) -> i64 {
        self.token.user_id
    }

    /// The database.
    pub const fn db(&self) -> &DbPool {
        &self.site.db
    }

    /// Now, UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.site.clock.now()
    }
}

/// Why a program is not let through, found inside the transaction.
enum Refusal {
    Unknown,
    Scope,
    Budget(TimeDelta),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::unauthorized(),
            Refusal::Scope => Self::forbidden("Il collegamento di questo programma non comprende questa funzione."),
            Refusal::Budget(wait) => Self::too_many("Il programma chiede troppe cose in poco tempo.", wait),
        }
    }
}

/// The token of the header, if it has the shape of one.
fn presented(req: &HttpRequest) -> Option<String> {
    let (kind, token) = req.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (kind.eq_ignore_ascii_case("bearer") && token.len() <= 200).then(|| token.trim().to_owned())
}

fn site_of(req: &HttpRequest) -> Result<Site, Problem> {
    let site = req.app_data::<web::Data<Site>>().map(|site| site.get_ref().clone());
    site.ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

/// What a program asks for.
struct Wanted {
    scope: Option<Scope>,
    action: Action,
    /// The doctor its address names.
    doctor: Option<i64>,
}

/// Checks a token and takes one act of its user's budget.
fn admit(
    conn: &mut Db,
    token: &str,
    wanted: &Wanted,
    now: NaiveDateTime,
) -> Result<Result<LiveToken, Refusal>, DbError> {
    let Some(live) = api_tokens::find_live(conn, token, now)? else { return Ok(Err(Refusal::Unknown)) };
    if let Err(wait) = budgets::spend(conn, live.user_id, wanted.action, now)? {
        tell_slowed(conn, &live, wanted, now)?;
        return Ok(Err(Refusal::Budget(wait)));
    }
    if live.wants_touch(now) {
        api_tokens::touch(conn, live.id, now)?;
    }
    Ok(if wanted.scope.is_none_or(|scope| live.scopes.contains(&scope)) { Ok(live) } else { Err(Refusal::Scope) })
}

/// Tells the doctor that a collaborator's program looks at too many people at once, as the pages do (R63).
fn tell_slowed(conn: &mut Db, live: &LiveToken, wanted: &Wanted, now: NaiveDateTime) -> Result<(), DbError> {
    let looks = live.role == Role::Collaborator && matches!(wanted.action, Action::Open | Action::Search);
    let Some(doctor) = wanted.doctor.filter(|_| looks) else { return Ok(()) };
    if let Some(owner) = archive(conn, live, doctor)? {
        let who = full_name(&live.name, &live.surname);
        events::note_now_and_then(conn, owner.id(), (EventKind::CollaboratorSlowed, who), now)?;
    }
    Ok(())
}

/// The doctor an address names.
fn named_doctor(req: &HttpRequest) -> Option<i64> {
    req.match_info().get("doctor").and_then(|id| id.parse().ok())
}

async fn enter<P: Permit>(req: &HttpRequest) -> Result<Program<P>, Problem> {
    let (site, token) = (site_of(req)?, presented(req).ok_or_else(Problem::unauthorized)?);
    let now = site.clock.now();
    let wanted = Wanted { scope: P::SCOPE, action: P::ACTION, doctor: named_doctor(req) };
    let admitted = site.db.write(move |conn: &mut Db| admit(conn, &token, &wanted, now)).await?;
    let origin = address::client_address(&site, req);
    let token = admitted?;
    req.extensions_mut().insert(headers::Known);
    Ok(Program { token, site, origin, permit: PhantomData })
}

impl<P: Permit + 'static> FromRequest for Program<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { enter(&req).await })
    }
}

/// A program at work in a doctor's archive.
pub struct Studio<P> {
    /// The program and its user.
    pub program: Program<P>,
    owner: Owner,
}

impl<P> Studio<P> {
    /// The archive.
    pub const fn owner(&self) -> Owner {
        self.owner
    }

    /// Who acts in it, now.
    pub fn by(&self) -> By {
        By::guarded(self.owner, self.program.user_id(), self.program.now())
    }

    /// Today in Italy.
    pub fn today(&self) -> NaiveDate {
        self.program.site.clock.today()
    }

    /// Who looks.
    pub fn viewer(&self) -> Viewer {
        let program = &self.program;
        let (actor_id, role) = (program.token.user_id, program.token.role);
        let (origin, key) = (program.origin.clone(), LogKey::new(&program.site.keys));
        Viewer { owner: self.owner, actor_id, role, origin, key }
    }

    /// Notes what an answer shows.
    /// What cannot be noted is not shown.
    pub async fn note(&self, look: accesses::Look) -> Result<(), Problem> {
        let (viewer, now) = (self.viewer(), self.program.now());
        let write = move |conn: &mut Db| accesses::record(conn, &viewer, &[look], now);
        Ok(self.program.db().write_shared(write).await?)
    }
}

/// The doctor of the address, if the user is that doctor or works for them now; anybody else's is not there.
fn archive(conn: &mut Db, token: &LiveToken, doctor: i64) -> Result<Option<Owner>, DbError> {
    let may = match token.role {
        Role::Doctor => token.user_id == doctor,
        Role::Collaborator => associations::find_active(conn, token.user_id, doctor)?.is_some(),
        Role::Patient => false,
    };
    Ok(may.then(|| Owner::of_doctor(doctor)))
}

/// The doctors whose archives a user may open.
pub fn list_doctors(conn: &mut Db, token: &LiveToken) -> Result<Vec<Principal>, DbError> {
    Ok(match token.role {
        Role::Doctor => {
            let (surname, name) = (token.surname.clone(), token.name.clone());
            vec![Principal { doctor_id: token.user_id, surname, name }]
        }
        Role::Collaborator => associations::list_active(conn, token.user_id)?,
        Role::Patient => Vec::new(),
    })
}

impl<P: Permit + 'static> FromRequest for Studio<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let program = enter::<P>(&req).await?;
            let (Some(doctor), token) = (named_doctor(&req), program.token.clone()) else {
                return Err(Problem::not_found());
            };
            let owner = program.db().read(move |conn: &mut Db| archive(conn, &token, doctor)).await?;
            Ok(Self { program, owner: owner.ok_or_else(Problem::not_found)? })
        })
    }
}

/// What stands after the `?` of an address; asked for once it is known who asks.
/// Fails on a field that is missing, unknown or no value of its kind.
pub fn query<T: DeserializeOwned>(req: &HttpRequest) -> Result<T, Problem> {
    let read = web::Query::<T>::from_query(req.query_string());
    read.map(web::Query::into_inner)
        .map_err(|_shape| Problem::bad_request("Un parametro dell’indirizzo manca, o non è uno di quelli previsti."))
}

/// What a program sends, not read yet: who asks is known first.
pub struct Body {
    req: HttpRequest,
    payload: Payload,
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self { req: req.clone(), payload: payload.take() }))
    }
}

/// What was sent.
pub struct Sent<T> {
    /// The content.
    pub data: T,
    /// Address and content as they came, for the comparison with a first arrival.
    pub bytes: Vec<u8>,
}

impl Body {
    /// The content, which must be JSON of the right shape.
    /// The error says what is wrong with it; nothing of the content is repeated.
    pub async fn json<T: DeserializeOwned>(self) -> Result<Sent<T>, Problem> {
        let Self { req, mut payload } = self;
        if !is_json(&req) {
            return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            body.extend_from_slice(&chunk.map_err(|error| Problem::of(&deadline::body_error(&error)))?);
            if body.len() > BODY_LIMIT {
                return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE));
            }
        }
        let data = serde_json::from_slice(&body).map_err(|error| unreadable(&error))?;
        let mut bytes = format!("{} {} ", req.method(), req.path()).into_bytes();
        bytes.extend_from_slice(&body);
        Ok(Sent { data, bytes })
    }

    /// The key under which a repeated write finds the answer of the first, as it is kept: apart from those of the forms.
    /// Fails when it is missing, or is no key.
    pub fn key(&self) -> Result<String, Problem> {
        let given = self.req.headers().get(KEY_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let fits = !given.is_empty() && given.len() <= KEY_MAX && given.chars().all(|c| c.is_ascii_graphic());
        if !fits {
            return Err(Problem::bad_request(
                "Manca l’intestazione Idempotency-Key: da 1 a 64 caratteri senza spazi, nuovi per ogni operazione.",
            ));
        }
        Ok(format!("api:{given}"))
    }
}

fn is_json(req: &HttpRequest) -> bool {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unreadable(error: &serde_json::Error) -> Problem {
    let place = format!("riga {}, colonna {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Data => {
            Problem::invalid_field("", &format!("Il contenuto non ha i campi previsti ({place})."))
        }
        _ => Problem::bad_request(&format!("Il contenuto non è un JSON valido ({place}).")),
    }
}
