//! The second factor: turning it on and off, and the code asked at login.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use qrcodegen::{QrCode, QrCodeEcc};

use super::login::{enter, inside, onward};
use crate::account::forms::{CodeForm, FactorForm};
use crate::account::pages::{CodePage, FactorPage, FactorView, Picture, RecoveryPage};
use crate::account::service::second_step::{self, CodeCheck, Outcome};
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::shown_username;
use crate::identity::second_factor::{self, Standing};
use crate::web::csrf::CsrfForm;
use crate::web::entrance::{self, TOO_MANY, describe_device, wait_text};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Holder;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::shell::MenuItem;
use crate::web::visitor::Visitor;

pub(super) const WRONG_CODE: &str = "Il codice non è corretto, oppure è già stato usato: aspetta il prossimo e riprova";

/// The page that asks the code, for who has given the right password.
pub(super) fn ask(
    visitor: Visitor,
    note: &str,
    next: &str,
    status: StatusCode,
    error: &str,
) -> Result<HttpResponse, AppError> {
    let mut form = FormState::new();
    form.set("passo", note);
    if let Some(next) = paths::safe_next(next) {
        form.set("next", next);
    }
    if !error.is_empty() {
        form.error("codice", error);
    }
    Page::with_status(status, CodePage { shell: visitor.shell, form }).render()
}

/// The code's page has no address of its own: whoever opens it begins again.
pub async fn begin_again(visitor: Visitor) -> HttpResponse {
    see_other(&visitor.shell.login())
}

/// Checks the code and opens the session.
pub async fn enter_with_code(
    req: HttpRequest,
    visitor: Visitor,
    form: CsrfForm<CodeForm>,
) -> Result<HttpResponse, AppError> {
    let site = visitor.site.clone();
    let device = entrance::known_device(&req, &site);
    let CodeForm { passo, codice, next } = form.data;
    // Sent a second time: the code is used up, and whoever is in already goes on.
    let whose = second_step::whose(&site, &passo);
    if let Some(user) = inside(&visitor).filter(|user| whose == Some(user.user_id)) {
        return Ok(see_other(&onward(&visitor, user, &next)));
    }
    match second_step::finish(&site, &passo, codice, (device, describe_device(&req))).await? {
        Outcome::Entered(entered) => enter(&req, &visitor, &site, *entered, &next),
        Outcome::TooLate => Ok(begin_again(visitor).await),
        Outcome::Refused(CodeCheck::Blocked(until)) => {
            let text = wait_text(TOO_MANY, until, visitor.now());
            ask(visitor, &passo, &next, StatusCode::TOO_MANY_REQUESTS, &text)
        }
        Outcome::Refused(_) => ask(visitor, &passo, &next, StatusCode::UNPROCESSABLE_ENTITY, WRONG_CODE),
    }
}

/// Secondo fattore: how it stands.
pub async fn show(holder: Holder) -> Result<HttpResponse, AppError> {
    if !holder.recently_authenticated() {
        return Ok(see_other(&paths::reauthenticate_then(&holder.shell.second_factor())));
    }
    let standing = find(&holder).await?;
    page(holder, &standing, FormState::new())
}

async fn find(holder: &Holder) -> Result<Standing, AppError> {
    let (sealer, id) = (holder.site.sealer.clone(), holder.id());
    let read = move |conn: &mut Db| -> Result<_, DbError> { Ok(second_factor::find(conn, &sealer, id)?) };
    Ok(holder.db().read(read).await?)
}

fn page(holder: Holder, standing: &Standing, form: FormState) -> Result<HttpResponse, AppError> {
    let view = match standing {
        Standing::Off => FactorView::Off,
        Standing::Pending(secret) => {
            let issuer = if holder.shell.is_book() { "Millebook" } else { "Millecloud" };
            let link = second_factor::address(secret, issuer, &shown_username(&holder.user.username));
            let picture = picture(&link)?;
            FactorView::Pending { key: in_fours(&second_factor::as_text(secret)), link, picture }
        }
        Standing::On { codes_left } => FactorView::On { codes_left: *codes_left },
    };
    let invalid = form.is_invalid();
    let page = FactorPage { shell: holder.shell.at(MenuItem::Sessions), form, view };
    if invalid { Page::invalid(page).render() } else { Page::ok(page).render() }
}

