//! Tables: who works for whom.

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
    }
}
