//! Accessi e sicurezza: one's own sessions and connected programs, to see and to end, and what happened to the account.

use actix_web::{HttpRequest, HttpResponse};

use crate::account::forms::EndSessionForm;
use crate::account::pages::{EventLine, ProgramLine, SessionLine, SessionsPage};
use crate::db::{Db, DbError};
use crate::identity::{api_tokens, events, sessions};
use crate::push;
use crate::web::entrance::known_device;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::guards::Person;
use crate::web::page::{Page, see_other};
use crate::web::posted::Posted;
use crate::web::session_store::KEY;
use crate::web::shell::MenuItem;

/// What the button that ends all the others sends.
const OTHERS: &str = "altre";

fn key_of(guard: &Person) -> String {
    guard.session().get::<String>(KEY).ok().flatten().unwrap_or_default()
}

/// The list.
pub async fn show(guard: Person) -> Result<HttpResponse, AppError> {
    let (id, now, key) = (guard.id(), guard.now(), key_of(&guard));
    let read = move |conn: &mut Db| -> Result<_, DbError> {
        Ok((sessions::list_open(conn, id, now)?, api_tokens::list_live(conn, id, now)?, events::list(conn, id)?))
    };
    let (open, programs, happened) = guard.read(read).await?;
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
    let program = |token: api_tokens::LiveToken| ProgramLine {
        id: token.id,
        client: token.client,
        connected: token.created_at,
        last_used: token.last_used_at,
    };
    let programs = programs.into_iter().map(program).collect();
    let line =
        |event: events::Event| EventLine { words: event.kind.words(), device: event.device, at: event.happened_at };
    let events = happened.into_iter().map(line).collect();
    Page::ok(SessionsPage { shell: guard.shell.at(MenuItem::Sessions), sessions, programs, events }).render()
}

/// Ends one session, all but this one, or a program's connection. One that has ended meanwhile is as good as ended.
pub async fn update(
    req: HttpRequest,
    Posted(guard, form): Posted<Person, EndSessionForm>,
) -> Result<HttpResponse, AppError> {
    let (id, key, name) = (guard.id(), key_of(&guard), form.data.termina);
    if let Some(program) = form.data.programma {
        let now = guard.now();
        let end = move |conn: &mut Db| api_tokens::revoke(conn, id, program, now);
        guard.write(end).await?;
        guard.flash(Flash::ok("Il programma è stato scollegato"))?;
        return Ok(see_other(&guard.shell.sessions()));
    }
    let cookie = known_device(&req, &guard.site);
    let end = move |conn: &mut Db| -> Result<usize, DbError> {
        // Which device a session was on is not known: only this one goes on being told.
        push::erase_others(conn, id, cookie.as_deref())?;
        Ok(if name == OTHERS { sessions::end_others(conn, id, &key)? } else { sessions::end_one(conn, id, &name)? })
    };
    let ended = guard.write(end).await?;
    let title = if ended == 1 { "La sessione è stata chiusa" } else { "Le altre sessioni sono state chiuse" };
    guard.flash(Flash::ok(title))?;
    Ok(see_other(&guard.shell.sessions()))
}
