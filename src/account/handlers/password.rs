//! Change of password, and the password asked once more before a protected act.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entering::{ToPage, first_page};
use super::login_code::WRONG_CODE;
use crate::account::forms::{PasswordForm, ReauthenticateForm};
use crate::account::pages::{ChangePasswordPage, FirstPasswordPage, ReauthenticatePage};
use crate::account::service::password::{self, Check};
use crate::account::service::second_step::{self, CodeCheck};
use crate::identity::model::{PasswordState, Role, User, shown_username};
use crate::identity::password::check_rules;
use crate::web::entrance::{TOO_MANY, describe_device, renew, set_device_cookie, wait_text};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::{PasswordChangePending, Person};
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::{MenuItem, Product, Shell};
use kernel::wording::full_name;

/// The change form: the short one when the password is temporary.
pub async fn edit(guard: PasswordChangePending) -> Result<HttpResponse, AppError> {
    let user = password::find_user(&guard.site, guard.id()).await?;
    render(StatusCode::OK, guard.shell, FormState::new(), &user)
}

fn render(status: StatusCode, shell: Shell, form: FormState, user: &User) -> Result<HttpResponse, AppError> {
    let username = shown_username(&user.username);
    if user.password_state == PasswordState::Temporary {
        let name = full_name(&user.name, &user.surname);
        return Page::with_status(status, FirstPasswordPage { shell, form, username, name }).render();
    }
    Page::with_status(status, ChangePasswordPage { shell: shell.at(MenuItem::Password), form, username }).render()
}

/// Checks the present password and the new one, and stores it.
pub async fn update(
    req: HttpRequest,
    Posted(guard, form): Posted<PasswordChangePending, PasswordForm>,
) -> Result<HttpResponse, AppError> {
    let user = password::find_user(&guard.site, guard.id()).await?;
    let temporary = user.password_state == PasswordState::Temporary;
    let data = form.data;
    let mut state = FormState::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if !temporary && data.password_attuale.is_empty() {
        state.error("password_attuale", "Scrivi la password che usi adesso");
    }
    check_new_password(&mut state, (&data.password_nuova, &data.password_ripetuta), &user);
    // The present password is checked last and only if the rest is right: it costs a hash, and may cost a wait.
    if !state.is_invalid() && !temporary {
        match password::check(&guard.site, &user, data.password_attuale).await? {
            Check::Right => {}
            Check::Wrong => state.error("password_attuale", "La password attuale non è corretta"),
            Check::Blocked(until) => {
                status = StatusCode::TOO_MANY_REQUESTS;
                state.form_error(wait_text(TOO_MANY, until, guard.now()));
            }
        }
    }
    if !state.is_invalid() && password::is_present(&guard.site, &user, data.password_nuova.clone()).await? {
        state.error("password_nuova", "Scegli una password diversa da quella che hai adesso");
    }
    if state.is_invalid() {
        return render(status, guard.shell, state, &user);
    }
    let device = password::change(&guard.site, user, data.password_nuova, describe_device(&req)).await?;
    renew(guard.session())?;
    guard.flash(Flash::ok("La password è stata cambiata").with_text("Gli altri dispositivi sono stati scollegati."))?;
    // A collaborator's first page says what to do next, whichever the door.
    let portal = guard.shell.is_portal() || guard.role == Role::Collaborator;
    let landing = if temporary { first_page(portal, Some(guard.role)) } else { guard.shell.own_page() };
    let mut answer = see_other(&landing);
    set_device_cookie(&mut answer, &guard.site, device)?;
    Ok(answer)
}

/// The rules of a new password, typed twice, for `user`.
pub(super) fn check_new_password(state: &mut FormState, (chosen, repeated): (&str, &str), user: &User) {
    let personal = [user.surname.as_str(), &user.name, &user.username, &user.fiscal_code];
    if let Err(problem) = check_rules(chosen, &personal) {
        state.error("password_nuova", problem.to_string());
    } else if chosen != repeated {
        state.error("password_ripetuta", "Le due nuove password non coincidono");
    }
}

/// Asks the password once more, and the code when the second factor is on.
pub async fn ask_again(guard: Person, query: web::Query<ToPage>) -> Result<HttpResponse, AppError> {
    let mut form = FormState::new();
    if let Some(next) = paths::safe_next(&query.next) {
        form.set("next", next);
    }
    let asks_code = second_step::is_asked(&guard.site, guard.id()).await?;
    render_again(StatusCode::OK, guard, form, asks_code)
}

fn render_again(status: StatusCode, guard: Person, form: FormState, asks_code: bool) -> Result<HttpResponse, AppError> {
    let username = shown_username(&guard.user.username);
    // At the surgery there is one page for both looks.
    let look = if guard.shell.is_book() { Product::Book } else { Product::of_path(form.value("next")) };
    let shell = guard.shell.with_product(look);
    Page::with_status(status, ReauthenticatePage { shell, form, username, asks_code }).render()
}

/// A right password makes a new session row: new key, new ten hours, authenticated now.
pub async fn reauthenticate(
    req: HttpRequest,
    Posted(guard, form): Posted<Person, ReauthenticateForm>,
) -> Result<HttpResponse, AppError> {
    let user = password::find_user(&guard.site, guard.id()).await?;
    let asks_code = second_step::is_asked(&guard.site, guard.id()).await?;
    let mut state = FormState::new();
    state.set("next", form.data.next.clone());
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let blocked = |state: &mut FormState, until| state.form_error(wait_text(TOO_MANY, until, guard.now()));
    match password::check(&guard.site, &user, form.data.password).await? {
        Check::Right => {}
        Check::Wrong => state.error("password", "La password non è corretta"),
        Check::Blocked(until) => {
            status = StatusCode::TOO_MANY_REQUESTS;
            blocked(&mut state, until);
        }
    }
    if asks_code && !state.is_invalid() {
        match second_step::check(&guard.site, user, form.data.codice, describe_device(&req)).await? {
            CodeCheck::Right => {}
            CodeCheck::Wrong => state.error("codice", WRONG_CODE),
            CodeCheck::Blocked(until) => {
                status = StatusCode::TOO_MANY_REQUESTS;
                blocked(&mut state, until);
            }
        }
    }
    if state.is_invalid() {
        return render_again(status, guard, state, asks_code);
    }
    renew(guard.session())?;
    Ok(see_other(&paths::safe_next(&form.data.next).unwrap_or_else(|| guard.shell.entrance())))
}
