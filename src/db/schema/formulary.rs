//! Tables: the formulary and its rules.

diesel::table! {
    formulary_editions (id) {
        id -> BigInt,
        label -> Text,
        edition_date -> Date,
        imported_at -> Timestamp,
        package_count -> BigInt,
        rejected_count -> BigInt,
        current -> Bool,
    }
}

diesel::table! {
    packages (id) {
        id -> BigInt,
        edition_id -> BigInt,
        aic -> Text,
        label -> Text,
        substance -> Text,
        atc -> Text,
        holder -> Text,
        class -> Text,
        regime -> Text,
        price_cents -> Nullable<BigInt>,
        reference_cents -> Nullable<BigInt>,
        group_code -> Text,
        group_description -> Text,
        substitutable -> Bool,
        regions -> Text,
        composition -> Text,
        supply -> Text,
        remark -> Text,
        leaflet_url -> Text,
        summary_url -> Text,
        limit_category -> Text,
    }
}

diesel::table! {
    atc_codes (code) {
        code -> Text,
        description -> Text,
    }
}

diesel::table! {
    supply_regimes (code) {
        code -> Text,
        class -> Text,
        description -> Text,
        on_ssn -> Bool,
    }
}

diesel::table! {
    aifa_notes (id) {
        id -> BigInt,
        code -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        atc -> Text,
        routes -> Text,
        substances -> Text,
        asks -> Text,
        demands -> Text,
        description -> Text,
        sent_as -> Text,
        replaced_by -> Text,
        verified -> Bool,
        source -> Text,
    }
}

diesel::table! {
    substitution_motives (id) {
        id -> BigInt,
        code -> Text,
        description -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        source -> Text,
    }
}

diesel::table! {
    narcotics (id) {
        id -> BigInt,
        atc -> Text,
        routes -> Text,
        substances -> Text,
        section -> Text,
        pain -> Bool,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        verified -> Bool,
        description -> Text,
        source -> Text,
    }
}

diesel::table! {
    prescribing_limits (id) {
        id -> BigInt,
        category -> Text,
        kind -> Text,
        max_total -> BigInt,
        max_rows -> BigInt,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        source -> Text,
        regions -> Text,
    }
}

diesel::table! {
    posologies (id) {
        id -> BigInt,
        form_word -> Text,
        description -> Text,
    }
}

diesel::table! {
    law_stamp (id) {
        id -> BigInt,
        stamp -> Text,
    }
}
