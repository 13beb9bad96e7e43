//! Tables: what the doctor did with the prescriptions prepared by collaborators.

diesel::table! {
    prescription_versions (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        revision -> BigInt,
        actor_id -> BigInt,
        content -> Text,
        replaced_at -> Timestamp,
    }
}

diesel::table! {
    validation_rounds (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        patient_id -> Nullable<BigInt>,
        started_at -> Timestamp,
    }
}

diesel::table! {
    validation_round_rows (id) {
        id -> BigInt,
        round_id -> BigInt,
        prescription_id -> BigInt,
        outcome -> Text,
    }
}

diesel::table! {
    safety_answers (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        row_number -> BigInt,
        kind -> Text,
        rule -> Text,
        edition -> Text,
        level -> BigInt,
        subject -> Text,
        message -> Text,
        reason_code -> Text,
        reason -> Text,
        actor_id -> BigInt,
        answered_at -> Timestamp,
        content_hash -> Text,
    }
}
