//! What an answer proves. One rule: what is not proven is uncertain, and only view resolves it.
//!
//! | seen | class |
//! |---|---|
//! | no connection (name, refusal, TLS), local failure | not processed |
//! | 401, or a well formed SOAP Fault (also with HTTP 500) | not processed, waits for the doctor |
//! | 200 + 9999 with an error about user, password, pin or session | not processed, waits for the doctor |
//! | 200 + 9999 with other errors | refused; 1016 means "already used" |
//! | 200 + 0000/0001 + our NRE + 30 digits not all zero | accepted |
//! | anything else once a byte was written | uncertain |

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::outcome::{
    AnnulOutcome, LotOutcome, NotProcessed, Registration, SacError, SendOutcome, SessionOutcome, UsedNres, ViewOutcome,
    ViewedPrescription, is_auth_code,
};
use super::read::{self, Body};
use super::refusal;
use super::state::ProcessState;
use super::transport::{HttpAnswer, TransportFailure};
use super::xml::Element;

/// Outcome codes of a prescription service that mean success, without and with warnings.
const SUCCESS: [&str; 2] = ["0000", "0001"];
/// Outcome code of a refusal.
const REFUSED: &str = "9999";
/// Error codes that mean "SAC has no such number".
const UNKNOWN_NRE: [&str; 2] = ["5005", "1017"];
/// Error code of a number already registered.
const ALREADY_USED: &str = "1016";
/// Session errors that mean there is no such session any more.
const NO_SESSION: [&str; 7] = ["04", "05", "06", "07", "19", "20", "603"];

/// What a reply is worth before its content is looked at.
#[derive(Debug)]
pub enum Evidence {
    /// The message that was expected.
    Message(Element),
    /// Proof that nothing was done.
    NotProcessed(NotProcessed),
    /// No proof of anything.
    Uncertain(String),
}

/// Weighs a reply of which the root element `expected` was hoped.
pub fn weigh(reply: Result<HttpAnswer, TransportFailure>, expected: &str) -> Evidence {
    let answer = match reply {
        Ok(answer) => answer,
        Err(TransportFailure::NotSent(reason)) => {
            return Evidence::NotProcessed(NotProcessed::Unreachable(reason));
        }
        Err(TransportFailure::NotPrepared(reason)) => {
            return Evidence::NotProcessed(NotProcessed::Fault(reason));
        }
        Err(TransportFailure::AfterWriting(reason)) => return Evidence::Uncertain(reason),
    };
    let status = answer.status;
    if status == 401 {
        return Evidence::NotProcessed(NotProcessed::CredentialsRefused(
            "SAC ha rifiutato utente o password".to_owned(),
        ));
    }
    let body = if answer.is_xml() { Some(read::soap_body(&answer.body, answer.charset().as_deref())) } else { None };
    match body {
        Some(Ok(Body::Fault { code, text })) if fault_is_proof(status, &code) => {
            Evidence::NotProcessed(refusal::of_fault(&text, without_values(&text)))
        }
        _ if status != 200 => Evidence::Uncertain(format!("HTTP {status}")),
        None => Evidence::Uncertain("risposta di un tipo inatteso".to_owned()),
        Some(Err(error)) => Evidence::Uncertain(format!("risposta illeggibile: {error}")),
        Some(Ok(Body::Message(message))) if message.name == expected => Evidence::Message(message),
        Some(Ok(_)) => Evidence::Uncertain("risposta di un altro servizio".to_owned()),
    }
}

/// A gateway that gave up waiting may dress its own timeout as a Fault: that proves nothing, unless it
/// blames the request. Redirects prove nothing whatever they carry.
fn fault_is_proof(status: u16, code: &str) -> bool {
    match status {
        408 | 502 | 504 => code == "Client",
        200 | 400..=599 => true,
        _ => false,
    }
}

/// A Fault may quote a value of the request, which may be the patient's: quoted texts longer than a
/// few characters are replaced, so that "quantita ... '12'" stays useful.
fn without_values(text: &str) -> String {
    let mut kept = String::new();
    for (index, piece) in text.split(['\'', '"']).enumerate() {
        let quoted = index % 2 == 1;
        if index > 0 {
            kept.push('\'');
        }
        kept.push_str(if quoted && piece.chars().count() > 4 { "…" } else { piece });
    }
    kept.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// Class of a send; `sent_nre` is empty when SAC was to assign the number.
pub fn send(evidence: Evidence, sent_nre: &str) -> SendOutcome {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return SendOutcome::NotProcessed(reason),
        Evidence::Uncertain(reason) => return SendOutcome::Uncertain(reason),
    };
    let errors = read::errors(&message);
    match message.text_of("codEsitoInserimento") {
        REFUSED if errors.iter().any(|error| error.code == ALREADY_USED) => SendOutcome::AlreadyUsed,
        REFUSED if !errors.is_empty() => match refusal::of_errors(&errors) {
            Some(cause) => SendOutcome::NotProcessed(cause),
            None => SendOutcome::Refused { errors, communications: read::communications(&message) },
        },
        REFUSED => SendOutcome::Uncertain("rifiuto senza motivo".to_owned()),
        code if SUCCESS.contains(&code) => accepted(&message, sent_nre, errors),
        _ => SendOutcome::Uncertain("esito sconosciuto".to_owned()),
    }
}

