//! Tables: how a registered prescription reaches the patient.

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        patient_id -> BigInt,
        channel -> Text,
        state -> Text,
        reason -> Text,
        recipient -> Text,
        content_hash -> Text,
        archive -> Nullable<Binary>,
        password_sealed -> Nullable<Binary>,
        agreed_secret -> Bool,
        token -> Text,
        attempts -> BigInt,
        print_count -> BigInt,
        requested_by -> BigInt,
        requested_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        needs_care -> Bool,
        handled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    delivery_items (delivery_id, prescription_id) {
        delivery_id -> BigInt,
        prescription_id -> BigInt,
    }
}

diesel::table! {
    delivery_settings (doctor_id) {
        doctor_id -> BigInt,
        classic_zip -> Bool,
        chosen_at -> Timestamp,
    }
}

diesel::table! {
    agreed_secrets (patient_id) {
        patient_id -> BigInt,
        secret_sealed -> Binary,
        agreed_at -> Timestamp,
        agreed_by -> BigInt,
    }
}

diesel::table! {
    millebook_enrolments (patient_id) {
        patient_id -> BigInt,
        user_id -> Nullable<BigInt>,
        consent_at -> Timestamp,
        enrolled_by -> BigInt,
        activated_at -> Nullable<Timestamp>,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_by -> Nullable<BigInt>,
    }
}
