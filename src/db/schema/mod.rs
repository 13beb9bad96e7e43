//! The shared list of tables, one file per migration. Hand-written, one for both engines; `tests/migrations.rs`
//! compares it with the migrated databases. Joins must be declared in one place, so every slice's tables are here.
#![expect(missing_docs, reason = "columns are documented by the migrations and by the row types of each slice")]

mod access;
mod api;
mod codes;
mod collaborators;
mod delivery;
mod formulary;
mod millebook;
mod pipeline;
mod push;
mod record;
mod validation;

pub use access::{
    doctors, idempotency_keys, installation, kept_forms, known_devices, login_throttle, one_time_tokens, operator_acts,
    outbox, sessions, users,
};
pub use api::{action_budgets, api_download_rows, api_downloads, api_tokens};
pub use codes::{
    birthplaces, diagnoses, diagnosis_words, exemption_diagnoses, exemptions, local_health_units, reference_editions,
    reference_imports, regions, service_words, services,
};
pub use collaborators::{associations, provinces, recovery_codes, second_factors, security_events};
pub use delivery::{agreed_secrets, deliveries, delivery_items, delivery_settings, millebook_enrolments};
pub use formulary::{
    aifa_notes, atc_codes, formulary_editions, law_stamp, narcotics, packages, posologies, prescribing_limits,
    substitution_motives, supply_regimes,
};
pub use millebook::{access_heads, access_register, accesses, millebook_codes, millebook_events};
pub use pipeline::{
    draft_items, drafts, lot_requests, nre_lots, nre_rechecks, nre_uses, posology_uses, prescription_events,
    prescription_items, prescriptions, sac_attempts, sac_comparisons, sac_credentials, sac_found, sac_missing,
    sac_refusals,
};
pub use push::{push_keys, push_services, push_subscriptions};
pub use record::{
    allergies, diary_entries, investigations, patient_exemptions, patient_words, patients, problems, recent_patients,
    record_changes, therapies,
};
pub use validation::{prescription_versions, safety_answers, validation_round_rows, validation_rounds};

diesel::joinable!(doctors -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(known_devices -> users (user_id));
diesel::joinable!(one_time_tokens -> users (user_id));
diesel::joinable!(kept_forms -> users (user_id));
diesel::joinable!(idempotency_keys -> users (user_id));
diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(diagnosis_words -> diagnoses (code));
diesel::joinable!(service_words -> services (code));
diesel::joinable!(exemption_diagnoses -> exemptions (exemption_code));
diesel::joinable!(recent_patients -> users (user_id));
diesel::joinable!(recent_patients -> patients (patient_id));
diesel::joinable!(problems -> patients (patient_id));
diesel::joinable!(problems -> users (updated_by));
diesel::joinable!(therapies -> patients (patient_id));
diesel::joinable!(therapies -> problems (problem_id));
diesel::joinable!(therapies -> users (updated_by));
diesel::joinable!(investigations -> patients (patient_id));
diesel::joinable!(investigations -> problems (problem_id));
diesel::joinable!(investigations -> users (updated_by));
diesel::joinable!(diary_entries -> patients (patient_id));
diesel::joinable!(diary_entries -> problems (problem_id));
diesel::joinable!(diary_entries -> users (updated_by));
diesel::joinable!(allergies -> patients (patient_id));
diesel::joinable!(allergies -> users (updated_by));
diesel::joinable!(patient_exemptions -> patients (patient_id));
diesel::joinable!(patient_exemptions -> users (updated_by));
diesel::joinable!(record_changes -> patients (patient_id));
diesel::joinable!(record_changes -> users (changed_by));
diesel::joinable!(packages -> formulary_editions (edition_id));
diesel::joinable!(packages -> supply_regimes (regime));
diesel::joinable!(drafts -> patients (patient_id));
diesel::joinable!(draft_items -> drafts (draft_id));
diesel::joinable!(draft_items -> problems (problem_id));
diesel::joinable!(posology_uses -> users (doctor_id));
diesel::joinable!(prescriptions -> patients (patient_id));
diesel::joinable!(prescription_items -> prescriptions (prescription_id));
diesel::joinable!(prescription_items -> problems (problem_id));
diesel::joinable!(prescription_events -> prescriptions (prescription_id));
diesel::joinable!(prescription_events -> users (actor_id));
diesel::joinable!(sac_attempts -> prescriptions (prescription_id));
diesel::joinable!(sac_refusals -> prescriptions (prescription_id));
diesel::joinable!(nre_lots -> users (doctor_id));
diesel::joinable!(nre_uses -> nre_lots (lot_id));
diesel::joinable!(nre_uses -> prescriptions (prescription_id));
diesel::joinable!(nre_rechecks -> prescriptions (prescription_id));
diesel::joinable!(lot_requests -> users (doctor_id));
diesel::joinable!(sac_credentials -> users (doctor_id));
diesel::joinable!(sac_found -> users (doctor_id));
diesel::joinable!(sac_comparisons -> users (doctor_id));
diesel::joinable!(sac_missing -> prescriptions (prescription_id));
diesel::joinable!(prescription_versions -> prescriptions (prescription_id));
diesel::joinable!(safety_answers -> prescriptions (prescription_id));
diesel::joinable!(safety_answers -> users (actor_id));
diesel::joinable!(validation_round_rows -> validation_rounds (round_id));
diesel::joinable!(validation_round_rows -> prescriptions (prescription_id));
diesel::joinable!(deliveries -> patients (patient_id));
diesel::joinable!(delivery_items -> deliveries (delivery_id));
diesel::joinable!(delivery_items -> prescriptions (prescription_id));
diesel::joinable!(agreed_secrets -> patients (patient_id));
diesel::joinable!(millebook_enrolments -> patients (patient_id));
diesel::joinable!(millebook_codes -> patients (patient_id));
diesel::joinable!(millebook_events -> users (actor_id));
diesel::joinable!(accesses -> users (actor_id));
diesel::joinable!(push_subscriptions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    doctors,
    sessions,
    login_throttle,
    known_devices,
    one_time_tokens,
    kept_forms,
    idempotency_keys,
    outbox,
    regions,
    local_health_units,
    birthplaces,
    diagnoses,
    diagnosis_words,
    exemptions,
    exemption_diagnoses,
    services,
    service_words,
    reference_imports,
    reference_editions,
    patient_words,
    patients,
    recent_patients,
    problems,
    therapies,
    investigations,
    diary_entries,
    allergies,
    patient_exemptions,
    record_changes,
    formulary_editions,
    packages,
    atc_codes,
    supply_regimes,
    aifa_notes,
    substitution_motives,
    narcotics,
    prescribing_limits,
    posologies,
    drafts,
    draft_items,
    posology_uses,
    prescriptions,
    prescription_items,
    prescription_events,
    sac_attempts,
    sac_comparisons,
    nre_lots,
    nre_rechecks,
    nre_uses,
    lot_requests,
    sac_credentials,
    sac_found,
    sac_refusals,
    sac_missing,
    associations,
    prescription_versions,
    safety_answers,
    validation_rounds,
    validation_round_rows,
    deliveries,
    delivery_items,
    delivery_settings,
    agreed_secrets,
    millebook_enrolments,
    provinces,
    security_events,
    second_factors,
    recovery_codes,
    api_tokens,
    action_budgets,
    api_downloads,
    api_download_rows,
    millebook_codes,
    millebook_events,
    access_heads,
    access_register,
    accesses,
    push_keys,
    push_services,
    push_subscriptions,
);