fn accepted(message: &Element, sent_nre: &str, errors: Vec<SacError>) -> SendOutcome {
    let nre = message.text_of("nre");
    let ours = if sent_nre.is_empty() { nre.len() == 15 } else { nre == sent_nre };
    if !ours {
        return SendOutcome::Uncertain("risposta per un altro NRE".to_owned());
    }
    let auth_code = message.text_of("codAutenticazione");
    if !is_auth_code(auth_code) {
        return SendOutcome::Uncertain("codice di autenticazione mancante o non valido".to_owned());
    }
    let Some(registered_at) = read::moment(message.text_of("dataInserimento")) else {
        return SendOutcome::Uncertain("data di inserimento mancante o non valida".to_owned());
    };
    SendOutcome::Accepted(Registration {
        nre: nre.to_owned(),
        auth_code: auth_code.to_owned(),
        registered_at,
        warnings: errors.into_iter().map(|error| SacError { blocking: false, ..error }).collect(),
        communications: read::communications(message),
        pdf: promemoria(message.text_of("pdfPromemoria")),
    })
}

/// The PDF, if there is one that can be decoded: a bad one is no reason to doubt the registration.
fn promemoria(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.split_whitespace().collect();
    STANDARD.decode(compact).ok().filter(|pdf| pdf.starts_with(b"%PDF-"))
}

/// Whether every blocking error says that SAC has no such number.
fn says_unknown(errors: &[SacError]) -> bool {
    let mut blocking = errors.iter().filter(|error| error.blocking).peekable();
    blocking.peek().is_some() && blocking.all(|error| UNKNOWN_NRE.contains(&error.code.as_str()))
}

/// Class of a view of `asked_nre`.
pub fn view(evidence: Evidence, asked_nre: &str) -> ViewOutcome {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return ViewOutcome::NotProcessed(reason),
        Evidence::Uncertain(reason) => return ViewOutcome::Uncertain(reason),
    };
    let errors = read::errors(&message);
    match message.text_of("codEsitoVisualizzazione") {
        REFUSED if says_unknown(&errors) => ViewOutcome::Unknown,
        REFUSED if !errors.is_empty() => match refusal::of_errors(&errors) {
            Some(cause) => ViewOutcome::NotProcessed(cause),
            None => ViewOutcome::Refused { errors },
        },
        code if SUCCESS.contains(&code) => found(&message, asked_nre),
        _ => ViewOutcome::Uncertain("esito sconosciuto".to_owned()),
    }
}

fn found(message: &Element, asked_nre: &str) -> ViewOutcome {
    if message.text_of("nre") != asked_nre {
        return ViewOutcome::Uncertain("risposta per un altro NRE".to_owned());
    }
    let Some(state) = message.text_of("statoProcesso").parse().ok().and_then(ProcessState::from_number) else {
        return ViewOutcome::Uncertain("stato mancante o sconosciuto".to_owned());
    };
    let Some(content) = read::viewed_message(message) else {
        return ViewOutcome::Uncertain("ricetta senza data di compilazione".to_owned());
    };
    ViewOutcome::Found(Box::new(ViewedPrescription {
        state,
        auth_code: message.text_of("codAutenticazione").to_owned(),
        registered_at: read::moment(message.text_of("dataInserimento")),
        message: content,
        communications: read::communications(message),
    }))
}

/// Class of the annulment of `asked_nre`.
pub fn annul(evidence: Evidence, asked_nre: &str) -> AnnulOutcome {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return AnnulOutcome::NotProcessed(reason),
        Evidence::Uncertain(reason) => return AnnulOutcome::Uncertain(reason),
    };
    let errors = read::errors(&message);
    match message.text_of("codEsitoAnnullamento") {
        REFUSED if says_unknown(&errors) => AnnulOutcome::Unknown,
        REFUSED if !errors.is_empty() => match refusal::of_errors(&errors) {
            Some(cause) => AnnulOutcome::NotProcessed(cause),
            None => AnnulOutcome::Refused { errors },
        },
        code if SUCCESS.contains(&code) && message.text_of("nre") == asked_nre => AnnulOutcome::Annulled,
        code if SUCCESS.contains(&code) => AnnulOutcome::Uncertain("risposta per un altro NRE".to_owned()),
        _ => AnnulOutcome::Uncertain("esito sconosciuto".to_owned()),
    }
}

