//! The addresses by which a doctor reaches beyond the archive typed in by hand: other people's accounts, and the State's
//! services. Whoever has registered alone finds them closed until the operator has verified who they are.

use super::pattern;

/// Everything that makes, invites or changes somebody else's account, sends to a patient, or speaks with SAC.
pub const BEYOND: &[&str] = &[
    pattern::collaborators(),
    pattern::collaborator_new(),
    pattern::collaborator_associate(),
    pattern::collaborator(),
    pattern::collaborator_password(),
    pattern::collaborator_suspend(),
    pattern::collaborator_resume(),
    pattern::collaborator_reconfirm(),
    pattern::collaborator_code(),
    pattern::collaborator_disconnect(),
    pattern::collaborator_remove(),
    pattern::patient_millebook(),
    pattern::patient_millebook_withdraw(),
    pattern::draft_confirm(),
    pattern::pending_send_all(),
    pattern::round_retry(),
    pattern::pending_send(),
    pattern::prescription_annul(),
    pattern::prescription_retry(),
    pattern::prescription_verify(),
    pattern::prescription_resend(),
    pattern::delivery_mail(),
    pattern::delivery_book(),
    pattern::delivery_sms(),
    pattern::delivery_retry(),
    pattern::sar_credentials(),
    pattern::lots(),
];

/// Whether the address of this pattern is one of them.
pub fn reaches_beyond(pattern: &str) -> bool {
    BEYOND.contains(&pattern)
}
