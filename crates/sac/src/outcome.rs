//! What a call to SAC can end in. The types say what is *proven*: the pipeline decides on them alone.
//!
//! None of them shows a name, a code or a secret through `Debug` or `Display`.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::message::PrescriptionMessage;
use super::state::ProcessState;

/// One error or warning of an answer (`ErroreRicetta`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SacError {
    /// Four digits for prescriptions, fewer for lots and sessions.
    pub code: String,
    /// SAC's own words; for the doctor's screen only.
    pub text: String,
    /// Row it is about, from 1; `0` for the whole prescription.
    pub row: u8,
    /// False for a warning.
    pub blocking: bool,
}

impl fmt::Debug for SacError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SacError")
            .field("code", &self.code)
            .field("row", &self.row)
            .field("blocking", &self.blocking)
            .finish_non_exhaustive()
    }
}

/// A service message (`Comunicazione`), such as the regional sentence to print (0197).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// Four digits.
    pub code: String,
    /// The message.
    pub text: String,
}

impl fmt::Debug for Communication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Communication").field("code", &self.code).finish_non_exhaustive()
    }
}

/// The proof that a prescription is registered.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The prescription's number: ours, or the one SAC assigned.
    pub nre: String,
    /// Authentication code (codice di autenticazione), 30 digits.
    pub auth_code: String,
    /// When SAC registered it, Italian local time as sent.
    pub registered_at: NaiveDateTime,
    /// Warnings it was accepted with.
    pub warnings: Vec<SacError>,
    /// Service messages.
    pub communications: Vec<Communication>,
    /// SAC's own paper reminder (promemoria), when it made one.
    pub pdf: Option<Vec<u8>>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("registered_at", &self.registered_at)
            .field("warnings", &self.warnings)
            .field("pdf", &self.pdf.is_some())
            .finish_non_exhaustive()
    }
}

/// Why SAC certainly did not process a call. The texts are Italian, for the doctor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProcessed {
    /// The connection was never established: try again later.
    #[error("{0}")]
    Unreachable(String),
    /// User, password or pin refused: wait for the doctor, never retry alone.
    #[error("{0}")]
    CredentialsRefused(String),
    /// The session of the day is missing or over: the next one, or the doctor.
    #[error("{0}")]
    SessionRefused(String),
    /// SAC refused the message itself: wait for somebody, never retry alone.
    #[error("{0}")]
    Fault(String),
}

impl NotProcessed {
    /// It is about who asks, not about what was asked: it would be the same for everything else of the doctor.
    pub const fn is_about_sender(&self) -> bool {
        matches!(self, Self::CredentialsRefused(_) | Self::SessionRefused(_))
    }
}

/// End of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// Registered, with the code.
    Accepted(Registration),
    /// Refused, with at least one reason.
    Refused {
        /// The reasons.
        errors: Vec<SacError>,
        /// Service messages.
        communications: Vec<Communication>,
    },
    /// 1016: this NRE is already registered; only view tells by what.
    AlreadyUsed,
    /// Certainly not registered.
    NotProcessed(NotProcessed),
    /// May or may not be registered; the reason is for the log and names nobody.
    Uncertain(String),
}

/// A prescription as SAC shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ViewedPrescription {
    /// Its state.
    pub state: ProcessState,
    /// Authentication code.
    pub auth_code: String,
    /// When it was registered, if SAC said so.
    pub registered_at: Option<NaiveDateTime>,
    /// The content; the patient's code is empty.
    pub message: PrescriptionMessage,
    /// Service messages.
    pub communications: Vec<Communication>,
}

impl ViewedPrescription {
    /// The proof of registration to adopt, when the answer holds a whole one.
    pub fn registration(&self) -> Option<Registration> {
        if !is_auth_code(&self.auth_code) {
            return None;
        }
        Some(Registration {
            nre: self.message.nre.clone(),
            auth_code: self.auth_code.clone(),
            registered_at: self.registered_at?,
            warnings: Vec::new(),
            communications: self.communications.clone(),
            pdf: None,
        })
    }
}

impl fmt::Debug for ViewedPrescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewedPrescription").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Whether a text is a possible authentication code: 30 digits, not all zero.
pub fn is_auth_code(text: &str) -> bool {
    text.len() == 30 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte != b'0')
}

