//! Diesel functions of the pipeline. Every change of a prescription's state is a [`transition`].

mod answers;
mod assigned;
mod attempts;
mod compared;
mod create;
mod credentials;
mod deliveries;
mod due;
mod found;
mod lots;
mod reads;
mod rechecks;
mod refusals;
mod time_ahead;
mod transition;
mod versions;

#[cfg(test)]
mod tests;

pub use answers::{
    NewSafetyAnswer, SafetyAnswer, ToldAnswer, insert_safety_answers, list_safety_answers, list_told_answers,
};
pub use assigned::{FreeSeconds, list_known_numbers};
pub use attempts::{
    Searched, close_attempt, find_last_attempt, find_searched, has_unproven_send, insert_attempt, last_outcome,
    list_attempts,
};
pub use compared::{
    Comparison, Missing, Ours, insert_comparison, list_comparisons_due, list_missing, list_ours_written,
    list_own_prefixes, put_off_comparison, replace_missing, set_compared, take_comparison,
};
pub use create::{PrescriptionInsert, delete_items, insert_items, insert_prescription};
pub use credentials::{
    find_credentials, find_sealed_password, forget_refusal, release_waiting, save_credentials, save_session,
    set_credentials_tested, set_doctor_profile, set_password_given, set_pending_session, set_refused,
    set_session_asked, take_pending_session,
};
pub use deliveries::{
    add_delivery_item, await_print, count_deliveries_needing_care, drop_print, end_delivery, list_deliveries,
    reopen_print, revoke_deliveries,
};
pub use due::{DueRow, list_doctors_in_line, list_due};
pub use found::{Found, find_lot_of, insert_found, is_found, list_found};
pub use lots::{
    Lengths, allocate_nre, burn_nre, count_left, end_lot_request, find_lot_request, insert_lot,
    list_doctors_without_nre, list_lots, list_open_lots, renew_lot_request, take_lot_request,
};
pub use reads::{
    COUNTED, HistoryRow, ListKey, ListRow, Standing, count_by_filter, find, find_last_event, find_owned, find_sac_pdf,
    list_by_ids, list_copied, list_events, list_history, list_items, list_owned, list_page, list_standings,
};
pub use rechecks::{
    Recheck, end_recheck, insert_recheck, list_rechecks, put_off_recheck, take_recheck, tell_late_registration,
};
pub use refusals::{count_refusals, note_refusal, see_refusals, settle_refusal};
pub use time_ahead::{Ahead, list_ahead, pull_back};
pub use transition::{
    Fields, Refused, Step, birth, due_after_clock_jump, hold, hold_back, look_again, release_from_breaker, set_wait,
    transition, wait_for_breaker,
};
pub use versions::{Version, insert_version, list_first_versions, set_head};
