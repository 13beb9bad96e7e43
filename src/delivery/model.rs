//! Rows of a delivery as the screens and the jobs need them.

use chrono::NaiveDateTime;
use diesel::{Queryable, Selectable};

use crate::db::schema::deliveries;
use crate::prescriptions::model::{Channel, Delivery, DeliveryState, Item, State};

/// Mails a doctor may ask for in an hour.
pub const MAILS_PER_HOUR: i64 = 300;

/// What a job needs of its delivery. No `Debug`: it holds an address and a sealed password.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
#[expect(missing_docs, reason = "the columns are documented by the migration")]
pub struct Sending {
    pub id: i64,
    pub doctor_id: i64,
    pub channel: Channel,
    pub state: DeliveryState,
    pub recipient: String,
    pub archive: Option<Vec<u8>>,
    pub password_sealed: Option<Vec<u8>>,
    pub agreed_secret: bool,
    pub token: String,
    pub requested_at: NaiveDateTime,
}

impl Sending {
    /// What the patient reads in both mails, to know which password opens which file. Says nothing.
    pub fn reference(&self) -> String {
        reference(&self.token)
    }
}

/// The first signs of the token, in capitals.
pub fn reference(token: &str) -> String {
    token.chars().take(6).collect::<String>().to_uppercase()
}

/// What a list of deliveries is narrowed to; nothing of it is the whole list.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// Only of these patients.
    pub patients: Option<Vec<i64>>,
    /// Only this way.
    pub channel: Option<Channel>,
    /// Only what this user asked for.
    pub author: Option<i64>,
    /// Asked for at this moment or later.
    pub from: Option<NaiveDateTime>,
    /// Asked for before this moment.
    pub until: Option<NaiveDateTime>,
}

impl Narrow {
    /// Whether deliveries of this way are among them.
    pub fn admits(&self, channel: Channel) -> bool {
        self.channel.is_none_or(|only| only == channel)
    }
}

/// A prescription of a delivery, in a list.
#[derive(Clone, Queryable)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Content {
    pub delivery_id: i64,
    pub prescription_id: i64,
    pub patient_name: String,
    pub nre: Option<String>,
    pub state: State,
    pub auth_code: String,
    pub region_code: String,
}

impl Content {
    /// May be delivered, now.
    pub fn is_deliverable(&self) -> bool {
        self.state.is_deliverable(&self.auth_code)
    }
}

/// A delivery and what it holds.
#[derive(Clone)]
pub struct Listed {
    /// The delivery.
    pub row: Delivery,
    /// Its prescriptions.
    pub contents: Vec<Content>,
    /// What they prescribe, prescription by prescription.
    pub items: Vec<Item>,
}
