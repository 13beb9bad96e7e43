//! The record's statements. Everything is loaded by doctor, patient and (for one entry) its id; lists are bounded.

mod changes;
mod facts;
mod lists;
mod recent;
mod therapies;

pub use changes::{insert_change, list_changes, list_problem_names};
pub use facts::{count_draft_items, find_author, find_birth_date, list_unknown_exemptions, owns_patient};
pub use lists::{
    DiaryRow, list_allergies, list_allergies_of, list_diary, list_exemptions, list_exemptions_of, list_investigations,
    list_open_problems, list_problems, list_problems_open_first,
};
pub use recent::{is_touch_due, touch_recent};
pub use therapies::{
    TherapyRow, find_running_therapy, hold_patient, insert_therapy, list_therapies, list_therapies_by_ids,
};
