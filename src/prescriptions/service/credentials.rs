//! Trying and saving a doctor's SAC credentials.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use super::super::model::WaitReason;
use super::super::queries;
use super::vault::{self, Sealed};
use crate::db::{Db, Owner};
use crate::identity::sealing::{SealBroken, Sealer};
use crate::ports::sac::{NotProcessed, SacClient, SacError, SenderCredentials, SessionOutcome, explain};

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
///
/// # Errors
/// [`SealBroken`].
pub fn seal(sealer: &Sealer, owner: Owner, credentials: &SenderCredentials) -> Result<Sealed, SealBroken> {
    vault::seal(sealer, owner, credentials)
}

/// Saves tried credentials and frees the prescriptions that waited for them.
///
/// # Errors
/// A database failure.
pub fn save(
    conn: &mut Db,
    owner: Owner,
    username: &str,
    sealed: &Sealed,
    place: &Place,
    trial: &Trial,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let Place { region, asl, specialization, structure } = place;
    queries::set_doctor_profile(conn, owner, region, asl, specialization, structure)?;
    queries::save_credentials(conn, owner, username, &sealed.password, &sealed.pin, now)?;
    let ends = match trial {
        Trial::Works { until } => Some(*until),
        _ => sealed.session.as_ref().map(|_| now + SESSION),
    };
    queries::save_session(conn, owner, sealed.session.as_deref(), ends)?;
    let outcome = match trial {
        Trial::Works { .. } => String::new(),
        Trial::Wrong { text, .. } | Trial::Untried(text) => text.clone(),
        Trial::NoSession => "manca la sessione del giorno".to_owned(),
    };
    queries::set_credentials_tested(conn, owner, &outcome, now)?;
    queries::release_waiting(conn, owner, WaitReason::BY_CREDENTIALS, now)?;
    Ok(())
}
