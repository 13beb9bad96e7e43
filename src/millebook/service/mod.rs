//! What the portal does in more than one step.

mod activate;
mod enrol;
pub mod mailing;
mod shelf;

pub use activate::{Activation, Choice, Claim, Claimed, Look, activate, look, open_account};
pub use enrol::{EnrolError, How, Issued, Status, issue, status, withdraw};
pub use shelf::{Reader, Shelf, ShelfError, Volume, find_volume, load_shelf, reminder};
