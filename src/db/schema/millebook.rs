//! Tables: the patients' portal, and who looked at what.

diesel::table! {
    millebook_codes (patient_id) {
        patient_id -> BigInt,
        code_digest -> Text,
        sent_to -> Text,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        issued_by -> BigInt,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    millebook_events (id) {
        id -> BigInt,
        patient_id -> BigInt,
        event -> Text,
        actor_id -> BigInt,
        happened_at -> Timestamp,
    }
}

diesel::table! {
    accesses (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        seq -> BigInt,
        actor_id -> BigInt,
        role -> Text,
        on_behalf_of -> Nullable<BigInt>,
        act -> Text,
        patient_id -> Nullable<BigInt>,
        prescription_id -> Nullable<BigInt>,
        shown -> BigInt,
        origin -> Text,
        happened_at -> Timestamp,
        hash -> Text,
    }
}

diesel::table! {
    access_bases (doctor_id) {
        doctor_id -> BigInt,
        seq -> BigInt,
        hash -> Text,
    }
}
