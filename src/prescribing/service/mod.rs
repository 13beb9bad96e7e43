//! What is done with a basket in more than one step. Each function runs inside the caller's transaction.

mod basket;
mod confirm;
mod origin;
mod readiness;
mod review;

pub use basket::{Added, Refused, add_packages, discard, remove_item, save_item, save_options};
pub use confirm::{Confirmation, ConfirmError, Confirmed, confirm};
pub use origin::{CorrectError, Corrected, Repeated, correct, repeat};
pub use readiness::{Lacking, Readiness, find_readiness};
pub use review::{Checked, Issue, Review, load_review};

use chrono::{NaiveDate, NaiveDateTime};

/// When something is done.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The instant (UTC).
    pub now: NaiveDateTime,
    /// The day in Italy.
    pub today: NaiveDate,
}
