//! Codes, and how a published prescription stands for the patient. Pure.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use crate::identity::keys::Keys;
use crate::prescriptions::model::{Kind, State};
use crate::text_enum;
use kernel::dates;
use kernel::random;
use kernel::tone::Tone;

text_enum! {
    /// What happened to an enrolment.
    Happened {
        /// The patient gave consent, and the doctor enrolled them.
        Enrolled = "ARRUOLATO",
        /// A code was printed.
        CodePrinted = "CODICE_STAMPATO",
        /// A code was mailed.
        CodeMailed = "CODICE_MANDATO",
        /// The patient opened the account with the code.
        Activated = "ATTIVATO",
        /// Another doctor's code was used to change the password: this enrolment waits for a code of its own doctor.
        Suspended = "SOSPESO",
        /// Consent was taken back.
        Withdrawn = "REVOCATO",
    }
}

impl Happened {
    /// What the history says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enrolled => "Consenso registrato",
            Self::CodePrinted => "Codice stampato",
            Self::CodeMailed => "Codice mandato per e-mail",
            Self::Activated => "Attivato dal paziente",
            Self::Suspended => "In attesa di un nuovo codice: il paziente ha cambiato la password con un altro medico",
            Self::Withdrawn => "Consenso revocato",
        }
    }
}

/// How long a code may be used.
pub const CODE_VALID_FOR: TimeDelta = TimeDelta::days(14);
/// Signs of a code: fifty bits, read aloud and typed in two groups.
const CODE_LENGTH: usize = 10;
/// Days in which a prescription of drugs may be used, the day of the prescription not counted.
const DRUGS_VALID_DAYS: i64 = 30;
/// So many days before the end the patient is told.
const SOON_DAYS: i64 = 3;

/// A new code, in clear: it is shown or mailed once.
pub fn new_code() -> String {
    random::readable_secret(CODE_LENGTH)
}

/// `ABCDE-FGHJK`.
pub fn grouped(code: &str) -> String {
    let signs: Vec<char> = code.chars().collect();
    signs.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a code: a keyed digest of what was typed, spaces, hyphens and case put aside.
pub fn digest(keys: &Keys, typed: &str) -> String {
    let code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    keys.pseudonym("millebook", &code.to_uppercase())
}

/// How a published prescription stands for the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// To be used, drugs until that day.
    Ready(Option<NaiveDate>),
    /// It could be used until that day.
    Expired(NaiveDate),
    /// The doctor is annulling it.
    Annulling,
    /// Annulled.
    Annulled,
}

impl Standing {
    /// Reckons it at `today`.
    pub fn of(kind: Kind, state: State, auth_code: &str, compiled_at: NaiveDateTime, today: NaiveDate) -> Self {
        if state == State::Annulled {
            return Self::Annulled;
        }
        if !state.is_deliverable(auth_code) {
            return Self::Annulling;
        }
        if kind != Kind::Drugs {
            return Self::Ready(None);
        }
        let until = dates::to_rome(compiled_at).date() + TimeDelta::days(DRUGS_VALID_DAYS);
        if today > until { Self::Expired(until) } else { Self::Ready(Some(until)) }
    }

    /// May be shown at the counter.
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Ready(_))
    }

    /// The word for it, and how it is.
    pub fn label(self, today: NaiveDate) -> (String, Tone) {
        match self {
            Self::Ready(Some(until)) if (until - today).num_days() <= SOON_DAYS => {
                let text = match (until - today).num_days() {
                    0 => "Scade oggi".to_owned(),
                    1 => "Scade domani".to_owned(),
                    days => format!("Scade tra {days} giorni"),
                };
                (text, Tone::Warn)
            }
            Self::Ready(_) => ("Da ritirare".to_owned(), Tone::Info),
            Self::Expired(_) => ("Scaduta".to_owned(), Tone::Plain),
            Self::Annulling => ("In annullamento: non usarla".to_owned(), Tone::Bad),
            Self::Annulled => ("Annullata dal medico: non usarla".to_owned(), Tone::Bad),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const CODE: &str = "191120160904022190000021250125";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_prescription_of_drugs_lasts_thirty_days() {
        let at = day("2016-11-19").and_hms_opt(8, 0, 0).unwrap();
        let on = |date: &str| Standing::of(Kind::Drugs, State::Accepted, CODE, at, day(date));
        assert_eq!(on("2016-11-19"), Standing::Ready(Some(day("2016-12-19"))));
        assert_eq!(on("2016-11-19").label(day("2016-11-19")).0, "Da ritirare");
        assert_eq!(on("2016-12-16").label(day("2016-12-16")).0, "Scade tra 3 giorni");
        assert_eq!(on("2016-12-18").label(day("2016-12-18")).0, "Scade domani");
        assert_eq!(on("2016-12-19").label(day("2016-12-19")).0, "Scade oggi");
        assert_eq!(on("2016-12-20"), Standing::Expired(day("2016-12-19")));
        let service = Standing::of(Kind::Services, State::Accepted, CODE, at, day("2017-03-01"));
        assert_eq!(service, Standing::Ready(None));
    }

    #[test]
    fn only_what_sac_has_accepted_and_nobody_annuls_is_ready() {
        let at = day("2016-11-19").and_hms_opt(8, 0, 0).unwrap();
        for state in State::ALL {
            let standing = Standing::of(Kind::Drugs, *state, CODE, at, day("2016-11-20"));
            assert_eq!(standing.is_ready(), *state == State::Accepted, "{state:?}");
        }
        assert!(!Standing::of(Kind::Drugs, State::Accepted, "", at, day("2016-11-20")).is_ready());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let keys = Keys::new("0123456789abcdef0123456789abcdef").unwrap();
        let code = new_code();
        assert_eq!((code.len(), grouped("ABCDEFGHJK")), (10, "ABCDE-FGHJK".to_owned()));
        assert_eq!(digest(&keys, &code), digest(&keys, &format!(" {} ", grouped(&code).to_lowercase())));
        assert_ne!(digest(&keys, &code), digest(&keys, "ABCDE-FGHJK"));
    }
}
