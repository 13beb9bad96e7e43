//! Whose each address is, and the addresses of a pattern.

use millecloud::web::paths::pattern;

use crate::support::archive::Ids;

/// Open to whoever comes.
pub const PUBLIC: &[&str] = &[
    pattern::home(),
    pattern::health(),
    pattern::ready(),
    pattern::login(),
    pattern::registration(),
    pattern::confirm(),
    pattern::info(),
    // Only sends on to the patient search, which is guarded.
    pattern::millelight(),
    // The same for the other door.
    pattern::portal(),
    pattern::portal_login(),
    // Only leads back to the first step.
    pattern::login_code(),
    pattern::portal_login_code(),
    pattern::push_worker(),
    pattern::millebook_login(),
    pattern::millebook_login_code(),
    pattern::millebook_activate(),
    pattern::forgotten(),
    pattern::portal_forgotten(),
    pattern::millebook_forgotten(),
    // Open to whoever has the link.
    pattern::new_password(),
    pattern::millebook_new_password(),
];
/// For patients, who have a login of their own.
pub const BOOK: &[&str] = &[
    pattern::millebook(),
    pattern::millebook_password(),
    pattern::millebook_sessions(),
    pattern::millebook_second_factor(),
    pattern::millebook_reauthenticate(),
    pattern::millebook_prescription(),
    pattern::millebook_reminder(),
    pattern::millebook_own_address(),
    pattern::millebook_prove_address(),
];
/// For collaborators: a doctor has sent nothing to himself.
pub const STUDIO: &[&str] = &[
    pattern::sent(),
    pattern::sent_count(),
    pattern::sent_take(),
    pattern::sent_withdraw(),
    pattern::sent_copy(),
    pattern::invitation_accept(),
    pattern::invitation_refuse(),
];
/// The doctor's alone: what goes to SAC, what waits for the doctor, the doctor's own data.
pub const DOCTOR: &[&str] = &[
    pattern::doctor(),
    pattern::unverified(),
    pattern::second_factor(),
    pattern::push(),
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
    pattern::pending(),
    pattern::pending_count(),
    pattern::pending_send_all(),
    pattern::round(),
    pattern::round_retry(),
    pattern::pending_send(),
    pattern::pending_decline(),
    pattern::pending_item(),
    pattern::prescriptions(),
    pattern::prescription(),
    pattern::prescription_outcome(),
    pattern::prescription_annul(),
    pattern::prescription_retry(),
    pattern::prescription_verify(),
    pattern::prescription_resend(),
    pattern::prescription_correct(),
    pattern::sar_credentials(),
    pattern::sar_session(),
    pattern::lots(),
    pattern::delivery_settings(),
    pattern::patient_accesses(),
    pattern::problem_new(),
    pattern::problem_close(),
    pattern::problem_reopen(),
    pattern::therapy_add(),
    pattern::therapy_resume(),
    pattern::therapies_suspend(),
    pattern::investigation_new(),
    pattern::diary_new(),
];
/// The studio looks, the doctor writes.
pub const DOCTOR_WRITES: &[&str] = &[
    pattern::problem(),
    pattern::therapy(),
    pattern::investigation(),
    pattern::diary_entry(),
    pattern::allergies(),
    pattern::allergy(),
];
/// The doctor and whoever works for the doctor.
pub const ARCHIVE: &[&str] = &[
    pattern::patients(),
    pattern::patient_new(),
    pattern::record(),
    pattern::patient_edit(),
    pattern::problems(),
    pattern::therapies(),
    pattern::therapies_repeat(),
    pattern::investigations(),
    pattern::diary(),
    pattern::exemptions(),
    pattern::exemption(),
    pattern::entry_history(),
    pattern::entry_remove(),
    pattern::entry_restore(),
    pattern::formulary(),
    pattern::patient_formulary(),
    pattern::package(),
    pattern::draft(),
    pattern::draft_add(),
    pattern::draft_item(),
    pattern::draft_item_remove(),
    pattern::draft_discard(),
    pattern::draft_confirm(),
    pattern::deliveries(),
    pattern::delivery_mail(),
    pattern::delivery_mailed(),
    pattern::delivery_later(),
    pattern::delivery_print(),
    pattern::delivery_book(),
    pattern::delivery_nre(),
    pattern::delivery_sms(),
    pattern::delivery_retry(),
    pattern::delivery_dismiss(),
    pattern::agreed_secret(),
    pattern::demo_mails(),
    pattern::demo_mail(),
    pattern::patient_millebook(),
    pattern::patient_millebook_withdraw(),
];
/// Whoever is signed in, about themselves.
pub const ANYBODY: &[&str] = &[
    pattern::logout(),
    pattern::millebook_logout(),
    pattern::change_password(),
    pattern::reauthenticate(),
    pattern::resume(),
    pattern::choose_doctor(),
    pattern::sessions(),
    // Sends a doctor on to the collaborators.
    pattern::my_doctors(),
    pattern::portal_logout(),
    pattern::portal_password(),
    pattern::portal_sessions(),
    pattern::own_address(),
    pattern::portal_own_address(),
    pattern::prove_address(),
];
/// Of a package (public data), not of a person.
pub const OF_NOBODY: &[&str] = &["{aic}", "{token}"];
/// Written by asking for a page, and by nothing else.
pub const VOLATILE: &[&str] = &[
    "sessions",
    "recent_patients",
    "kept_forms",
    "login_throttle",
    "accesses",
    "action_budgets",
    "sac_refusals",
    "push_keys",
    "access_heads",
    "access_register",
];

/// The addresses of a pattern: the patient (or prescription) of `outer`, the row of `inner` inside it.
pub fn fill(pattern: &str, outer: &Ids, inner: &Ids) -> Vec<String> {
    let first = match pattern {
        _ if ["/millelight/ricette", "/millebook/ricette"].iter().any(|start| pattern.starts_with(start)) => {
            outer.prescription
        }
        _ if pattern.starts_with("/millelight/da-validare/invii/") => outer.round,
        _ if ["/millelight/da-validare/", "/millelight/inviate/"].iter().any(|start| pattern.starts_with(start)) => {
            outer.pending
        }
        _ => outer.patient,
    };
    // Rows of a prescription are numbered, not named: another's first row is like any that is not there.
    let row = if inner.pending == outer.pending { "1" } else { "9" };
    let base = pattern
        .replace("{id}", &first.to_string())
        .replace("{problem}", &inner.problem.to_string())
        .replace("{therapy}", &inner.therapy.to_string())
        .replace("{investigation}", &inner.investigation.to_string())
        .replace("{allergy}", &inner.allergy.to_string())
        .replace("{delivery}", &inner.delivery.to_string())
        .replace("{exemption}", &inner.exemption.to_string())
        .replace("{item}", &inner.item.to_string())
        .replace("{row}", row)
        .replace("{association}", &outer.association.to_string())
        .replace("{aic}", "023086150")
        .replace("{token}", "0123456789abcdef");
    if !pattern.contains("{section}") {
        return vec![base.replace("{entry}", &inner.diary.to_string())];
    }
    let sections = [
        ("problemi", inner.problem),
        ("terapie", inner.therapy),
        ("accertamenti", inner.investigation),
        ("diario", inner.diary),
        ("info-essenziali", inner.allergy),
        ("esenzioni", inner.exemption),
    ];
    let one = |(section, id): (&str, i64)| base.replace("{section}", section).replace("{entry}", &id.to_string());
    sections.into_iter().map(one).collect()
}
