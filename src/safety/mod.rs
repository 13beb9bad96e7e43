//! Clinical safety: what a patient's facts say against a drug. One pure function, [`assess`], asked by every path on which
//! a drug is chosen, looked at or sent, so that all of them say the same.
//!
//! A check ends in one of three ways: nothing found, alerts, or *not checked* with its reason. What cannot be compared (an
//! allergy in words that nobody knows, a drug without a class) is never passed over in silence.
//!
//! The rules are data ([`Edition`]); the one that ships was written from public facts and **reviewed by no pharmacist**,
//! which every alert says.

mod allergy;
mod edition;
mod reasons;
mod words;

pub use allergy::{Allergen, NOT_A_DRUG, Reading, read_allergen};
pub use edition::{AllergyRule, Edition, EditionError};
pub use reasons::REASONS;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use crate::text_enum;
use kernel::hex::hex;

text_enum!(
    /// What was compared.
    Kind {
        /// The drug with the patient's allergies: same substance, same group, cross reaction.
        Allergy = "allergy",
    }
);

/// How much an alert asks of the doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The drug is not sent without a tick and a reason of its own.
    Stop,
    /// Stands open beside the drug.
    Shown,
    /// A line.
    Passive,
}

impl Level {
    /// As the rules write it: 1, 2, 3.
    pub const fn number(self) -> i64 {
        match self {
            Self::Stop => 1,
            Self::Shown => 2,
            Self::Passive => 3,
        }
    }

    fn from_number(text: &str) -> Option<Self> {
        match text {
            "1" => Some(Self::Stop),
            "2" => Some(Self::Shown),
            "3" => Some(Self::Passive),
            _ => None,
        }
    }
}

/// A drug, as far as the checks are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drug<'a> {
    /// Name and pack.
    pub label: &'a str,
    /// Active substance; several are parted by `/`.
    pub substance: &'a str,
    /// ATC code; empty when the lists have none.
    pub atc: &'a str,
}

/// What is known of one drug and of the patient who is to have it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The drug.
    pub drug: Drug<'a>,
    /// The allergies of the record.
    pub allergies: &'a [Allergen],
}

/// What speaks against a drug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which check found it.
    pub kind: Kind,
    /// How much it asks.
    pub level: Level,
    /// The rule, or the way in which the recorded fact itself was met (`substance`, `atc`).
    pub rule: String,
    /// What of the patient it is about, as the doctor wrote it.
    pub subject: String,
    /// What with what, in a sentence.
    pub message: String,
    /// Why and what to do; empty when the message says it all.
    pub advice: String,
    /// Where the rule comes from and whether anybody reviewed it; empty when it is the record itself that speaks.
    pub source: String,
}

/// Why something was not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// An allergy whose words are no substance, class or group that the edition knows.
    Unrecognised(String),
    /// The drug has no ATC code, and its substance no known one.
    NoAtc,
    /// Its code is too short to say whether it falls under a rule.
    ShortAtc,
    /// There is no rule at all.
    NoRules,
}

impl Unchecked {
    /// For the doctor.
    pub fn in_words(&self) -> String {
        match self {
            Self::Unrecognised(words) => {
                format!("Allergia non verificata: «{words}» non è una sostanza o un gruppo che il programma riconosce.")
            }
            Self::NoAtc => "Allergie non verificate: di questo farmaco manca la classe ATC.".to_owned(),
            Self::ShortAtc => "Allergie non verificate: la classe ATC di questo farmaco è incompleta.".to_owned(),
            Self::NoRules => "Allergie non verificate: mancano le regole.".to_owned(),
        }
    }

    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unrecognised(_) => "allergy_not_recognised",
            Self::NoAtc => "atc_missing",
            Self::ShortAtc => "atc_too_short",
            Self::NoRules => "no_rules",
        }
    }
}

/// Why the doctor prescribes in spite of what stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The [`Assessment::seal`] of what was on the screen.
    pub seal: String,
    /// One of [`REASONS`].
    pub code: String,
    /// The reason in words.
    pub reason: String,
}

/// How one kind of check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was compared and nothing found.
    Ok,
    /// Something was found; the gravest.
    Alert(Level),
    /// Nothing was found, but not everything was compared.
    NotChecked,
}

/// Everything the checks say of one drug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What was found, the gravest first.
    pub alerts: Vec<Alert>,
    /// What was not compared.
    pub unchecked: Vec<(Kind, Unchecked)>,
    /// How many facts of the patient were compared with the drug.
    pub compared: usize,
}

impl Assessment {
    /// How a kind of check ended.
    pub fn outcome(&self, kind: Kind) -> Outcome {
        let gravest = self.alerts.iter().filter(|alert| alert.kind == kind).map(|alert| alert.level).min();
        match gravest {
            Some(level) => Outcome::Alert(level),
            None if self.unchecked.iter().any(|(one, _)| *one == kind) => Outcome::NotChecked,
            None => Outcome::Ok,
        }
    }

    /// What must be answered before the drug is sent.
    pub fn stops(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.iter().filter(|alert| alert.level == Level::Stop)
    }

    /// Whether the drug is not sent without an answer.
    pub fn stops_sending(&self) -> bool {
        self.stops().next().is_some()
    }

    /// Names what must be answered: a tick given for one set of alerts does not hold for another. Empty when nothing.
    pub fn seal(&self) -> String {
        if !self.stops_sending() {
            return String::new();
        }
        let mut digest = Sha256::new();
        for alert in self.stops() {
            for part in [alert.kind.as_str(), &alert.rule, &alert.subject, &alert.message] {
                digest.update(part.as_bytes());
                digest.update([0]);
            }
        }
        hex(&digest.finalize()).chars().take(16).collect()
    }

    /// Whether nothing stops the drug, or what does was answered as it stands.
    pub fn is_answered(&self, answer: Option<&Answer>) -> bool {
        !self.stops_sending() || answer.is_some_and(|answer| answer.seal == self.seal())
    }

    /// `Allergia registrata: FANS, Penicilline.`, or nothing: what a mark has room for.
    pub fn allergy_mark(&self) -> Option<String> {
        let mut names: Vec<&str> = self.stops().map(|alert| alert.subject.as_str()).collect();
        names.dedup();
        (!names.is_empty()).then(|| format!("Allergia registrata: {}.", names.join(", ")))
    }

    /// What stands beside the drug without stopping it: cross reactions, and what was not compared.
    pub fn remarks(&self) -> Vec<String> {
        let alerts = self.alerts.iter().filter(|alert| alert.level != Level::Stop);
        let alerts = alerts.map(|alert| format!("{} {} ({})", alert.message, alert.advice, alert.source));
        alerts.chain(self.unchecked.iter().map(|(_, why)| why.in_words())).collect()
    }
}

/// What the facts say against the drug, by the rules of an edition. A rule that has ended by `today` is silent; one that
/// is dated ahead is not, since no reaction waits for a date.
pub fn assess(facts: &Facts<'_>, edition: &Edition, today: NaiveDate) -> Assessment {
    let mut assessment = Assessment::default();
    allergy::check(facts, edition, today, &mut assessment);
    assessment.alerts.sort_by(|a, b| (a.level, a.kind, &a.rule).cmp(&(b.level, b.kind, &b.rule)));
    assessment
}

#[cfg(test)]
mod tests;
