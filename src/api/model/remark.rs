//! What is to be said of a drug before the doctor's yes.

use serde::Serialize;
use utoipa::ToSchema;

use crate::safety::{Alert, Level};

/// What the patient's record says against a drug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SafetyAlert {
    /// How much it asks.
    pub level: AlertLevel,
    /// What of the patient it is about, as the doctor wrote it.
    #[schema(example = "penicilline")]
    pub subject: String,
    /// What with what, in Italian.
    pub message: String,
    /// Why and what to do; may be empty.
    pub advice: String,
    /// Where the rule comes from; empty when it is the record itself that speaks.
    pub source: String,
}

/// How much an alert asks of the doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    /// The drug is not sent without the doctor's tick and reason; INVIA TUTTI leaves it.
    Stop,
    /// Stands open beside the drug.
    Shown,
    /// A line.
    Passive,
}

impl From<&Alert> for SafetyAlert {
    fn from(alert: &Alert) -> Self {
        Self {
            level: match alert.level {
                Level::Stop => AlertLevel::Stop,
                Level::Shown => AlertLevel::Shown,
                Level::Passive => AlertLevel::Passive,
            },
            subject: alert.subject.clone(),
            message: alert.message.clone(),
            advice: alert.advice.clone(),
            source: alert.source.clone(),
        }
    }
}

/// A drug just prepared against which something is to be said.
#[derive(Serialize, ToSchema)]
pub struct PreparedRemark {
    /// Its prescription.
    #[schema(example = 31)]
    pub prescription: i64,
    /// The package.
    #[schema(example = "023086150")]
    pub aic: String,
    /// Name and pack.
    #[schema(example = "ZIMOX*12CPR 1G")]
    pub label: String,
    /// What the doctor should look at.
    pub warnings: Vec<String>,
    /// What the patient's record says against it.
    pub alerts: Vec<SafetyAlert>,
}
