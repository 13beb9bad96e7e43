//! Row types, states and pure rules of a prescription. No query, no HTML.

mod answer;
mod delivery;
mod reminders;
mod rows;
mod state;

#[cfg(test)]
mod state_tests;

pub use answer::{notes_from_json, notes_to_json, refusal_in_words};
pub use delivery::{Channel, Delivery, DeliveryReason, DeliveryState, leading, mobile_number};
pub use reminders::{Reminder, of_session, reminders};
pub use rows::{
    Attempt, AttemptOutcome, Content, EventRow, Head, Item, Kind, Lot, NewItem, NewPrescription, Operation,
    Prescription, StoredCredentials, brand_only,
};
pub use state::{Event, Filter, Illegal, State, WaitReason, next};
