//! The session service (A2F): create, check, revoke.

use std::io;

use super::answers::{self, Reply, SessionAnswer};
use super::fixtures::Doctor;
use super::keys::Unsealed;
use super::rules::is_asl;
use super::services::Call;
use super::state::{SessionState, month_session};
use sac::write::{SESSION_APPLICATION, SESSION_CONTEXT};
use sac::xml::Element;

/// Code, text, kind.
type Error = (&'static str, &'static str, &'static str);

/// Answers one of the three operations, told apart by the root element of the request.
pub fn answer(call: &mut Call<'_>, request: &Element) -> io::Result<Reply> {
    if let Some(error) = identity_error(call, request) {
        let root = request.name.replace("Req", "Res");
        return Ok(answers::session(&root, &SessionAnswer { errors: vec![error], ..SessionAnswer::default() }));
    }
    match request.name.as_str() {
        "CreateAuthReq" => create(call, request),
        "CheckTokenReq" => Ok(answers::session("CheckTokenRes", &check(call, request.text_of("token")))),
        _ => revoke(call, request.text_of("token")),
    }
}

fn identity_error(call: &Call<'_>, request: &Element) -> Option<Error> {
    let sealed = request.child("identificativo").map_or("", |identifier| identifier.text_of("valore"));
    let pin = call.keys.unseal(sealed);
    if request.text_of("userId") != call.sender.username {
        return Some(("602", "Utente diverso da quello autenticato", "E"));
    }
    if sealed.is_empty() {
        return Some(("300", "Parametro obbligatorio mancante: identificativo", "E"));
    }
    if pin != Unsealed::Opened(call.sender.pin.clone()) {
        let decrypted = matches!(pin, Unsealed::Opened(_));
        return Some(if decrypted {
            ("302", "Pincode non valido", "E")
        } else {
            ("700", "Errore di decifratura", "E")
        });
    }
    if !request.text_of("cfUtente").is_empty() && request.text_of("cfUtente") != call.sender.fiscal_code {
        return Some(("306", "Codice fiscale non valido", "E"));
    }
    let context =
        request.text_of("contesto") == SESSION_CONTEXT && request.text_of("applicazione") == SESSION_APPLICATION;
    (!context).then_some(("22", "Contesto non valido", "E"))
}

fn create(call: &mut Call<'_>, request: &Element) -> io::Result<Reply> {
    let place = request.text_of("codRegione") == call.sender.region && is_asl(request.text_of("codAslAo"));
    if !place || request.text_of("codSsa").is_empty() {
        let errors = vec![("307", "Regione, ASL o SSA non validi", "E")];
        return Ok(answers::session("CreateAuthRes", &SessionAnswer { errors, ..SessionAnswer::default() }));
    }
    let session = call.world.state.create_session(call.now, &call.sender.username)?;
    // The ministry's test environment answers with the id; in production it goes by certified mail.
    let communications = vec![("token", session.id)];
    Ok(answers::session("CreateAuthRes", &SessionAnswer { communications, ..SessionAnswer::default() }))
}

fn check(call: &Call<'_>, id: &str) -> SessionAnswer {
    if id == month_session(&call.sender.username, call.now) {
        let until = call.now + chrono::TimeDelta::hours(8);
        return SessionAnswer { info: Some((0, "Valido", call.now, until)), ..SessionAnswer::default() };
    }
    let session = call.world.state.session(id).filter(|session| session.username == call.sender.username);
    let Some(session) = session else {
        return SessionAnswer { errors: vec![("603", "Sessione sconosciuta", "E")], ..SessionAnswer::default() };
    };
    let (state, description) = match session.state {
        SessionState::Revoked => (1, "Revocato"),
        _ if call.now > session.until => (2, "Scaduto"),
        _ => (0, "Valido"),
    };
    SessionAnswer { info: Some((state, description, session.from, session.until)), ..SessionAnswer::default() }
}

fn revoke(call: &mut Call<'_>, id: &str) -> io::Result<Reply> {
    let session = call.world.state.session(id).filter(|session| session.username == call.sender.username);
    let errors = match session.map(|session| session.state) {
        None => vec![("603", "Sessione sconosciuta", "E")],
        Some(SessionState::Revoked) => vec![("05", "Sessione già revocata", "W")],
        Some(_) => {
            call.world.state.revoke_session(call.now, id)?;
            Vec::new()
        }
    };
    Ok(answers::session("RevokeAuthRes", &SessionAnswer { errors, ..SessionAnswer::default() }))
}

/// Whether a session lets a doctor's call through; takes it into use.
pub fn admits(
    state: &mut super::state::State,
    doctor: &Doctor,
    id: &str,
    now: chrono::NaiveDateTime,
) -> io::Result<bool> {
    let wildcard = month_session(&doctor.username, now);
    if id == wildcard || id == format!("{wildcard}-{SESSION_APPLICATION}") {
        return Ok(true);
    }
    let good = state.session(id).is_some_and(|session| {
        session.username == doctor.username && session.state != SessionState::Revoked && now <= session.until
    });
    if good {
        state.use_session(now, id)?;
    }
    Ok(good)
}
