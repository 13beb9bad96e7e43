-- The formulary (prontuario): one import is one edition, whole or not at all.
CREATE TABLE formulary_editions (
    id                  INTEGER PRIMARY KEY,
    label               TEXT NOT NULL,
    edition_date        DATE NOT NULL,
    imported_at         TIMESTAMP NOT NULL,
    package_count       INTEGER NOT NULL,
    rejected_count      INTEGER NOT NULL,
    current             BOOLEAN NOT NULL
);
-- At most one edition is current: of two imports at once, one is refused whole.
CREATE UNIQUE INDEX formulary_editions_current ON formulary_editions (current) WHERE current;

CREATE TABLE packages (
    id                  INTEGER PRIMARY KEY,
    edition_id          INTEGER NOT NULL REFERENCES formulary_editions (id),
    aic                 TEXT NOT NULL,
    -- "NAME*PACK", as the lists print it.
    label               TEXT NOT NULL,
    substance           TEXT NOT NULL,
    atc                 TEXT NOT NULL,
    holder              TEXT NOT NULL,
    class               TEXT NOT NULL,
    regime              TEXT NOT NULL,
    price_cents         INTEGER,
    reference_cents     INTEGER,
    group_code          TEXT NOT NULL,
    group_description   TEXT NOT NULL,
    -- In the transparency list: the pharmacist may give another of the group.
    substitutable       BOOLEAN NOT NULL,
    note_code           TEXT NOT NULL,
    regions             TEXT NOT NULL,
    composition         TEXT NOT NULL,
    -- '' or how it is supplied (RR, RNR, OSP...), known from the package register only.
    supply              TEXT NOT NULL,
    -- AIFA's remark in the transparency list, '' when there is none.
    remark              TEXT NOT NULL,
    -- Official leaflet and summary of characteristics, '' when no register was imported.
    leaflet_url         TEXT NOT NULL,
    summary_url         TEXT NOT NULL,
    -- '' or the code of a pack limit other than the ordinary one (prescribing_limits.category).
    limit_category      TEXT NOT NULL
);
CREATE UNIQUE INDEX packages_aic ON packages (edition_id, aic);
CREATE INDEX packages_group ON packages (edition_id, group_code, price_cents);

-- Names of the ATC codes, all levels; not part of an edition.
CREATE TABLE atc_codes (
    code                TEXT PRIMARY KEY,
    description         TEXT NOT NULL
);

-- Meaning of the class and regime badges.
CREATE TABLE supply_regimes (
    code                TEXT PRIMARY KEY,
    class               TEXT NOT NULL,
    description         TEXT NOT NULL,
    on_ssn              BOOLEAN NOT NULL
);

CREATE TABLE aifa_notes (
    code                TEXT PRIMARY KEY,
    description         TEXT NOT NULL
);

-- Why a brand may not be substituted (codMotivazione).
CREATE TABLE substitution_motives (
    code                TEXT PRIMARY KEY,
    description         TEXT NOT NULL
);

-- How much fits in one prescription, with the law and the days it is in force.
CREATE TABLE prescribing_limits (
    id                  INTEGER PRIMARY KEY,
    category            TEXT NOT NULL,
    kind                TEXT NOT NULL,
    max_total           INTEGER NOT NULL,
    max_rows            INTEGER NOT NULL,
    valid_from          DATE NOT NULL,
    valid_to            DATE,
    source              TEXT NOT NULL
);
CREATE INDEX prescribing_limits_category ON prescribing_limits (category, valid_from);

-- Posologies offered by pharmaceutical form.
CREATE TABLE posologies (
    id                  INTEGER PRIMARY KEY,
    form_word           TEXT NOT NULL,
    description         TEXT NOT NULL
);
