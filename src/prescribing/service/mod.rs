//! What is done with a basket in more than one step. Each function runs inside the caller's transaction.

mod amend;
mod answers;
mod around;
mod basket;
mod checked;
mod confirm;
mod direct;
mod item;
mod lacking;
mod law;
mod origin;
mod readiness;
mod recheck;
mod remember;
mod review;
mod twins;
mod wish;

pub use amend::{AmendError, Amendment, PendingItem, amend, load_pending_item};
pub use answers::{copy_answers, is_answered, keep_answers};
pub use basket::{
    Added, Picked, Refused, add_packages, discard, next_incomplete, remove_item, save_item, save_options,
};
pub use checked::Checked;
pub use confirm::{ConfirmError, Confirmation, Confirmed, confirm, submit};
pub use direct::{PrepareError, Where, WishedDrug, prepare};
pub use item::{ItemContext, load_item};
pub use lacking::Lacking;
pub use origin::{CorrectError, Corrected, Origin, copy_declined, correct, repeat, withdraw};
pub use readiness::{Readiness, find_readiness};
pub use recheck::{DrugFindings, Findings, Waiting, recheck};
pub use remember::{move_therapies, remember_validated};
pub use review::{Issue, Review, load_review};
pub use wish::{Wish, WishField, WishedProblem};

use chrono::{NaiveDate, NaiveDateTime};

use crate::identity::by::By;

/// When something is done.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The instant (UTC).
    pub now: NaiveDateTime,
    /// The day in Italy.
    pub today: NaiveDate,
}

impl Moment {
    /// When they act.
    pub const fn of(by: &By) -> Self {
        Self { now: by.now, today: by.today }
    }
}
