//! Refusals that speak of the sender and not of the prescription: user, password, pin, session of the day.
//!
//! They come as a Fault or as an ordinary refusal (9999) with the code or the words below. Nothing was registered, the
//! prescription is as good as before, and so is its number: whatever would be sent next would be refused alike, until the
//! doctor has put the credentials right.

use super::explain::explain;
use super::outcome::{NotProcessed, SacError};

/// What of the sender is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// User, password or pin.
    Sender,
    /// The session of the day (ID-SESSIONE).
    Session,
}

/// Codes of the prescription services.
const CODES: [(&str, About); 4] =
    [("1001", About::Sender), ("1002", About::Sender), ("1003", About::Sender), ("9101", About::Session)];
/// Words that name the session wherever they stand.
const SESSION: [&str; 5] = ["id-sessione", "id sessione", "authorization2f", "sessione scaduta", "token scaduto"];
/// Words that name the sender wherever they stand: none of them is in a text about a prescription.
const SENDER: [&str; 7] = [
    "password",
    "credenziali",
    "utente disabilitato",
    "utente non abilitato",
    "utente bloccato",
    "pincode",
    "rejected by policy",
];
/// In a Fault, which is never about the content unless the schema speaks, these are enough.
const FAULT_SESSION: [&str; 2] = ["sessione", "token"];
const FAULT_SENDER: [&str; 2] = ["autenticazione", "non autorizzat"];

impl About {
    fn refusal(self, text: String) -> NotProcessed {
        match self {
            Self::Sender => NotProcessed::CredentialsRefused(text),
            Self::Session => NotProcessed::SessionRefused(text),
        }
    }
}

fn names(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn of_code(code: &str) -> Option<About> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, about)| *about)
}

fn of_words(lower: &str) -> Option<About> {
    if names(lower, &SESSION) {
        Some(About::Session)
    } else if names(lower, &SENDER) {
        Some(About::Sender)
    } else {
        None
    }
}

/// The refusal that the errors of an answer stand for, when one of those that block is about the sender. Where none is
/// marked as blocking, any of them counts: the form of 9101 is not known.
pub(super) fn of_errors(errors: &[SacError]) -> Option<NotProcessed> {
    let marked = errors.iter().any(|error| error.blocking);
    errors.iter().filter(|error| error.blocking || !marked).find_map(|error| {
        let about = of_code(&error.code).or_else(|| of_words(&error.text.to_lowercase()))?;
        Some(about.refusal(explain(&error.code, &error.text)))
    })
}

/// The refusal that the text of a Fault stands for; `shown` is what of it may be shown.
pub(super) fn of_fault(text: &str, shown: String) -> NotProcessed {
    let lower = text.to_lowercase();
    if lower.contains("cvc-") {
        return NotProcessed::Fault(shown);
    }
    let number = lower.split(|c: char| !c.is_ascii_digit()).find_map(of_code);
    let about = number.or_else(|| of_words(&lower)).or_else(|| {
        if names(&lower, &FAULT_SESSION) {
            Some(About::Session)
        } else if names(&lower, &FAULT_SENDER) {
            Some(About::Sender)
        } else {
            None
        }
    });
    match about {
        Some(about) => about.refusal(shown),
        None => NotProcessed::Fault(shown),
    }
}
