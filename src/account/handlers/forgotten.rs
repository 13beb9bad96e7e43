//! «Password dimenticata»: the request, and the link of its mail.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::password::check_new_password;
use crate::account::forms::{ForgottenForm, NewPasswordForm};
use crate::account::pages::{ForgottenPage, ForgottenSentPage, NewPasswordDonePage, NewPasswordPage};
use crate::account::service::password;
use crate::account::service::recovery::{self, Answer, Request, Reset};
use crate::identity::model::{User, patient_username};
use crate::web::address;
use crate::web::entrance::{self, wait_text};
use crate::web::error::AppError;
use crate::web::forms::FormState;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::visitor::Visitor;

/// Whether the request was taken.
#[derive(Deserialize)]
pub struct Step {
    #[serde(default)]
    inviata: bool,
}

/// Asks for the username.
pub async fn new(visitor: Visitor, step: web::Query<Step>) -> Result<HttpResponse, AppError> {
    if step.inviata {
        let minutes = visitor.site.reset_for.num_minutes();
        return Page::ok(ForgottenSentPage { shell: visitor.shell, minutes }).render();
    }
    Page::ok(ForgottenPage { shell: visitor.shell, form: FormState::new() }).render()
}

/// Takes the request. The answer says only that a mail is on its way, if there is somebody to send it to.
pub async fn create(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, ForgottenForm>,
) -> Result<HttpResponse, AppError> {
    let mut state = FormState::from_pairs(form.raw);
    let (username, site, of_patients) = (form.data.username, visitor.site.clone(), visitor.shell.is_book());
    if username.trim().is_empty() {
        let what = if of_patients { "codice fiscale" } else { "username" };
        state.error("username", format!("Scrivi il tuo {what}"));
        return Page::invalid(ForgottenPage { shell: visitor.shell, form: state }).render();
    }
    let request = Request {
        username: if of_patients { patient_username(&username) } else { username },
        of_patients,
        address: address::counted_address(&site, &req),
        device: entrance::known_device(&req, &site),
    };
    let address = request.address.clone();
    match recovery::ask(&site, request).await? {
        Answer::MailSent => Ok(see_other(&format!("{}?inviata=true", visitor.shell.forgotten()))),
        Answer::Blocked(until) => {
            tracing::warn!(address, %until, "a new password was asked for too often");
            let now = visitor.now();
            let why = "Troppe richieste: se hai già ricevuto un messaggio, usa quello";
            state.form_error(wait_text(why, until, now));
            let page = ForgottenPage { shell: visitor.shell, form: state };
            let mut answer = Page::with_status(StatusCode::TOO_MANY_REQUESTS, page).render()?;
            entrance::retry_after(&mut answer, until, now);
            Ok(answer)
        }
    }
}

/// The link of the mail. Opening it changes nothing: mail scanners open links too.
pub async fn edit(visitor: Visitor, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let user = find(&visitor, &token).await?;
    page(StatusCode::OK, visitor, FormState::new(), (&token, &user))
}

async fn find(visitor: &Visitor, token: &str) -> Result<User, AppError> {
    let found = recovery::find(&visitor.site, token, visitor.shell.is_book()).await?;
    found.ok_or_else(gone)
}

fn gone() -> AppError {
    let text = "Il collegamento è scaduto, è già stato usato o ne hai chiesto un altro dopo. Dalla pagina di accesso tocca di \
                nuovo «Password dimenticata».";
    AppError::Gone(text.to_owned())
}

fn page(
    status: StatusCode,
    visitor: Visitor,
    form: FormState,
    (token, user): (&str, &User),
) -> Result<HttpResponse, AppError> {
    let book = visitor.shell.is_book();
    let action = if book { paths::millebook_new_password(token) } else { paths::new_password(token) };
    let username = if book { String::new() } else { user.username.clone() };
    let mut answer =
        Page::with_status(status, NewPasswordPage { shell: visitor.shell, form, action, username }).render()?;
    // The address of this page opens the account: no request carries it on. A browser that knows the second value takes
    // that: with `no-referrer` it would hide the origin of the form, too, and an old one be taken for a stranger.
    answer.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer, strict-origin"));
    Ok(answer)
}

/// Stores the new password. Nobody is signed in by it.
pub async fn update(
    req: HttpRequest,
    Posted(visitor, form): Posted<Visitor, NewPasswordForm>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let user = find(&visitor, &token).await?;
    let mut state = FormState::new();
    let NewPasswordForm { password_nuova, password_ripetuta } = form.data;
    check_new_password(&mut state, (&password_nuova, &password_ripetuta), &user);
    if !state.is_invalid() && password::is_present(&visitor.site, &user, password_nuova.clone()).await? {
        state.error("password_nuova", "Scegli una password diversa da quella che hai adesso");
    }
    if state.is_invalid() {
        return page(StatusCode::UNPROCESSABLE_ENTITY, visitor, state, (&token, &user));
    }
    let chosen = (password_nuova, entrance::describe_device(&req));
    match recovery::reset(&visitor.site, &token, visitor.shell.is_book(), chosen).await? {
        Reset::Done => Page::ok(NewPasswordDonePage { shell: visitor.shell }).render(),
        Reset::Gone => Err(gone()),
    }
}
