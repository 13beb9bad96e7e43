//! Tables: code lists of the State.

diesel::table! {
    regions (code) {
        code -> Text,
        name -> Text,
        project_name -> Text,
        uncertain_policy -> Text,
        services_enabled -> Bool,
        session_form -> Text,
        nre_source -> Text,
        rules_source -> Text,
    }
}

diesel::table! {
    local_health_units (code) {
        code -> Text,
        region_code -> Text,
        asl_code -> Text,
        name -> Text,
        province_istat -> Text,
    }
}

diesel::table! {
    birthplaces (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        province -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    diagnoses (code) {
        code -> Text,
        description -> Text,
        is_heading -> Bool,
    }
}

diesel::table! {
    diagnosis_words (word, code) {
        word -> Text,
        code -> Text,
    }
}

diesel::table! {
    exemptions (code) {
        code -> Text,
        kind -> Text,
        description -> Text,
        covers_drugs -> Bool,
    }
}

diesel::table! {
    exemption_diagnoses (exemption_code, icd9_prefix) {
        exemption_code -> Text,
        icd9_prefix -> Text,
    }
}

diesel::table! {
    services (code) {
        code -> Text,
        description -> Text,
    }
}

diesel::table! {
    service_words (word, code) {
        word -> Text,
        code -> Text,
    }
}

diesel::table! {
    reference_imports (kind) {
        kind -> Text,
        source -> Text,
        row_count -> BigInt,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    reference_editions (id) {
        id -> BigInt,
        kind -> Text,
        source -> Text,
        row_count -> BigInt,
        imported_at -> Timestamp,
        body -> Text,
    }
}
