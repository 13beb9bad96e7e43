//! Trying and saving a doctor's SAC credentials.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::super::model::WaitReason;
use super::super::queries;
use super::vault::{self, Sealed};
use crate::db::{Db, Owner};
use crate::identity::sealing::{SealBroken, Sealer};
use sac::{NotProcessed, SacClient, SacError, SenderCredentials, SessionOutcome, explain};

/// How long a session lasts at least, where the service did not say (sac.md §10).
const SESSION: TimeDelta = TimeDelta::hours(8);

/// What trying the credentials showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// They work; the session ends then, if the service said so.
    Works {
        /// UTC.
        until: NaiveDateTime,
    },
    /// One of them is wrong.
    Wrong {
        /// Which.
        part: Part,
        /// What to tell the doctor.
        text: String,
    },
    /// There is no session to try them with.
    NoSession,
    /// The service gave no usable answer.
    Untried(String),
}

/// The part of the credentials that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// User or password.
    User,
    /// PIN.
    Pin,
    /// Session id.
    Session,
    /// Region, ASL or structure.
    Place,
    /// Nobody can tell.
    Unknown,
}

/// Tries credentials: asks the session service whether the session is good, which needs user, password and PIN too.
pub async fn try_credentials(sac: &SacClient, credentials: &SenderCredentials, fiscal_code: &str) -> Trial {
    if credentials.session_id.is_none() {
        return Trial::NoSession;
    }
    match sac.check_session(credentials, fiscal_code).await {
        SessionOutcome::Valid { until, .. } => Trial::Works { until: until.naive_utc() },
        SessionOutcome::Ended { description } => Trial::Wrong {
            part: Part::Session,
            text: format!("La sessione non è valida: prendine una nuova dal portale del Sistema TS ({description})"),
        },
        SessionOutcome::Refused { errors } => refused(&errors),
        SessionOutcome::NotProcessed(NotProcessed::CredentialsRefused(text)) => {
            Trial::Wrong { part: Part::User, text: format!("Il servizio non accetta utente o password: {text}") }
        }
        SessionOutcome::NotProcessed(NotProcessed::SessionRefused(text)) => Trial::Wrong { part: Part::Session, text },
        SessionOutcome::NotProcessed(NotProcessed::Fault(text)) => Trial::Wrong { part: Part::Unknown, text },
        SessionOutcome::NotProcessed(NotProcessed::Unreachable(text)) | SessionOutcome::Uncertain(text) => {
            Trial::Untried(text)
        }
        SessionOutcome::Created { .. } => Trial::Untried("risposta inattesa".to_owned()),
    }
}

fn refused(errors: &[SacError]) -> Trial {
    let Some(first) = errors.first() else {
        return Trial::Wrong { part: Part::Unknown, text: "Il servizio rifiuta i dati, senza dire perché".to_owned() };
    };
    let part = match first.code.trim_start_matches('0') {
        "301" | "302" | "700" => Part::Pin,
        "600" | "601" | "602" | "306" => Part::User,
        "603" | "4" | "5" | "6" | "7" => Part::Session,
        "307" => Part::Place,
        _ => Part::Unknown,
    };
    Trial::Wrong { part, text: explain(&first.code, &first.text) }
}

/// The doctor's data that SAC wants beside the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Three digits.
    pub region: String,
    /// Three digits.
    pub asl: String,
    /// One sign.
    pub specialization: String,
    /// May be empty.
    pub structure: String,
}

/// Seals credentials for the doctor's row.
pub fn seal(sealer: &Sealer, owner: Owner, credentials: &SenderCredentials) -> Result<Sealed, SealBroken> {
    vault::seal(sealer, owner, credentials)
}

/// What of the credentials the doctor gave now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// A password.
    pub password: bool,
    /// The session is the next one: it lies beside the one in force until that ends.
    pub beside: bool,
    /// Nothing of the sessions before holds any more: another session in force, or another user.
    pub anew: bool,
}

/// Saves tried credentials and frees the prescriptions that waited for them.
pub fn save(
    conn: &mut Db,
    owner: Owner,
    username: &str,
    sealed: &Sealed,
    place: &Place,
    (trial, given): (&Trial, Given),
    now: NaiveDateTime,
) -> QueryResult<()> {
    let Place { region, asl, specialization, structure } = place;
    queries::set_doctor_profile(conn, owner, region, asl, specialization, structure)?;
    queries::save_credentials(conn, owner, username, &sealed.password, &sealed.pin, now)?;
    let ends = match trial {
        Trial::Works { until } => Some(*until),
        _ => sealed.session.as_ref().map(|_| now + SESSION),
    };
    if given.password {
        queries::set_password_given(conn, owner, now)?;
    }
    if given.beside {
        queries::set_pending_session(conn, owner, sealed.session.as_deref(), ends)?;
    } else {
        queries::save_session(conn, owner, sealed.session.as_deref(), ends)?;
        if given.anew {
            queries::set_pending_session(conn, owner, None, None)?;
        }
    }
    let outcome = match trial {
        Trial::Works { .. } => String::new(),
        Trial::Wrong { text, .. } | Trial::Untried(text) => text.clone(),
        Trial::NoSession => "manca la sessione del giorno".to_owned(),
    };
    queries::set_credentials_tested(conn, owner, &outcome, now)?;
    queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)?;
    Ok(())
}

/// A session that the service answered with, sealed: it lies beside the one in force, or takes its place when that is over
/// or refused. Answers whether it lies beside.
pub fn keep_session(conn: &mut Db, owner: Owner, sealed: &[u8], now: NaiveDateTime) -> QueryResult<bool> {
    let ends = Some(now + SESSION);
    let stored = queries::find_credentials(conn, owner)?;
    if stored.is_some_and(|stored| stored.refused == WaitReason::None && stored.has_session(now)) {
        queries::set_pending_session(conn, owner, Some(sealed), ends)?;
        return Ok(true);
    }
    queries::save_session(conn, owner, Some(sealed), ends)?;
    queries::set_pending_session(conn, owner, None, None)?;
    queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)?;
    Ok(false)
}

/// A session was asked for and comes by mail: at the service it takes the place of any that lay beside.
pub fn expect_session(conn: &mut Db, owner: Owner, now: NaiveDateTime) -> QueryResult<()> {
    queries::set_session_asked(conn, owner, now)?;
    queries::set_pending_session(conn, owner, None, None)?;
    Ok(())
}
