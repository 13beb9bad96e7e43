//! Tables: notices on a doctor's own devices.

diesel::table! {
    push_keys (id) {
        id -> BigInt,
        private_key -> Binary,
        public_key -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    push_services (host) {
        host -> Text,
        subdomains -> Bool,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    push_subscriptions (id) {
        id -> BigInt,
        user_id -> BigInt,
        endpoint_digest -> Text,
        endpoint -> Nullable<Binary>,
        device -> Text,
        device_hash -> Text,
        created_at -> Timestamp,
        notified_at -> Nullable<Timestamp>,
    }
}
