//! Tokens: given for a password, ended by who holds them.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::account::service::entering::Entered;
use crate::account::service::second_step::{self, CodeCheck};
use crate::account::service::sign_in::{self, Attempt, Outcome, STAFF};
use crate::api::document::{NoToken, Refused};
use crate::api::model::{ScopeName, TokenGiven, TokenRequest};
use crate::db::{Db, DbError};
use crate::identity::api_tokens::{self, Scope};
use crate::identity::budgets::{self, Action};
use crate::identity::{events, queries, throttle};
use crate::site::Site;
use crate::web::address;
use crate::web::bearer::{Body, Known, Program};
use crate::web::problem::{FieldProblem, Problem};
use kernel::text;

/// Longest name a program may give itself.
const CLIENT_MAX: usize = 80;
/// Longest user name and password that are looked at.
const TYPED_MAX: usize = 512;

const WRONG: &str = "Username o password non corretti.";
const BLOCKED: &str = "Troppi tentativi non riusciti: aspetta e riprova.";
const TEMPORARY: &str = "La password è provvisoria: cambiala sul portale, poi collega il programma.";
const EXPIRED: &str = "La password provvisoria è scaduta: chiedine una nuova a chi te l’ha data.";
const CODE_WANTED: &str = "Scrivi il codice del secondo fattore";
const WRONG_CODE: &str = "Il codice del secondo fattore non è corretto.";
const UNCONFIRMED: &str = "L’indirizzo e-mail dato alla registrazione non è ancora confermato.";
const NO_STUDIO: &str = "Questo utente non può collegare programmi.";

/// Gives a token for a user name and a password
///
/// The token is shown this once. It ends after ninety days, when it is ended, when the password changes and when the user is
/// suspended. Wrong passwords are counted with those of the portal. Asking again gives another token: no Idempotency-Key.
#[utoipa::path(post, path = "/api/v1/token", operation_id = "createToken", tag = "access", request_body = TokenRequest,
    responses((status = 201, description = "The token, shown this once", body = TokenGiven), NoToken))]
pub async fn create(req: HttpRequest, site: web::Data<Site>, body: Body) -> Result<HttpResponse, Problem> {
    let wanted: TokenRequest = body.json().await?.data;
    let client = check(&wanted)?;
    let TokenRequest { username, password, code, scopes, .. } = wanted;
    let attempt = Attempt {
        username,
        password,
        address: address::counted_address(&site, &req),
        door: throttle::Door::Programs,
        device: None,
        browser: client.clone(),
        roles: STAFF,
    };
    let entered = match sign_in::sign_in(&site, attempt).await? {
        Outcome::Entered(entered) => entered,
        Outcome::CodeAsked(note) => second_step(&site, &note, code, &client).await?,
        Outcome::Wrong => return Err(Problem::unauthorized().saying(WRONG)),
        Outcome::Unconfirmed => return Err(Problem::forbidden(UNCONFIRMED)),
        Outcome::Expired => return Err(Problem::forbidden(EXPIRED)),
        Outcome::Blocked(until) => return Err(Problem::too_many(BLOCKED, until - site.clock.now())),
    };
    let now = site.clock.now();
    let given = site.db.write(move |conn: &mut Db| give(conn, &entered, (&client, scopes), now)).await?;
    Ok(HttpResponse::Created().json(given?))
}

/// The second factor, of a user who has one.
async fn second_step(site: &Site, note: &str, code: Option<String>, client: &str) -> Result<Box<Entered>, Problem> {
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        return Err(Problem::invalid_field("code", CODE_WANTED));
    };
    match second_step::finish(site, note, code, (None, client.to_owned())).await? {
        second_step::Outcome::Entered(entered) => Ok(entered),
        second_step::Outcome::Refused(CodeCheck::Blocked(until)) => {
            Err(Problem::too_many(BLOCKED, until - site.clock.now()))
        }
        second_step::Outcome::Refused(_) => Err(Problem::unauthorized().saying(WRONG_CODE)),
        second_step::Outcome::TooLate => Err(Problem::unauthorized()),
    }
}

