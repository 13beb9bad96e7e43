//! The archive's statements. Everything is loaded by doctor; lists are bounded.

mod banner;
mod enrolment;
mod registry;
mod search;

pub use banner::find_banner;
pub use enrolment::{Enrolment, Portal, find_enrolment, find_portal, list_enrolled, list_waiting};
pub use registry::{
    ChangeRow, find_by_code, find_doctor, find_patient, insert_change, insert_patient, list_changes, list_homonyms,
    list_patients, update_patient,
};
pub use search::{Cursor, Found, PAGE, Search, list_recent, search};
