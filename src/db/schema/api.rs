//! Tables: programs of the studio, and how much a user may do at once.

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        token_hash -> Text,
        user_id -> BigInt,
        client -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    action_budgets (user_id, action) {
        user_id -> BigInt,
        action -> Text,
        level -> BigInt,
        filled_at -> Timestamp,
    }
}

diesel::table! {
    api_downloads (id) {
        id -> BigInt,
        user_id -> BigInt,
        doctor_id -> BigInt,
        offered_at -> Timestamp,
        acknowledged_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    api_download_rows (download_id, prescription_id) {
        download_id -> BigInt,
        prescription_id -> BigInt,
        state -> Text,
    }
}
