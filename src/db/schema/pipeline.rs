//! Tables: basket, prescriptions, exchanges with SAC.

diesel::table! {
    drafts (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        patient_id -> BigInt,
        author_id -> BigInt,
        visit_kind -> Text,
        hide_data -> Bool,
        revision -> BigInt,
        form_key -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    draft_items (id) {
        id -> BigInt,
        draft_id -> BigInt,
        position -> BigInt,
        aic -> Text,
        label -> Text,
        substance -> Text,
        atc -> Text,
        class -> Text,
        regime -> Text,
        group_code -> Text,
        group_description -> Text,
        price_cents -> Nullable<BigInt>,
        limit_category -> Text,
        note_code -> Text,
        pieces -> BigInt,
        posology -> Text,
        exemption_choice -> Text,
        problem_id -> Nullable<BigInt>,
        continuous -> Bool,
        suggested -> Bool,
        not_substitutable -> Bool,
        motive_code -> Text,
        by_substance -> Bool,
        copied_from -> Nullable<BigInt>,
        complete -> Bool,
        plan_protocol -> Text,
        plan_ends_on -> Nullable<Date>,
    }
}

diesel::table! {
    posology_uses (doctor_id, aic, posology) {
        doctor_id -> BigInt,
        aic -> Text,
        posology -> Text,
        used_at -> Timestamp,
    }
}

diesel::table! {
    prescriptions (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        patient_id -> BigInt,
        author_id -> BigInt,
        kind -> Text,
        state -> Text,
        revision -> BigInt,
        region_code -> Text,
        patient_name -> Text,
        patient_code -> Text,
        patient_address -> Text,
        patient_province -> Text,
        patient_asl -> Text,
        exemption_code -> Text,
        income_exempt -> Bool,
        visit_kind -> Text,
        hide_data -> Bool,
        suggested -> Bool,
        diagnosis_code -> Text,
        diagnosis_text -> Text,
        compiled_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<BigInt>,
        content_hash -> Text,
        payload -> Nullable<Text>,
        nre -> Nullable<Text>,
        attempt_id -> Nullable<BigInt>,
        lease_until -> Nullable<Timestamp>,
        next_try_at -> Nullable<Timestamp>,
        tries -> BigInt,
        wait_reason -> Text,
        attention -> Bool,
        auth_code -> Text,
        registered_at -> Nullable<Timestamp>,
        errors -> Text,
        communications -> Text,
        sac_pdf -> Nullable<Binary>,
        annul_reason -> Text,
        annulled_at -> Nullable<Timestamp>,
        copied_from -> Nullable<BigInt>,
        submission -> Text,
        taken_state -> Text,
        taken_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        plan_protocol -> Text,
        foreign_kind -> Text,
        foreign_section -> Text,
    }
}

diesel::table! {
    prescription_items (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        row_number -> BigInt,
        aic -> Text,
        label -> Text,
        substance -> Text,
        atc -> Text,
        class -> Text,
        regime -> Text,
        group_code -> Text,
        group_description -> Text,
        note_code -> Text,
        note_sent -> Text,
        pieces -> BigInt,
        posology -> Text,
        by_substance -> Bool,
        not_substitutable -> Bool,
        motive_code -> Text,
        problem_id -> Nullable<BigInt>,
        continuous -> Bool,
        suggested -> Bool,
        exemption_choice -> Text,
        limit_category -> Text,
        price_cents -> Nullable<BigInt>,
        motive_text -> Text,
        reason_note -> Text,
        plan_protocol -> Text,
        plan_ends_on -> Nullable<Date>,
    }
}

diesel::table! {
    prescription_events (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        from_state -> Text,
        to_state -> Text,
        event -> Text,
        actor_id -> Nullable<BigInt>,
        detail -> Text,
        happened_at -> Timestamp,
    }
}

diesel::table! {
    sac_refusals (prescription_id, user_id) {
        prescription_id -> BigInt,
        user_id -> BigInt,
        doctor_id -> BigInt,
        refused_at -> Timestamp,
        looked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sac_attempts (id) {
        id -> BigInt,
        prescription_id -> BigInt,
        operation -> Text,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        outcome -> Text,
        evidence -> Text,
    }
}

diesel::table! {
    nre_lots (id) {
        id -> BigInt,
        doctor_id -> BigInt,
        prefix -> Text,
        next_number -> BigInt,
        last_number -> BigInt,
        obtained_at -> Timestamp,
    }
}

diesel::table! {
    nre_uses (nre) {
        nre -> Text,
        lot_id -> BigInt,
        prescription_id -> BigInt,
        bound_at -> Timestamp,
        burnt -> Bool,
    }
}

diesel::table! {
    sac_found (nre) {
        nre -> Text,
        doctor_id -> BigInt,
        kind -> Text,
        compiled_at -> Nullable<Timestamp>,
        auth_code -> Text,
        found_at -> Timestamp,
    }
}

diesel::table! {
    nre_rechecks (nre) {
        nre -> Text,
        prescription_id -> BigInt,
        doctor_id -> BigInt,
        payload -> Text,
        retired_at -> Timestamp,
        checks -> BigInt,
        next_at -> Timestamp,
    }
}

diesel::table! {
    sac_comparisons (doctor_id) {
        doctor_id -> BigInt,
        compared_to -> Timestamp,
        next_at -> Timestamp,
    }
}

diesel::table! {
    sac_missing (prescription_id) {
        prescription_id -> BigInt,
        doctor_id -> BigInt,
        found_at -> Timestamp,
    }
}

diesel::table! {
    lot_requests (doctor_id) {
        doctor_id -> BigInt,
        requested_at -> Timestamp,
        leased_until -> Timestamp,
        last_error -> Text,
    }
}

diesel::table! {
    sac_credentials (doctor_id) {
        doctor_id -> BigInt,
        username -> Text,
        password_sealed -> Binary,
        pin_sealed -> Binary,
        session_sealed -> Nullable<Binary>,
        session_expires_at -> Nullable<Timestamp>,
        ssa_code -> Text,
        saved_at -> Timestamp,
        tested_at -> Nullable<Timestamp>,
        test_outcome -> Text,
        refused -> Text,
        generation -> BigInt,
        pending_sealed -> Nullable<Binary>,
        pending_expires_at -> Nullable<Timestamp>,
        session_asked_at -> Nullable<Timestamp>,
        password_set_at -> Timestamp,
    }
}
