//! Tables: who works for whom, provinces, and what guards an account besides the password.

diesel::table! {
    associations (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        collaborator_id -> BigInt,
        state -> Text,
        surname -> Text,
        name -> Text,
        region_code -> Text,
        province -> Text,
        asl_code -> Text,
        phone -> Text,
        mobile -> Text,
        email -> Text,
        created_at -> Timestamp,
        changed_at -> Timestamp,
        code_digest -> Nullable<Text>,
        code_expires_at -> Nullable<Timestamp>,
        code_failures -> BigInt,
    }
}

diesel::table! {
    provinces (sign) {
        sign -> Text,
        istat_code -> Text,
        name -> Text,
        region_code -> Text,
    }
}

diesel::table! {
    security_events (id) {
        id -> BigInt,
        user_id -> BigInt,
        kind -> Text,
        device -> Text,
        happened_at -> Timestamp,
        told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    second_factors (user_id) {
        user_id -> BigInt,
        secret -> Binary,
        last_step -> BigInt,
        created_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Text,
        user_id -> BigInt,
        used_at -> Nullable<Timestamp>,
    }
}