/// What the program calls itself, if the rest is worth looking at.
fn check(wanted: &TokenRequest) -> Result<String, Problem> {
    let typed = |text: &str| !text.is_empty() && text.len() <= TYPED_MAX;
    let no_scopes = wanted.scopes.as_ref().is_some_and(Vec::is_empty);
    let (client, unnamed) = match text::one_line(&wanted.client, CLIENT_MAX) {
        Ok(client) if client.is_empty() => (client, Some("Scrivi il nome del programma".to_owned())),
        Ok(client) => (client, None),
        Err(error) => (String::new(), Some(error.to_string())),
    };
    let wrong = [
        ("username", (!typed(wanted.username.trim())).then(|| "Scrivi il tuo username".to_owned())),
        ("password", (!typed(&wanted.password)).then(|| "Scrivi la tua password".to_owned())),
        ("client", unnamed),
        ("scopes", no_scopes.then(|| "Scegli almeno una funzione, o lascia fuori il campo".to_owned())),
    ];
    let problem = |(field, message): (&str, Option<String>)| {
        message.map(|message| FieldProblem { field: field.to_owned(), message })
    };
    let errors: Vec<FieldProblem> = wrong.into_iter().filter_map(problem).collect();
    if errors.is_empty() { Ok(client) } else { Err(Problem::invalid(errors)) }
}

/// Makes the token. A program is no device to be recognised at the next login.
fn give(
    conn: &mut Db,
    entered: &Entered,
    (client, wanted): (&str, Option<Vec<ScopeName>>),
    now: chrono::NaiveDateTime,
) -> Result<Result<TokenGiven, Problem>, DbError> {
    if let Some(device) = &entered.new_device {
        throttle::forget_device(conn, device)?;
    }
    events::untell(conn, entered.user_id, &entered.told)?;
    let Some(user) = queries::find_user(conn, entered.user_id)? else { return Ok(Err(Problem::unauthorized())) };
    let allowed = Scope::of_role(user.role);
    let scopes: Vec<Scope> = match wanted {
        None => allowed.to_vec(),
        // In the order of the list, each once.
        Some(wanted) => Scope::ALL.iter().copied().filter(|scope| wanted.contains(&(*scope).into())).collect(),
    };
    if scopes.is_empty() {
        return Ok(Err(Problem::forbidden(NO_STUDIO)));
    }
    if scopes.iter().any(|scope| !allowed.contains(scope)) {
        return Ok(Err(Problem::invalid_field("scopes", "Il tuo profilo non comprende una di queste funzioni")));
    }
    if let Err(wait) = budgets::spend(conn, user.id, Action::Token, now)? {
        return Ok(Err(Problem::too_many("Questo utente ha appena collegato molti programmi.", wait)));
    }
    if entered.temporary {
        return Ok(Err(Problem::forbidden(TEMPORARY)));
    }
    let (token, expires_at) = api_tokens::issue(conn, user.id, client, &scopes, now)?;
    let scopes = scopes.into_iter().map(Into::into).collect();
    Ok(Ok(TokenGiven { token, scopes, expires_at: expires_at.and_utc() }))
}

/// Ends the token presented
///
/// From the next request on it opens nothing.
#[utoipa::path(delete, path = "/api/v1/token", operation_id = "deleteToken", tag = "access", security(("token" = [])),
    responses((status = 204, description = "Ended"), Refused))]
pub async fn destroy(program: Program<Known>) -> Result<HttpResponse, Problem> {
    let (user, token, now) = (program.user_id(), program.token.id, program.now());
    let end = move |conn: &mut Db| -> Result<bool, DbError> { Ok(api_tokens::revoke(conn, user, token, now)?) };
    program.db().write(end).await?;
    Ok(HttpResponse::NoContent().finish())
}
