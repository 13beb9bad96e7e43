//! Login and logout.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde::Deserialize;

use super::{notices, second_factor};
use crate::account::forms::{LoginForm, NoFields};
use crate::account::pages::{BookLoginPage, LoginPage, Notice, PortalLoginPage};
use crate::account::service::entering::Entered;
use crate::account::service::sign_in::{self, Attempt, Outcome, PATIENTS, STAFF};
use crate::db::{Db, DbError};
use crate::identity::model::{Role, patient_username};
use crate::identity::sessions::LiveSession;
use crate::identity::throttle::Door;
use crate::push;
use crate::site::Site;
use crate::web::address;
use crate::web::csrf::CsrfForm;
use crate::web::entrance::{self, TOO_MANY};
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::forms::FormState;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::session_store::EXPIRED;
use crate::web::shell::Product;
use crate::web::visitor::Visitor;

/// One text for every wrong login; patients have another.
const WRONG: &str = "Username o password non corretti. Ricontrolla maiuscole e minuscole e riprova.";

const WRONG_PATIENT: &str = "Username o password non corretti. Lo username è il tuo codice fiscale.";

/// Whom the door asked at is for.
fn expected(visitor: &Visitor) -> &'static [Role] {
    if visitor.shell.is_book() { PATIENTS } else { STAFF }
}

/// Where a page was asked to lead.
#[derive(Deserialize)]
pub struct ToPage {
    #[serde(default)]
    pub(super) next: String,
}

/// The login form. Whoever is signed in already goes on.
pub async fn show(visitor: Visitor, query: web::Query<ToPage>) -> Result<HttpResponse, AppError> {
    if let Some(user) = inside(&visitor) {
        return Ok(see_other(&onward(&visitor, user, &query.next)));
    }
    let mut form = FormState::new();
    if let Some(next) = own_next(&query.next, visitor.shell.is_book()) {
        form.set("next", next);
    }
    render(StatusCode::OK, visitor, form, None)
}

/// Who is signed in already, of those this door is for. Whoever is not expected here has another door; if they want this
/// one, they sign in.
pub(super) fn inside(visitor: &Visitor) -> Option<&LiveSession> {
    let expected = expected(visitor);
    visitor.user.as_ref().filter(|user| user.role().is_some_and(|role| expected.contains(&role)))
}

/// Where whoever is in already was going.
pub(super) fn onward(visitor: &Visitor, user: &LiveSession, next: &str) -> String {
    if user.password_pending { visitor.shell.password() } else { landing(visitor, user.role(), next) }
}

/// The address asked for, when it is of the same part of the site: patients have theirs.
fn own_next(next: &str, patients: bool) -> Option<String> {
    paths::safe_next(next).filter(|next| paths::is_of_patients(next) == patients)
}

/// Where a login leads: to what was asked for, or to what this door is for.
pub(super) fn landing(visitor: &Visitor, role: Option<Role>, next: &str) -> String {
    own_next(next, role == Some(Role::Patient)).unwrap_or_else(|| first_page(visitor.shell.is_portal(), role))
}

/// The first page behind a door.
pub(super) fn first_page(portal: bool, role: Option<Role>) -> String {
    match (portal, role) {
        (_, Some(Role::Patient)) => paths::millebook(),
        (true, Some(Role::Doctor)) => paths::collaborators(),
        (true, _) => paths::my_doctors(),
        (false, Some(Role::Doctor)) => paths::patients(),
        (false, _) => paths::choose_doctor(),
    }
}

/// The login page of the door asked at, with a notice above the form.
fn render(
    status: StatusCode,
    visitor: Visitor,
    form: FormState,
    notice: Option<Notice>,
) -> Result<HttpResponse, AppError> {
    let expired = status == StatusCode::OK && visitor.session().contains_key(EXPIRED);
    let shell = visitor.shell;
    match shell.product {
        Product::Light => Page::with_status(status, LoginPage { shell, form, expired, notice }).render(),
        Product::Cloud => Page::with_status(status, PortalLoginPage { shell, form, expired, notice }).render(),
        Product::Book => {
            let other = visitor.user.filter(|user| user.role() != Some(Role::Patient));
            let other = other.map(|user| format!("{} {}", user.name, user.surname)).unwrap_or_default();
            Page::with_status(status, BookLoginPage { shell, form, expired, other }).render()
        }
    }
}

const UNCONFIRMED: Notice = Notice {
    icon: "mail",
    title: "Conferma prima il tuo indirizzo e-mail",
    text: "Apri il messaggio che ti abbiamo mandato e segui il collegamento: vale 48 ore. Se non lo trovi o è scaduto, \
           ripeti «CREA UN ACCOUNT» con lo stesso indirizzo.",
};

const TEMPORARY_EXPIRED: Notice = Notice {
    icon: "clock",
    title: "La password temporanea è scaduta",
    text: "Valeva 24 ore. Chiedi a chi te l’ha data di assegnartene una nuova: l’username resta lo stesso.",
};

