//! Tables: registry and clinical record.

diesel::table! {
    patients (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        surname -> Text,
        name -> Text,
        search_key -> Text,
        initials -> Text,
        sex -> Text,
        birth_date -> Date,
        birth_year -> BigInt,
        birthplace_code -> Text,
        birthplace -> Text,
        fiscal_code -> Text,
        address -> Text,
        postal_code -> Text,
        city -> Text,
        province -> Text,
        asl_code -> Text,
        phone -> Text,
        mobile -> Text,
        email -> Text,
        category -> Text,
        status -> Text,
        status_since -> Nullable<Date>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        updated_by -> BigInt,
        foreign_kind -> Text,
        foreign_state -> Text,
        foreign_institution -> Text,
        foreign_number -> Text,
        card_expires_on -> Nullable<Date>,
    }
}

diesel::table! {
    patient_words (doctor_id, word, patient_id) {
        doctor_id -> BigInt,
        word -> Text,
        patient_id -> BigInt,
    }
}

diesel::table! {
    recent_patients (user_id, patient_id) {
        user_id -> BigInt,
        patient_id -> BigInt,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    problems (id) {
        id -> BigInt,
        patient_id -> BigInt,
        icd9_code -> Text,
        description -> Text,
        opened_on -> Date,
        closed_on -> Nullable<Date>,
        notes -> Text,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
    }
}

diesel::table! {
    therapies (id) {
        id -> BigInt,
        patient_id -> BigInt,
        problem_id -> Nullable<BigInt>,
        prescription_id -> Nullable<BigInt>,
        aic -> Text,
        label -> Text,
        substance -> Text,
        atc -> Text,
        group_code -> Text,
        class -> Text,
        regime -> Text,
        note_code -> Text,
        pieces -> BigInt,
        posology -> Text,
        by_substance -> Bool,
        continuous -> Bool,
        suggested -> Bool,
        started_on -> Date,
        suspended_on -> Nullable<Date>,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
        plan_protocol -> Text,
        plan_ends_on -> Nullable<Date>,
    }
}

diesel::table! {
    investigations (id) {
        id -> BigInt,
        patient_id -> BigInt,
        problem_id -> Nullable<BigInt>,
        service_code -> Text,
        description -> Text,
        requested_on -> Date,
        result -> Text,
        result_on -> Nullable<Date>,
        outcome -> Text,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
    }
}

diesel::table! {
    diary_entries (id) {
        id -> BigInt,
        patient_id -> BigInt,
        problem_id -> Nullable<BigInt>,
        entry_date -> Date,
        body -> Text,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
    }
}

diesel::table! {
    allergies (id) {
        id -> BigInt,
        patient_id -> BigInt,
        substance -> Text,
        atc_prefix -> Text,
        group_code -> Text,
        reaction -> Text,
        noted_on -> Date,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
    }
}

diesel::table! {
    patient_exemptions (id) {
        id -> BigInt,
        patient_id -> BigInt,
        code -> Text,
        description -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        removed_on -> Nullable<Date>,
        revision -> BigInt,
        updated_at -> Timestamp,
        updated_by -> BigInt,
    }
}

diesel::table! {
    record_changes (id) {
        id -> BigInt,
        patient_id -> BigInt,
        entity -> Text,
        entity_id -> BigInt,
        action -> Text,
        before_json -> Text,
        after_json -> Text,
        changed_by -> BigInt,
        changed_at -> Timestamp,
    }
}
