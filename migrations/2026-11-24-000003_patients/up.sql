-- The doctor's archive: registry and clinical record.
CREATE TABLE patients (
    id                  {id},
    doctor_id           {int} NOT NULL REFERENCES users (id),
    surname             TEXT NOT NULL,
    name                TEXT NOT NULL,
    -- Folded "SURNAME NAME" (see kernel::folding): order, ranges and cursors agree on both engines.
    search_key          TEXT NOT NULL {bytewise},
    initials            TEXT NOT NULL {bytewise},
    sex                 TEXT NOT NULL,
    birth_date          DATE NOT NULL,
    birth_year          {int} NOT NULL,
    birthplace_code     TEXT NOT NULL DEFAULT '',
    birthplace          TEXT NOT NULL DEFAULT '',
    fiscal_code         TEXT NOT NULL {bytewise},
    address             TEXT NOT NULL DEFAULT '',
    postal_code         TEXT NOT NULL DEFAULT '',
    city                TEXT NOT NULL DEFAULT '',
    province            TEXT NOT NULL DEFAULT '',
    asl_code            TEXT NOT NULL DEFAULT '',
    phone               TEXT NOT NULL DEFAULT '',
    mobile              TEXT NOT NULL DEFAULT '',
    email               TEXT NOT NULL DEFAULT '',
    category            TEXT NOT NULL,
    status              TEXT NOT NULL,
    status_since        DATE,
    revision            {int} NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE UNIQUE INDEX patients_fiscal_code ON patients (doctor_id, fiscal_code);
CREATE INDEX patients_name ON patients (doctor_id, search_key, id);
CREATE INDEX patients_year ON patients (doctor_id, birth_year, search_key, id);
CREATE INDEX patients_initials ON patients (doctor_id, initials, search_key, id);

CREATE TABLE recent_patients (
    user_id             {int} NOT NULL REFERENCES users (id),
    patient_id          {int} NOT NULL REFERENCES patients (id),
    opened_at           TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, patient_id)
);
CREATE INDEX recent_patients_order ON recent_patients (user_id, opened_at);

CREATE TABLE problems (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    icd9_code           TEXT NOT NULL DEFAULT '',
    description         TEXT NOT NULL,
    opened_on           DATE NOT NULL,
    closed_on           DATE,
    notes               TEXT NOT NULL DEFAULT '',
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX problems_patient ON problems (patient_id, opened_on);

CREATE TABLE therapies (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    problem_id          {int} REFERENCES problems (id),
    prescription_id     {int},
    aic                 TEXT NOT NULL,
    label               TEXT NOT NULL,
    substance           TEXT NOT NULL,
    atc                 TEXT NOT NULL DEFAULT '',
    group_code          TEXT NOT NULL DEFAULT '',
    class               TEXT NOT NULL,
    regime              TEXT NOT NULL DEFAULT '',
    note_code           TEXT NOT NULL DEFAULT '',
    pieces              {int} NOT NULL,
    posology            TEXT NOT NULL DEFAULT '',
    by_substance        BOOLEAN NOT NULL,
    continuous          BOOLEAN NOT NULL,
    suggested           BOOLEAN NOT NULL,
    started_on          DATE NOT NULL,
    suspended_on        DATE,
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX therapies_patient ON therapies (patient_id, started_on);
CREATE INDEX therapies_prescription ON therapies (prescription_id);

CREATE TABLE investigations (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    problem_id          {int} REFERENCES problems (id),
    service_code        TEXT NOT NULL DEFAULT '',
    description         TEXT NOT NULL,
    requested_on        DATE NOT NULL,
    result              TEXT NOT NULL DEFAULT '',
    result_on           DATE,
    outcome             TEXT NOT NULL,
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX investigations_patient ON investigations (patient_id, requested_on);

CREATE TABLE diary_entries (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    problem_id          {int} REFERENCES problems (id),
    entry_date          DATE NOT NULL,
    body                TEXT NOT NULL,
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX diary_entries_patient ON diary_entries (patient_id, entry_date);

CREATE TABLE allergies (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    substance           TEXT NOT NULL,
    atc_prefix          TEXT NOT NULL DEFAULT '',
    reaction            TEXT NOT NULL DEFAULT '',
    noted_on            DATE NOT NULL,
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX allergies_patient ON allergies (patient_id);

CREATE TABLE patient_exemptions (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    code                TEXT NOT NULL,
    description         TEXT NOT NULL,
    valid_from          DATE,
    valid_to            DATE,
    removed_on          DATE,
    revision            {int} NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    updated_by          {int} NOT NULL REFERENCES users (id)
);
CREATE INDEX patient_exemptions_patient ON patient_exemptions (patient_id);

-- Every change of a record: what it was before, who changed it and when. Append only.
CREATE TABLE record_changes (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    entity              TEXT NOT NULL,
    entity_id           {int} NOT NULL,
    action              TEXT NOT NULL,
    before_json         TEXT NOT NULL DEFAULT '',
    after_json          TEXT NOT NULL DEFAULT '',
    changed_by          {int} NOT NULL REFERENCES users (id),
    changed_at          TIMESTAMP NOT NULL
);
CREATE INDEX record_changes_entity ON record_changes (patient_id, entity, entity_id, id);
