-- Code lists of the State. Loaded by `import`, with a small starter set in the program.
CREATE TABLE regions (
    code                TEXT PRIMARY KEY,
    name                TEXT NOT NULL,
    project_name        TEXT NOT NULL,
    uncertain_policy    TEXT NOT NULL,
    services_enabled    BOOLEAN NOT NULL
);

CREATE TABLE local_health_units (
    code                TEXT PRIMARY KEY,
    region_code         TEXT NOT NULL,
    asl_code            TEXT NOT NULL,
    name                TEXT NOT NULL
);
CREATE INDEX local_health_units_region ON local_health_units (region_code, name);

-- Municipalities and foreign States by cadastral ("Belfiore") code; several rows per code through history.
CREATE TABLE birthplaces (
    id                  {id},
    code                TEXT NOT NULL {bytewise},
    name                TEXT NOT NULL,
    province            TEXT NOT NULL,
    valid_from          DATE,
    valid_to            DATE
);
CREATE INDEX birthplaces_code ON birthplaces (code);

-- Codes are searched by range: they need the same byte order on both engines.
CREATE TABLE diagnoses (
    code                TEXT {bytewise} PRIMARY KEY,
    description         TEXT NOT NULL,
    is_heading          BOOLEAN NOT NULL
);
-- One row per word of a description: a prefix of any word finds it by index.
CREATE TABLE diagnosis_words (
    word                TEXT NOT NULL {bytewise},
    code                TEXT NOT NULL {bytewise} REFERENCES diagnoses (code),
    PRIMARY KEY (word, code)
);

CREATE TABLE exemptions (
    code                TEXT {bytewise} PRIMARY KEY,
    kind                TEXT NOT NULL,
    description         TEXT NOT NULL,
    covers_drugs        BOOLEAN NOT NULL
);
-- Which diagnoses (by code prefix: of the code itself or of a subdivision) a disease exemption is for.
CREATE TABLE exemption_diagnoses (
    exemption_code      TEXT NOT NULL {bytewise} REFERENCES exemptions (code),
    icd9_prefix         TEXT NOT NULL,
    PRIMARY KEY (exemption_code, icd9_prefix)
);

CREATE TABLE services (
    code                TEXT {bytewise} PRIMARY KEY,
    description         TEXT NOT NULL
);
CREATE TABLE service_words (
    word                TEXT NOT NULL {bytewise},
    code                TEXT NOT NULL {bytewise} REFERENCES services (code),
    PRIMARY KEY (word, code)
);

CREATE TABLE reference_imports (
    kind                TEXT PRIMARY KEY,
    source              TEXT NOT NULL,
    row_count           {int} NOT NULL,
    imported_at         TIMESTAMP NOT NULL
);