/// End of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewOutcome {
    /// SAC has it.
    Found(Box<ViewedPrescription>),
    /// 5005: SAC has no such number.
    Unknown,
    /// Not shown to this doctor.
    Refused {
        /// The reasons.
        errors: Vec<SacError>,
    },
    /// Certainly not answered.
    NotProcessed(NotProcessed),
    /// No usable answer; view changes nothing, so it can simply be repeated.
    Uncertain(String),
}

/// End of an annulment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnulOutcome {
    /// Annulled; the NRE is burnt.
    Annulled,
    /// Not allowed: 1120 when taken in charge, dispensed or annulled already.
    Refused {
        /// The reasons.
        errors: Vec<SacError>,
    },
    /// SAC has no such number.
    Unknown,
    /// Certainly not annulled.
    NotProcessed(NotProcessed),
    /// May or may not be annulled: only view tells.
    Uncertain(String),
}

/// End of the request of a lot of NREs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LotOutcome {
    /// Numbers to use: the prefix followed by a progressive of 15 minus its length digits.
    Granted {
        /// Region, grouping, size class and lot code together: the "lot code" of the other services.
        prefix: String,
        /// How many numbers.
        size: u32,
        /// Size class given (`0` = 100 numbers).
        size_class: String,
    },
    /// Not given.
    Refused {
        /// Two digits.
        code: String,
        /// SAC's own words.
        text: String,
    },
    /// Certainly not given.
    NotProcessed(NotProcessed),
    /// A lot may have been given and lost: wasteful, never dangerous.
    Uncertain(String),
}

/// One record of the list of used NREs.
#[derive(Clone, PartialEq, Eq)]
pub struct UsedNre {
    /// The number.
    pub nre: String,
    /// Holder's fiscal code.
    pub doctor: String,
    /// `F` or `P`.
    pub kind: String,
    /// Compilation moment.
    pub compiled_at: Option<NaiveDateTime>,
    /// Lot it comes from.
    pub lot: String,
    /// Authentication code.
    pub auth_code: String,
}

impl fmt::Debug for UsedNre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsedNre").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// End of the query for used NREs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedNres {
    /// The records; an unknown number gives none.
    Listed(Vec<UsedNre>),
    /// Not shown.
    Refused {
        /// The reasons.
        errors: Vec<SacError>,
    },
    /// Certainly not answered.
    NotProcessed(NotProcessed),
    /// No usable answer.
    Uncertain(String),
}

/// End of a call to the session service.
#[derive(Debug, Clone)]
pub enum SessionOutcome {
    /// Created. In production the id is mailed to the doctor's certified address and not answered.
    Created {
        /// The id, when it was in the answer.
        token: Option<SecretString>,
        /// Other messages.
        communications: Vec<Communication>,
    },
    /// The session is good between the two moments.
    Valid {
        /// From.
        from: DateTime<Utc>,
        /// Until: show it.
        until: DateTime<Utc>,
    },
    /// The session is over, was revoked or never existed.
    Ended {
        /// The service's description.
        description: String,
    },
    /// Refused.
    Refused {
        /// The reasons.
        errors: Vec<SacError>,
    },
    /// Certainly not processed.
    NotProcessed(NotProcessed),
    /// No usable answer.
    Uncertain(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authentication_codes() {
        assert!(is_auth_code("191120160904022190000021250125"));
        assert!(!is_auth_code(&"0".repeat(30)));
        assert!(!is_auth_code("19112016090402219000002125012"));
        assert!(!is_auth_code("19112016090402219000002125012A"));
    }

    #[test]
    fn debug_shows_neither_codes_nor_names() {
        let error = SacError { code: "1036".into(), text: "PNIMRA70A01H501P".into(), row: 1, blocking: true };
        let communication = Communication { code: "0199".into(), text: "COGNOME_MEDICO=PRO".into() };
        let registration = Registration {
            nre: "1300A4019294836".into(),
            auth_code: "191120160904022190000021250125".into(),
            registered_at: NaiveDateTime::default(),
            warnings: vec![error],
            communications: vec![communication],
            pdf: None,
        };
        let viewed = ViewedPrescription {
            state: ProcessState::ToDispense,
            auth_code: registration.auth_code.clone(),
            registered_at: None,
            message: PrescriptionMessage {
                nre: registration.nre.clone(),
                patient_name: "PINI".into(),
                ..Default::default()
            },
            communications: Vec::new(),
        };
        let shown = format!("{:?} {:?}", SendOutcome::Accepted(registration), ViewOutcome::Found(Box::new(viewed)));
        for secret in ["PNIMRA", "COGNOME", "1300A4", "1911", "PINI"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
