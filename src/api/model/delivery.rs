//! Deliveries to the patient.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::prescriptions::model::{Channel, Delivery, DeliveryState};

/// The ways to the patient that a program may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelName {
    /// By e-mail, in a protected archive.
    Email,
    /// Printed at the surgery: the paper is at `promemoria`.
    Print,
    /// On the patients' portal.
    Millebook,
}

/// Asks for a delivery.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryRequest {
    /// How.
    pub channel: ChannelName,
    /// Another e-mail address than the registry's; only with `email`.
    #[serde(default)]
    #[schema(example = "claudio.saccavini@example.it", max_length = 254)]
    pub address: Option<String>,
    /// The patient has died, and it is meant so all the same: without it nothing goes to somebody who has died (409).
    #[serde(default)]
    pub deceased_confirmed: bool,
}

/// What was asked for.
#[derive(Serialize, ToSchema)]
pub struct DeliveryAsked {
    /// The prescription.
    #[schema(example = 31)]
    pub prescription: i64,
    /// How.
    pub channel: ChannelName,
}

/// The deliveries of a prescription.
#[derive(Serialize, ToSchema)]
pub struct Deliveries {
    /// Oldest first.
    pub deliveries: Vec<DeliveryRow>,
}

/// A way to the patient, also one that only the portal can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnyChannel {
    /// By e-mail.
    Email,
    /// Printed.
    Print,
    /// On the patients' portal.
    Millebook,
    /// The number alone, by text message.
    Sms,
}

/// How far a delivery has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStateName {
    /// Asked for.
    Requested,
    /// The archive has gone, its password not yet.
    ArchiveSent,
    /// Sent, printed or published.
    Delivered,
    /// Given up.
    Failed,
    /// Taken back.
    Revoked,
}

/// A delivery.
#[derive(Serialize, ToSchema)]
pub struct DeliveryRow {
    /// How.
    pub channel: AnyChannel,
    /// How far it has got.
    pub state: DeliveryStateName,
    /// The same in Italian, for a screen.
    #[schema(example = "Inviata per e-mail")]
    pub label: String,
    /// What went wrong, in Italian; may be empty.
    pub reason: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was concluded.
    pub ended_at: Option<DateTime<Utc>>,
}

impl From<&Delivery> for DeliveryRow {
    fn from(row: &Delivery) -> Self {
        Self {
            channel: match row.channel {
                Channel::Mail => AnyChannel::Email,
                Channel::Print => AnyChannel::Print,
                Channel::Millebook => AnyChannel::Millebook,
                Channel::Sms => AnyChannel::Sms,
            },
            state: match row.state {
                DeliveryState::Requested => DeliveryStateName::Requested,
                DeliveryState::ArchiveSent => DeliveryStateName::ArchiveSent,
                DeliveryState::Delivered => DeliveryStateName::Delivered,
                DeliveryState::Failed => DeliveryStateName::Failed,
                DeliveryState::Revoked => DeliveryStateName::Revoked,
            },
            label: row.label().0.to_owned(),
            reason: row.reason.label().to_owned(),
            requested_at: row.requested_at.and_utc(),
            ended_at: row.ended_at.map(|at| at.and_utc()),
        }
    }
}
