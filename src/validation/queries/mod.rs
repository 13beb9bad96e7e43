//! Diesel functions of validation: what waits for the doctor, the rounds of INVIA TUTTI, what a collaborator has sent.

mod bell;
mod pending;
mod rounds;
mod sent;

pub use bell::{NewsOf, list_news, ring_doctor, ring_studio};
pub use pending::{
    PendingPatient, PendingRow, find_newest_pending, find_pending, list_last_therapies, list_pending, list_pending_ids,
    list_pending_patients,
};
pub use rounds::{RoundRow, find_round, insert_round, insert_round_rows, list_round, purge_rounds, replace_in_round};
pub use sent::{SentRow, find_counters, list_offered, list_sent, set_taken};
