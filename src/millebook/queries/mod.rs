//! The statements of the patients' portal.

mod codes;
mod enrolments;
mod published;

pub use codes::{Claimant, Code, find_claimant, find_code, find_doctor_of, forget_code, replace_code, set_code_used};
pub use enrolments::{
    EventRow, OwnEnrolment, count_active, find_account, insert_account, insert_event, list_events, list_own,
    list_siblings, open_enrolment, set_account, set_account_closed, set_activated, set_withdrawn, suspend,
};
pub use published::{Published, find_published, list_published};
