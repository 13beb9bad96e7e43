//! The second factor: turning it on and off.

use actix_web::{HttpRequest, HttpResponse};
use qrcodegen::{QrCode, QrCodeEcc};

use super::login_code::WRONG_CODE;
use crate::account::forms::FactorForm;
use crate::account::pages::{FactorPage, FactorView, Picture, RecoveryPage};
use crate::db::{Db, DbError};
use crate::identity::events::{self, EventKind};
use crate::identity::model::shown_username;
use crate::identity::second_factor::{self, Standing};
use crate::web::entrance::describe_device;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::forms::FormState;
use crate::web::guards::Holder;
use crate::web::page::{Page, see_other};
use crate::web::paths;
use crate::web::posted::Posted;
use crate::web::shell::MenuItem;

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
    let read = move |conn: &mut Db| second_factor::find(conn, &sealer, id);
    holder.read(read).await
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
pub async fn update(
    req: HttpRequest,
    Posted(holder, form): Posted<Holder, FactorForm>,
) -> Result<HttpResponse, AppError> {
    if !holder.recently_authenticated() {
        return Ok(see_other(&paths::reauthenticate_then(&holder.shell.second_factor())));
    }
    let browser = describe_device(&req);
    match form.data.azione.as_str() {
        "inizia" => {
            let (sealer, id, now) = (holder.site.sealer.clone(), holder.id(), holder.now());
            let write = move |conn: &mut Db| second_factor::begin(conn, &sealer, id, now);
            holder.write(write).await?;
            Ok(see_other(&holder.shell.second_factor()))
        }
        "conferma" => confirm(holder, form.data.codice, browser).await,
        "codici" => {
            let id = holder.id();
            let write = move |conn: &mut Db| -> Result<_, DbError> {
                Ok(if second_factor::is_on(conn, id)? { second_factor::renew_codes(conn, id)? } else { Vec::new() })
            };
            let codes = holder.write(write).await?;
            recovery_page(holder, &codes).await
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
            if holder.write(write).await? {
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
    if let Some(codes) = holder.write(write).await? {
        return recovery_page(holder, &codes).await;
    }
    let standing = find(&holder).await?;
    let mut state = FormState::new();
    if matches!(standing, Standing::Pending(_)) {
        state.error("codice", WRONG_CODE);
    }
    page(holder, &standing, state)
}

/// The recovery codes, for the only time. None: there is nothing to recover.
async fn recovery_page(holder: Holder, codes: &[String]) -> Result<HttpResponse, AppError> {
    // The write that made the codes has counted nothing.
    holder.count().await?;
    if codes.is_empty() {
        return Ok(see_other(&holder.shell.second_factor()));
    }
    let grouped = codes.iter().map(|code| in_fours(code).join("-"));
    let shell = holder.shell.at(MenuItem::Sessions);
    Page::ok(RecoveryPage { shell, codes: grouped.collect() }).render()
}
