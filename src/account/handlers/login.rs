//! Login and logout.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder, web};

use super::entering::{ToPage, enter, expected, first_page, inside, onward, own_next};
use super::login_code;
use crate::account::forms::LoginForm;
use crate::account::pages::{BookLoginPage, LoginPage, Notice, PortalLoginPage};
use crate::account::service::sign_in::{self, Attempt, Outcome, STAFF};
use crate::db::{Db, DbError};
use crate::identity::model::{Role, patient_username};
use crate::identity::sessions::LiveSession;
use crate::identity::throttle::Door;
use crate::push;
use crate::web::address;
use crate::web::entrance::{self, TOO_MANY};
use crate::web::error::AppError;
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::session_store::EXPIRED;
use crate::web::shell::Product;
use crate::web::visitor::Visitor;
use kernel::wording::full_name;

/// One text for every wrong login; patients have another.
const WRONG: &str = "Username o password non corretti. Ricontrolla maiuscole e minuscole e riprova.";

const WRONG_PATIENT: &str = "Username o password non corretti. Lo username è il tuo codice fiscale.";

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
            let other = other.map(|user| full_name(&user.name, &user.surname)).unwrap_or_default();
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
pub async fn create(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, LoginForm>,
) -> Result<HttpResponse, AppError> {
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
        Outcome::CodeAsked(note) => login_code::ask(visitor, &note, &next, StatusCode::OK, ""),
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

/// Ends the session. A logout after the session has run out simply leads to the login page.
pub async fn destroy(
    req: HttpRequest,
    visitor: Visitor,
    posted: Result<Posted<Visitor, NoFields>, actix_web::Error>,
) -> Result<impl Responder, actix_web::Error> {
    if let Some(user) = &visitor.user {
        posted?;
        let (user, cookie) = (user.user_id, entrance::known_device(&req, &visitor.site));
        // Whoever signs out of a device wants nothing more of it there.
        let erase =
            move |conn: &mut Db| -> Result<usize, DbError> { Ok(push::erase_device(conn, user, cookie.as_deref())?) };
        visitor.site.db.write(erase).await.map_err(AppError::from)?;
        visitor.session().purge();
    }
    Ok(entrance::closed(&visitor.shell.login()))
}