/// Class of a list of used NREs.
pub fn used_nres(evidence: Evidence) -> UsedNres {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return UsedNres::NotProcessed(reason),
        Evidence::Uncertain(reason) => return UsedNres::Uncertain(reason),
    };
    let errors = read::errors(&message);
    match message.text_of("codEsitoInterrogaNreUtilizzati") {
        REFUSED if !errors.is_empty() => match refusal::of_errors(&errors) {
            Some(cause) => UsedNres::NotProcessed(cause),
            None => UsedNres::Refused { errors },
        },
        code if SUCCESS.contains(&code) => UsedNres::Listed(read::used_nres(&message)),
        _ => UsedNres::Uncertain("esito sconosciuto".to_owned()),
    }
}

/// Class of a lot request for a region and a doctor.
pub fn lot(evidence: Evidence, region: &str, doctor: &str) -> LotOutcome {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return LotOutcome::NotProcessed(reason),
        Evidence::Uncertain(reason) => return LotOutcome::Uncertain(reason),
    };
    match message.text_of("CodEsito") {
        "00" | "01" => granted(&message, region, doctor),
        "" => LotOutcome::Uncertain("esito mancante".to_owned()),
        code => {
            let error =
                SacError { code: code.to_owned(), text: message.text_of("Esito").to_owned(), row: 0, blocking: true };
            match refusal::of_errors(std::slice::from_ref(&error)) {
                Some(cause) => LotOutcome::NotProcessed(cause),
                None => LotOutcome::Refused { code: error.code, text: error.text },
            }
        }
    }
}

/// The prefix is everything but the progressive, whose width is what is missing to 15: slices of big
/// lots do not follow the size class.
fn granted(message: &Element, region: &str, doctor: &str) -> LotOutcome {
    let size_class = message.text_of("IdentificativoLotto");
    let parts =
        [message.text_of("CodRegione"), message.text_of("CodRagLotto"), size_class, message.text_of("CodLotto")];
    let prefix = parts.concat();
    let given_to = message.text_of("CFMedico");
    if message.text_of("CodRegione") != region || !(given_to.is_empty() || given_to == doctor) {
        return LotOutcome::Uncertain("lotto di un altro medico o di un'altra regione".to_owned());
    }
    let well_formed = prefix.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let size = u32::try_from(15_usize.saturating_sub(prefix.len()))
        .ok()
        .filter(|width| (1..=9).contains(width))
        .map(|width| 10_u32.pow(width));
    match size {
        Some(size) if well_formed => LotOutcome::Granted { prefix, size, size_class: size_class.to_owned() },
        _ => LotOutcome::Uncertain("lotto non valido".to_owned()),
    }
}

/// Class of a call to the session service.
pub fn session(evidence: Evidence) -> SessionOutcome {
    let message = match evidence {
        Evidence::Message(message) => message,
        Evidence::NotProcessed(reason) => return SessionOutcome::NotProcessed(reason),
        Evidence::Uncertain(reason) => return SessionOutcome::Uncertain(reason),
    };
    let errors = read::session_errors(&message);
    if let Some(error) = errors.iter().find(|error| NO_SESSION.contains(&error.code.as_str())) {
        return SessionOutcome::Ended { description: error.text.clone() };
    }
    match message.text_of("codEsito") {
        "0" | "00" | "000" | "0000" => session_done(&message),
        _ if !errors.is_empty() => SessionOutcome::Refused { errors },
        _ => SessionOutcome::Uncertain("esito sconosciuto".to_owned()),
    }
}

fn session_done(message: &Element) -> SessionOutcome {
    if message.name == "RevokeAuthRes" {
        return SessionOutcome::Ended { description: "Sessione revocata".to_owned() };
    }
    if let Some(info) = message.child("infoToken") {
        if info.text_of("stato") != "0" {
            return SessionOutcome::Ended { description: info.text_of("descrizione").to_owned() };
        }
        let (from, until) =
            (read::instant(info.text_of("dataInizioValidita")), read::instant(info.text_of("dataFineValidita")));
        return match (from, until) {
            (Some(from), Some(until)) => SessionOutcome::Valid { from, until },
            _ => SessionOutcome::Uncertain("scadenza mancante o non valida".to_owned()),
        };
    }
    if message.name != "CreateAuthRes" {
        return SessionOutcome::Uncertain("stato della sessione mancante".to_owned());
    }
    let (tokens, communications): (Vec<_>, Vec<_>) =
        read::session_communications(message).into_iter().partition(|item| item.code.eq_ignore_ascii_case("token"));
    let token = tokens.into_iter().next().map(|item| SecretString::from(item.text));
    SessionOutcome::Created { token, communications }
}

#[cfg(test)]
mod tests;
