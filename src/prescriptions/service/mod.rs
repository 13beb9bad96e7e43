//! What is done in more than one step: confirming, claiming, recording what SAC answered. Each function runs inside the
//! caller's transaction and does no network.

mod acts;
mod advance;
mod annul;
mod breaker;
pub mod certificate;
mod claim;
mod compare;
mod confirm;
pub mod credentials;
mod exchange;
mod lines;
mod lots;
mod message;
mod pending;
mod pipeline;
mod promemoria;
mod recheck;
mod recover;
mod retire;
mod search;
mod send;
mod standing;
mod time_ahead;
mod timings;
pub mod vault;
mod view;
mod waiting;

#[cfg(test)]
mod tests;

pub use acts::{ActError, TakenBack, ask_resend, request_annul, retry_now, take_back, verify_now};
pub use annul::record_annul;
pub use breaker::Breaker;
pub use claim::{Claim, Work, claim};
pub use confirm::{CreateError, confirm_crash_point, create_confirmed, create_pending};
pub use lines::{Line, line_of};
pub use lots::{LOW_MARK, LotWork, Supply, begin_lot_request, find_supply, record_lot};
pub use message::{build_message, content_hash};
pub use pending::{
    Validated, Validation, confirm_pending, correct_pending, decline_pending, find_declined, withdraw_pending,
};
pub use pipeline::{Pipeline, Progress};
pub use promemoria::{Paper, PaperError, describe, find_paper, promemoria_pdf, sheets_pdf};
pub use retire::{RetireOutcome, record_retire};
pub use search::{SearchOutcome, record_search};
pub use send::record_send;
pub use standing::{Heard, usable_credentials};
pub use time_ahead::{find_ahead, release_ahead};
pub use timings::Timings;
pub use view::{record_view, shows_another};

use chrono::NaiveDateTime;

use super::model::WaitReason;
use sac::NotProcessed;

/// When something is recorded, with the chance it needs.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Now.
    pub now: NaiveDateTime,
    /// Any random number, for the jitter.
    pub roll: u64,
    /// How long things wait.
    pub timings: &'a Timings,
}

impl Moment<'_> {
    /// When try number `tries` may start.
    fn try_at(&self, tries: i64) -> NaiveDateTime {
        self.now + self.timings.wait_before(tries, self.roll)
    }
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The row follows it.
    Written,
    /// The attempt was no longer the row's: kept as evidence only.
    TooLate,
}

/// What a call that was certainly not processed waits for.
const fn reason_of(cause: &NotProcessed) -> WaitReason {
    match cause {
        NotProcessed::Unreachable(_) => WaitReason::SacDown,
        NotProcessed::SessionRefused(_) => WaitReason::SessionExpired,
        NotProcessed::CredentialsRefused(_) => WaitReason::CredentialsRefused,
        NotProcessed::Fault(_) => WaitReason::MessageRefused,
    }
}