/// Four signs at a time, as one reads and types them.
fn in_fours(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(4).map(|group| group.iter().collect()).collect()
}

/// A QR code as the path of an SVG: one square per dark module, with the quiet zone the standard wants.
fn picture(text: &str) -> Result<Picture, AppError> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(AppError::internal)?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{},{}h1v1h-1z", x.saturating_add(QUIET), y.saturating_add(QUIET)));
        }
    }
    Ok(Picture { size: code.size().saturating_add(2 * QUIET), path })
}

/// What the buttons of the page do.
pub async fn update(req: HttpRequest, holder: Holder, form: CsrfForm<FactorForm>) -> Result<HttpResponse, AppError> {
    if !holder.recently_authenticated() {
        return Ok(see_other(&paths::reauthenticate_then(&holder.shell.second_factor())));
    }
    let browser = describe_device(&req);
    match form.data.azione.as_str() {
        "inizia" => {
            let (sealer, id, now) = (holder.site.sealer.clone(), holder.id(), holder.now());
            let write =
                move |conn: &mut Db| -> Result<_, DbError> { Ok(second_factor::begin(conn, &sealer, id, now)?) };
            holder.db().write(write).await?;
            Ok(see_other(&holder.shell.second_factor()))
        }
        "conferma" => confirm(holder, form.data.codice, browser).await,
        "codici" => {
            let id = holder.id();
            let write = move |conn: &mut Db| -> Result<_, DbError> {
                Ok(if second_factor::is_on(conn, id)? { second_factor::renew_codes(conn, id)? } else { Vec::new() })
            };
            let codes = holder.db().write(write).await?;
            recovery_page(holder, &codes)
        }
        "disattiva" => {
            let (id, now) = (holder.id(), holder.now());
            // A key that was never confirmed is thrown away without a word: nothing was protected by it.
            let write = move |conn: &mut Db| -> Result<bool, DbError> {
                let was_on = second_factor::is_on(conn, id)?;
                second_factor::remove(conn, id)?;
                if was_on {
                    events::note(conn, id, EventKind::SecondFactorOff, &browser, now)?;
                }
                Ok(was_on)
            };
            if holder.db().write(write).await? {
                let done = Flash::ok("Il secondo fattore è disattivato");
                holder.flash(done.with_text("Per entrare basta la password."))?;
            }
            Ok(see_other(&holder.shell.second_factor()))
        }
        _ => Err(AppError::BadRequest),
    }
}

async fn confirm(holder: Holder, code: String, browser: String) -> Result<HttpResponse, AppError> {
    let (sealer, id, now) = (holder.site.sealer.clone(), holder.id(), holder.now());
    let write = move |conn: &mut Db| -> Result<_, DbError> {
        let codes = second_factor::confirm(conn, &sealer, id, &code, now)?;
        if codes.is_some() {
            events::note(conn, id, EventKind::SecondFactorOn, &browser, now)?;
        }
        Ok(codes)
    };
    if let Some(codes) = holder.db().write(write).await? {
        return recovery_page(holder, &codes);
    }
    let standing = find(&holder).await?;
    let mut state = FormState::new();
    if matches!(standing, Standing::Pending(_)) {
        state.error("codice", WRONG_CODE);
    }
    page(holder, &standing, state)
}

/// The recovery codes, for the only time. None: there is nothing to recover.
fn recovery_page(holder: Holder, codes: &[String]) -> Result<HttpResponse, AppError> {
    if codes.is_empty() {
        return Ok(see_other(&holder.shell.second_factor()));
    }
    let grouped = codes.iter().map(|code| in_fours(code).join("-"));
    let shell = holder.shell.at(MenuItem::Sessions);
    Page::ok(RecoveryPage { shell, codes: grouped.collect() }).render()
}
