//! The address by which a forgotten password is replaced: given, proven, taken back.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::account::forms::AddressForm;
use crate::account::pages::{AddressPage, ProveAddressPage};
use crate::account::service::address::{self, Proposal};
use crate::account::service::password::find_user;
use crate::identity::model::Role;
use crate::web::entrance::{self, describe_device, wait_text};
use crate::web::error::AppError;
use crate::web::flash::{Flash, Tone};
use crate::web::forms::FormState;
use crate::web::forms::NoFields;
use crate::web::guards::Person;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;
use kernel::email::Email;

/// The address in use, and the form for another.
pub async fn show(guard: Person) -> Result<HttpResponse, AppError> {
    if !guard.recently_authenticated() {
        return Ok(see_other(&paths::reauthenticate_then(&guard.shell.own_address())));
    }
    page(StatusCode::OK, guard, FormState::new()).await
}

async fn page(status: StatusCode, guard: Person, form: FormState) -> Result<HttpResponse, AppError> {
    let address = find_user(&guard.site, guard.id()).await?.email;
    let (fixed, shell) = (guard.role == Role::Doctor, guard.shell.at(MenuItem::Sessions));
    Page::with_status(status, AddressPage { shell, form, address, fixed }).render()
}

/// Sends the link that proves a new address, or takes the present one back.
pub async fn update(
    req: HttpRequest,
    Posted(guard, form): Posted<Person, AddressForm>,
) -> Result<HttpResponse, AppError> {
    if guard.role == Role::Doctor {
        return Err(AppError::Forbidden);
    }
    if !guard.recently_authenticated() {
        return guard.ask_password_for(guard.shell.own_address(), form).await;
    }
    if form.data.azione == "togli" {
        address::remove(&guard.site, guard.id(), describe_device(&req)).await?;
        guard.flash(Flash::ok("L’indirizzo è stato tolto"))?;
        return Ok(see_other(&guard.shell.own_address()));
    }
    let mut state = FormState::from_pairs(form.raw);
    let email = match Email::parse(&form.data.email) {
        Ok(email) => email,
        Err(problem) => {
            state.error("email", problem.to_string());
            return page(StatusCode::UNPROCESSABLE_ENTITY, guard, state).await;
        }
    };
    match address::propose(&guard.site, guard.id(), email).await? {
        Proposal::MailSent => {
            let text = "Apri il collegamento che contiene entro 48 ore: fino ad allora l’indirizzo non vale.";
            guard.flash(Flash::ok("Ti abbiamo mandato un messaggio").with_text(text))?;
            Ok(see_other(&guard.shell.own_address()))
        }
        Proposal::Blocked(until) => {
            let now = guard.now();
            state.form_error(wait_text("Troppe richieste", until, now));
            let mut answer = page(StatusCode::TOO_MANY_REQUESTS, guard, state).await?;
            entrance::retry_after(&mut answer, until, now);
            Ok(answer)
        }
    }
}

/// The link of the mail, for whoever is signed in. Opening it changes nothing.
pub async fn ask(guard: Person, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let token = token.into_inner();
    let Some(address) = address::find(&guard.site, guard.id(), &token).await? else { return gone(&guard) };
    let action =
        if guard.shell.is_book() { paths::millebook_prove_address(&token) } else { paths::prove_address(&token) };
    Page::ok(ProveAddressPage { shell: guard.shell.at(MenuItem::Sessions), action, address }).render()
}

fn gone(guard: &Person) -> Result<HttpResponse, AppError> {
    let text = "È scaduto, è già stato usato, ne hai chiesto un altro dopo, oppure è di un altro account.";
    guard.flash(Flash::new(Tone::Warn, "Il collegamento non vale").with_text(text))?;
    Ok(see_other(&guard.shell.own_address()))
}

/// Keeps the address.
pub async fn prove(
    req: HttpRequest,
    Posted(guard, _): Posted<Person, NoFields>,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    if !address::prove(&guard.site, guard.id(), &token, describe_device(&req)).await? {
        return gone(&guard);
    }
    guard.flash(
        Flash::ok("L’indirizzo è confermato").with_text("Se dimentichi la password, la nuova si sceglie da lì."),
    )?;
    Ok(see_other(&guard.shell.sessions()))
}
