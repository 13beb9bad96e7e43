//! Who is asking, written in the handler's signature.
//!
//! `Doctor`, `Acting` and `Member` are given only to a live session of the right role whose password is its own; a
//! temporary password yields `PasswordChangePending` and nothing else. `Acting` is whoever works in a doctor's archive: the
//! doctor, or a collaborator for the doctor chosen, whose association is asked of the database at every request.
//! `visitor::Visitor` is for the few public pages. A guard carries what a handler needs: the user, the page shell, the database, the clock.

mod looking;
mod rules;
mod stopped;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use chrono::{NaiveDate, NaiveDateTime};

use crate::db::{Db, DbError, DbPool, Owner};
use crate::identity::associations::{self, Principal};
use crate::identity::by::By;
use crate::identity::model::Role;
use crate::identity::sessions::{self, LiveSession};
use crate::site::Site;
use crate::web::csrf::CsrfForm;
use crate::web::desk::{self, Brought};
use crate::web::error::AppError;
use crate::web::flash::{self, Flash};
use crate::web::headers::Known;
use crate::web::keep::{keep_fields, keep_form};
use crate::web::page::{html_response, see_other};
use crate::web::posted::{Guard, MadeIn};
use crate::web::session_store::{DOCTOR, DOWN, EXPIRED, KEY, LIVE};
use crate::web::shell::{Product, Shell};
use crate::web::{address, counts, csrf, headers, paths};
use kernel::wording::full_name;

pub use rules::{ActingRule, DoctorRule, HolderRule, MemberRule, PatientRule, PendingRule, PersonRule, Rule};

/// Why a request is turned away when its session cannot be read.
pub(super) const NO_SESSION: &str = "sessions";

/// The header of requests that a page makes by itself: they do not keep a session alive.
pub const BACKGROUND_HEADER: &str = "X-In-Sottofondo";

/// A user who passed rule `R`.
pub struct Signed<R> {
    /// The user and the session.
    pub user: LiveSession,
    /// The role, already read.
    pub role: Role,
    /// Page surroundings for this request.
    pub shell: Shell,
    /// The shared program.
    pub site: Site,
    session: Session,
    /// The doctor a collaborator has chosen to work for, who still wants it.
    principal: Option<Principal>,
    /// The network address the request comes from.
    origin: String,
    rule: PhantomData<R>,
}

/// A medico titolare with a password of his own.
pub type Doctor = Signed<DoctorRule>;
/// The doctor, or a collaborator who works for one: see [`Signed::owner`] and [`Signed::on_behalf_of`].
pub type Acting = Signed<ActingRule>;
/// A doctor or a collaborator with a password of their own.
pub type Member = Signed<MemberRule>;
/// Whoever may change their password: a patient too, and who has a temporary one.
pub type PasswordChangePending = Signed<PendingRule>;
/// A patient with an account of their own (Millebook).
pub type Patient = Signed<PatientRule>;
/// Whoever has a password of their own, for the pages about themselves.
pub type Person = Signed<PersonRule>;
/// Whoever may have a second factor: a doctor, or a patient.
pub type Holder = Signed<HolderRule>;

impl<R> Signed<R> {
    /// The user's id.
    pub const fn id(&self) -> i64 {
        self.user.user_id
    }

    /// The database.
    pub const fn db(&self) -> &DbPool {
        &self.site.db
    }

    /// Asks the database, in one snapshot. Nobody need name the error: whatever a slice answers with ends as a page.
    pub async fn read<T, E>(&self, ask: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static) -> Result<T, AppError>
    where
        T: Send + 'static,
        E: Into<AppError> + 'static,
    {
        self.db().read(move |conn| ask(conn).map_err(Into::into)).await
    }

    /// Changes the database in one transaction: all of it, or nothing when it answers an error.
    pub async fn write<T, E>(
        &self,
        change: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, AppError>
    where
        T: Send + 'static,
        E: Into<AppError> + 'static,
    {
        self.db().write(move |conn| change(conn).map_err(Into::into)).await
    }

    /// Has the counts of the page's menu and bell asked for, where the page asks the database nothing else.
    pub async fn count(&self) -> Result<(), AppError> {
        Ok(self.db().read(|_conn| -> Result<(), DbError> { Ok(()) }).await?)
    }

    /// Now, UTC.
    pub fn now(&self) -> NaiveDateTime {
        self.site.clock.now()
    }

    /// Today in Italy.
    pub fn today(&self) -> NaiveDate {
        self.site.clock.today()
    }

    /// Leaves a message for the next page.
    /// Fails when the session cannot hold it.
    pub fn flash(&self, message: Flash) -> Result<(), AppError> {
        Ok(flash::push(&self.session, message)?)
    }

    /// On to another page, which shows the messages this one was given.
    /// Fails when the session cannot hold them.
    pub fn pass_on(&self, to: &str) -> Result<HttpResponse, AppError> {
        for message in &self.shell.flash {
            self.flash(message.clone())?;
        }
        Ok(see_other(to))
    }

    /// The session, for login and logout.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// `Dr. Paolo Borghetto`, when a collaborator acts on a doctor's behalf.
    pub fn on_behalf_of(&self) -> Option<String> {
        self.principal.as_ref().map(Principal::title)
    }

    /// The page that asks the password again before a protected act. The form that came too late is kept, without its
    /// secrets, and offered back afterwards.
    pub async fn ask_password_for<T>(&self, path: String, form: CsrfForm<T>) -> Result<HttpResponse, AppError> {
        keep_fields(&self.site, self.user.user_id, path, form.raw).await?;
        Ok(see_other(&paths::reauthenticate_then(&paths::resume())))
    }

    /// False when a protected act must ask the password again (`paths::reauthenticate_then`).
    pub fn recently_authenticated(&self) -> bool {
        self.now() - self.user.authenticated_at <= sessions::REAUTHENTICATE_AFTER
    }
}

impl Doctor {
    /// The doctor's own archive.
    pub const fn owner(&self) -> Owner {
        Owner::of_doctor(self.user.user_id)
    }

