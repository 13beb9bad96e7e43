//! Accessi e sicurezza: one's own sessions, to see and to end, and what happened to the account.

use actix_web::HttpResponse;

use crate::account::forms::EndSessionForm;
use crate::account::pages::{EventLine, SessionLine, SessionsPage};
use crate::db::{Db, DbError};
use crate::identity::{events, sessions};
use crate::web::csrf::CsrfForm;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::guards::Member;
use crate::web::page::{Page, see_other};
use crate::web::session_store::KEY;
use crate::web::shell::MenuItem;

/// What the button that ends all the others sends.
const OTHERS: &str = "altre";

fn key_of(guard: &Member) -> String {
    guard.session().get::<String>(KEY).ok().flatten().unwrap_or_default()
}

/// The list.
pub async fn show(guard: Member) -> Result<HttpResponse, AppError> {
    let (id, now, key) = (guard.id(), guard.now(), key_of(&guard));
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok((sessions::list_open(conn, id, now)?, events::list(conn, id)?))
    };
    let (open, happened) = guard.db().read(read).await?;
    let sessions = open
        .into_iter()
        .map(|session| SessionLine {
            current: session.is_of(&key),
            name: session.id_hash,
            device: session.device,
            opened: session.created_at,
            last_seen: session.last_seen_at,
        })
        .collect();
    let line =
        |event: events::Event| EventLine { words: event.kind.words(), device: event.device, at: event.happened_at };
    let events = happened.into_iter().map(line).collect();
    Page::ok(SessionsPage { shell: guard.shell.at(MenuItem::Sessions), sessions, events }).render()
}

/// Ends one session, or all but this one. One that has ended meanwhile is as good as ended.
pub async fn update(guard: Member, form: CsrfForm<EndSessionForm>) -> Result<HttpResponse, AppError> {
    let (id, key, name) = (guard.id(), key_of(&guard), form.data.termina);
    let end = move |conn: &mut Db| -> Result<usize, DbError> {
        Ok(if name == OTHERS { sessions::end_others(conn, id, &key)? } else { sessions::end_one(conn, id, &name)? })
    };
    let ended = guard.db().write(end).await?;
    let title = if ended == 1 { "La sessione è stata chiusa" } else { "Le altre sessioni sono state chiuse" };
    guard.flash(Flash::ok(title))?;
    Ok(see_other(&guard.shell.sessions()))
}
