//! Tables: who may enter.

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        role -> Text,
        surname -> Text,
        name -> Text,
        fiscal_code -> Text,
        email -> Text,
        phone -> Text,
        password_hash -> Text,
        password_state -> Text,
        password_changed_at -> Timestamp,
        active -> Bool,
        confirmed_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        last_login_at -> Nullable<Timestamp>,
        previous_login_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    doctors (user_id) {
        user_id -> BigInt,
        region_code -> Text,
        asl_code -> Text,
        province -> Text,
        specialization -> Text,
        structure_code -> Text,
        regional_code -> Text,
        surgery_address -> Text,
        surgery_phone -> Text,
        surgery_name -> Text,
        verified_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Text,
        user_id -> Nullable<BigInt>,
        state -> Text,
        device -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        authenticated_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    login_throttle (throttle_key) {
        throttle_key -> Text,
        failures -> BigInt,
        window_started_at -> Timestamp,
        last_failure_at -> Timestamp,
        blocked_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    known_devices (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
    }
}

diesel::table! {
    one_time_tokens (token_hash) {
        token_hash -> Text,
        user_id -> BigInt,
        purpose -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        address -> Text,
    }
}

diesel::table! {
    kept_forms (id) {
        id -> BigInt,
        user_id -> BigInt,
        path -> Text,
        body -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (user_id, form_key) {
        user_id -> BigInt,
        form_key -> Text,
        body_hash -> Text,
        answer_path -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> Text,
        subject_id -> BigInt,
        secret -> Nullable<Binary>,
        run_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        attempts -> BigInt,
        state -> Text,
        last_error -> Text,
        created_at -> Timestamp,
        after_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    installation (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    operator_acts (id) {
        id -> BigInt,
        act -> Text,
        user_id -> Nullable<BigInt>,
        happened_at -> Timestamp,
    }
}