    /// The doctor, in the own archive, now.
    pub fn by(&self) -> By {
        By::guarded(self.owner(), self.id(), self.now())
    }
}

impl Acting {
    /// The archive one works in: the doctor's own, or that of the doctor a collaborator works for.
    pub fn owner(&self) -> Owner {
        Owner::of_doctor(self.principal.as_ref().map_or(self.user.user_id, |doctor| doctor.doctor_id))
    }

    /// Who acts in it, now.
    pub fn by(&self) -> By {
        By::guarded(self.owner(), self.id(), self.now())
    }

    /// Whether it is the doctor in person.
    pub const fn is_doctor(&self) -> bool {
        matches!(self.role, Role::Doctor)
    }
}

/// Why a guard did not let through.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not signed in: to the login page, and back afterwards.
    #[error("not signed in")]
    Login(String),
    /// Signed in with a temporary password: to the change form.
    #[error("the password must be changed first")]
    ChangePassword(String),
    /// A doctor nobody has vouched for yet, where one reaches beyond one's own archive: to the page that says so.
    #[error("not verified")]
    Unverified,
    /// A collaborator who has not said for which doctor: to the choice, and back afterwards.
    #[error("no doctor chosen")]
    ChooseDoctor(String),
    /// A collaborator whose doctor has stopped the association: the page that says so.
    #[error("the association does not hold")]
    Stopped(String),
    /// Anything else.
    #[error(transparent)]
    App(#[from] AppError),
}

impl ResponseError for Refusal {
    fn status_code(&self) -> actix_web::http::StatusCode {
        match self {
            Self::Login(_) | Self::ChangePassword(_) | Self::Unverified | Self::ChooseDoctor(_) => {
                actix_web::http::StatusCode::SEE_OTHER
            }
            Self::Stopped(_) => actix_web::http::StatusCode::NOT_FOUND,
            Self::App(error) => error.status(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Login(next) => see_other(&paths::login_then(next)),
            Self::ChangePassword(to) => see_other(to),
            Self::Unverified => see_other(&paths::unverified()),
            Self::ChooseDoctor(next) => see_other(&paths::choose_doctor_then(next)),
            Self::Stopped(page) => html_response(self.status_code(), page.clone()),
            Self::App(error) => error.error_response(),
        }
    }
}

/// The live session of a request, if there is one.
pub(super) fn live(session: &Session) -> Option<LiveSession> {
    session.get(LIVE).ok().flatten()
}

pub(super) fn site_of(req: &HttpRequest) -> Result<Site, AppError> {
    req.app_data::<web::Data<Site>>()
        .map(|site| site.get_ref().clone())
        .ok_or_else(|| AppError::internal("the site is not configured"))
}

pub(super) fn shell_of(
    req: &HttpRequest,
    site: &Site,
    session: &Session,
    user: Option<&LiveSession>,
) -> Result<Shell, AppError> {
    let mut shell = Shell::new(csrf::token(req, site), headers::nonce(req))
        .with_demo(site.demo)
        .with_product(Product::of_path(req.path()));
    if let Some(user) = user {
        shell = match user.role() {
            Some(Role::Doctor) => shell.with_user(format!("Dr. {}", full_name(&user.name, &user.surname))),
            Some(Role::Patient) => shell.with_user(full_name(&user.name, &user.surname)).with_product(Product::Book),
            _ => shell.with_user(full_name(&user.name, &user.surname)).for_collaborator(),
        };
        // Only a whole page shows the waiting messages; a fragment would take them and drop them.
        if req.method() == Method::GET && !req.headers().contains_key("X-Frammento") {
            shell = shell.with_flash(flash::take(session)?);
        }
    }
    Ok(shell)
}

impl<R: Rule + 'static> FromRequest for Signed<R> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let (req, session) = (req.clone(), req.get_session());
        let Some(user) = live(&session) else {
            return Box::pin(async move { Err(turn_away(&req, &session).await) });
        };
        Box::pin(async move {
            let site = site_of(&req)?;
            let role = user.role().ok_or(AppError::Forbidden)?;
            // Patients have their own part of the site, and nobody else is in there: whatever the page's own rule says.
            if (role == Role::Patient) != paths::is_of_patients(req.path()) {
                return Err(other_door(&req));
            }
            if !R::admits(role, user.password_pending) {
                let form =
                    if paths::is_portal(req.path()) { paths::portal_password() } else { paths::change_password() };
                return Err(if user.password_pending {
                    Refusal::ChangePassword(form)
                } else {
                    AppError::Forbidden.into()
                });
            }
            if user.unverified && req.match_pattern().is_some_and(|pattern| paths::reaches_beyond(&pattern)) {
                return Err(Refusal::Unverified);
            }
            keep_alive(&req, &site, &session, &user).await?;
            req.extensions_mut().insert(Known);
            let chosen = session.get::<i64>(DOCTOR).ok().flatten();
            let principal = principal_of(&site, &user, role, chosen).await?;
            if R::IN_AN_ARCHIVE && role == Role::Collaborator && principal.is_none() {
                // The choice stays until the collaborator makes another: nobody is moved into another archive unasked.
                return Err(match chosen {
                    Some(doctor) => Refusal::Stopped(stopped::page(&req, &site, &session, &user, doctor).await?),
                    None => to_choice(&req),
                });
            }
            let mut shell = shell_of(&req, &site, &session, Some(&user))?;
            shell.on_behalf_of = principal.as_ref().map(Principal::title);
            let (site, counts) = counts::arrange(&req, site, &user, principal.as_ref());
            shell.counts = counts;
            let origin = address::client_address(&site, &req);
            Ok(Self { user, role, shell, site, session, principal, origin, rule: PhantomData })
        })
    }
}

