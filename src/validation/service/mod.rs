//! What is done in more than one step, in the caller's transaction and without network: looking at what waits, sending,
//! refusing, sending again what failed, taking note. Nothing here knows of pages.

mod decide;
mod lists;
mod retry;

pub use decide::{Answers, DecideError, decline, send_one, send_seen};
pub use lists::{
    PendingDrug, PendingList, PendingPrescription, RoundPrescription, SentPrescription, acknowledge, find_counters,
    load_pending, load_pending_one, load_round, load_sent,
};
pub use retry::{Retried, can_retry, retry_failed};