/// The entrance of the portal: on to what the visitor is here for.
pub async fn portal(visitor: Visitor) -> impl Responder {
    let role = visitor.user.as_ref().and_then(LiveSession::role).filter(|role| STAFF.contains(role));
    see_other(&role.map_or_else(paths::portal_login, |role| first_page(true, Some(role))))
}

/// Checks the password and opens a session.
pub async fn create(req: HttpRequest, visitor: Visitor, form: CsrfForm<LoginForm>) -> Result<HttpResponse, AppError> {
    let mut state = FormState::from_pairs(form.raw);
    let LoginForm { username, password, next } = form.data;
    if username.trim().is_empty() {
        let what = if visitor.shell.is_book() { "codice fiscale" } else { "username" };
        state.error("username", format!("Scrivi il tuo {what}"));
    }
    if password.is_empty() {
        state.error("password", "Scrivi la tua password");
    }
    if state.is_invalid() {
        return render(StatusCode::UNPROCESSABLE_ENTITY, visitor, state, None);
    }
    let site = visitor.site.clone();
    let username = if visitor.shell.is_book() { patient_username(&username) } else { username };
    // Sent a second time (another window, Back): whoever is in already is, and goes on. Another name is another login.
    if let Some(user) = inside(&visitor).filter(|user| user.username == username.trim().to_lowercase()) {
        return Ok(see_other(&onward(&visitor, user, &next)));
    }
    let attempt = Attempt {
        username,
        password,
        address: address::counted_address(&site, &req),
        door: if visitor.shell.is_book() { Door::Patients } else { Door::Surgery },
        device: entrance::known_device(&req, &site),
        browser: entrance::describe_device(&req),
        roles: expected(&visitor),
    };
    let address = attempt.address.clone();
    let outcome = sign_in::sign_in(&site, attempt).await?;
    // An address is a machine's; who was tried stays out of the log.
    match &outcome {
        Outcome::Wrong => tracing::warn!(address, "login failed"),
        Outcome::Blocked(until) => tracing::warn!(address, %until, "login refused: too many tries"),
        _ => {}
    }
    match outcome {
        Outcome::Entered(entered) => enter(&req, &visitor, &site, *entered, &next),
        Outcome::CodeAsked(note) => second_factor::ask(visitor, &note, &next, StatusCode::OK, ""),
        Outcome::Wrong => {
            state.form_error(if visitor.shell.is_book() { WRONG_PATIENT } else { WRONG });
            render(StatusCode::UNPROCESSABLE_ENTITY, visitor, state, None)
        }
        Outcome::Unconfirmed => render(StatusCode::UNPROCESSABLE_ENTITY, visitor, state, Some(UNCONFIRMED)),
        Outcome::Expired => render(StatusCode::UNPROCESSABLE_ENTITY, visitor, state, Some(TEMPORARY_EXPIRED)),
        Outcome::Blocked(until) => {
            let now = visitor.now();
            state.form_error(entrance::wait_text(TOO_MANY, until, now));
            let mut answer = render(StatusCode::TOO_MANY_REQUESTS, visitor, state, None)?;
            entrance::retry_after(&mut answer, until, now);
            Ok(answer)
        }
    }
}

/// A new session under a new key, the device remembered, and on to where the user was going.
pub(super) fn enter(
    req: &HttpRequest,
    visitor: &Visitor,
    site: &Site,
    entered: Entered,
    next: &str,
) -> Result<HttpResponse, AppError> {
    let session = visitor.session();
    entrance::open(req, session, entered.user_id)?;
    for message in notices::of(&entered.told, &visitor.shell, entered.temporary) {
        flash::push(session, message)?;
    }
    let to = if entered.temporary {
        visitor.shell.password()
    } else if entered.has_kept_form && entered.role != Role::Patient {
        paths::resume()
    } else if entered.invited {
        paths::my_doctors()
    } else {
        landing(visitor, Some(entered.role), next)
    };
    let mut answer = see_other(&to);
    if let Some(token) = entered.new_device {
        entrance::set_device_cookie(&mut answer, site, token)?;
    }
    Ok(answer)
}

/// Ends the session. A logout after the session has run out simply leads to the login page.
pub async fn destroy(
    req: HttpRequest,
    visitor: Visitor,
    form: Result<CsrfForm<NoFields>, AppError>,
) -> Result<impl Responder, AppError> {
    if let Some(user) = &visitor.user {
        form?;
        let (user, cookie) = (user.user_id, entrance::known_device(&req, &visitor.site));
        // Whoever signs out of a device wants nothing more of it there.
        let erase =
            move |conn: &mut Db| -> Result<usize, DbError> { Ok(push::erase_device(conn, user, cookie.as_deref())?) };
        visitor.site.db.write(erase).await?;
        visitor.session().purge();
    }
    Ok(entrance::closed(&visitor.shell.login()))
}