/// The doctor a collaborator works for, if the association holds at this very moment.
async fn principal_of(
    site: &Site,
    user: &LiveSession,
    role: Role,
    chosen: Option<i64>,
) -> Result<Option<Principal>, AppError> {
    let (Role::Collaborator, Some(doctor_id)) = (role, chosen) else { return Ok(None) };
    let user_id = user.user_id;
    Ok(site.db.ask(move |conn| associations::find_active(conn, user_id, doctor_id)).await?)
}

/// To the door of that part of the site; a form is refused, it was not made there.
fn other_door(req: &HttpRequest) -> Refusal {
    if req.method() != Method::GET {
        return AppError::Forbidden.into();
    }
    Refusal::Login(req.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned())
}

/// To the choice of the doctor; a page is found again afterwards, a form is not: it was for a doctor nobody knows.
fn to_choice(req: &HttpRequest) -> Refusal {
    let here = req.uri().path_and_query().map_or("/", |address| address.as_str());
    Refusal::ChooseDoctor(if req.method() == Method::GET { here.to_owned() } else { String::new() })
}

/// Writes the session's last use, at most once a minute and never for what a page asks by itself.
async fn keep_alive(req: &HttpRequest, site: &Site, session: &Session, user: &LiveSession) -> Result<(), AppError> {
    let now = site.clock.now();
    // The bell is asked for by the page itself, whoever asks it.
    let by_itself = req.headers().contains_key(BACKGROUND_HEADER)
        || [paths::pattern::pending_count(), paths::pattern::sent_count()].contains(&req.path());
    if now - user.last_seen_at < sessions::TOUCH_EVERY || by_itself {
        return Ok(());
    }
    let Some(key) = session.get::<String>(KEY).ok().flatten() else { return Ok(()) };
    match site.db.write(move |conn| -> Result<usize, DbError> { Ok(sessions::touch(conn, &key, now)?) }).await {
        // What can still be read is shown: the session only seems a little older.
        Err(DbError::Busy | DbError::Unavailable(_)) => Ok(()),
        touched => Ok(touched.map(|_rows| ())?),
    }
}

impl<R: Rule + 'static> Guard for Signed<R> {
    const FORMS: MadeIn = if R::IN_AN_ARCHIVE { MadeIn::Archive } else { MadeIn::Account };
}

/// No live session: a page goes to the login and comes back; a form of a session that ran out is kept for its author.
async fn turn_away(req: &HttpRequest, session: &Session) -> Refusal {
    let here = req.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
    if session.contains_key(DOWN) {
        // Nobody can say whose form it is: the page that says so holds it.
        return AppError::Unavailable(NO_SESSION).into();
    }
    if req.method() == Method::GET || req.method() == Method::HEAD {
        return Refusal::Login(here);
    }
    let expired: Option<i64> = session.get(EXPIRED).ok().flatten();
    if let (Some(user_id), Some(form)) = (expired, desk::look())
        && let Err(error) = keep_turned_away(req, form, user_id).await
    {
        return error.into();
    }
    AppError::SessionExpired { next: None, kept: expired.is_some() }.into()
}

async fn keep_turned_away(req: &HttpRequest, form: Brought, user_id: i64) -> Result<(), AppError> {
    keep_form(&site_of(req)?, req.path(), form, user_id).await
}
