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
    accesses (doctor_id, seq) {
        doctor_id -> BigInt,
        seq -> BigInt,
        actor_id -> BigInt,
        patient_id -> Nullable<BigInt>,
        prescription_id -> Nullable<BigInt>,
        shown -> Nullable<BigInt>,
        happened_at -> Timestamp,
        role -> Text,
        act -> Text,
        origin -> Text,
        digest -> Binary,
    }
}

diesel::table! {
    access_heads (archive) {
        archive -> BigInt,
        seq -> BigInt,
        digest -> Binary,
        base_seq -> BigInt,
        base_digest -> Binary,
        seal -> Binary,
    }
}

diesel::table! {
    access_register (number) {
        number -> BigInt,
        doctor_id -> BigInt,
        keyed_after -> BigInt,
        entered_at -> Timestamp,
        digest -> Binary,
    }
}
