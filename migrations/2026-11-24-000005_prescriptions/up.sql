-- The basket, the legal prescriptions made from it, and every exchange with SAC.
CREATE TABLE drafts (
    id                  {id},
    doctor_id           {int} NOT NULL REFERENCES users (id),
    patient_id          {int} NOT NULL REFERENCES patients (id),
    author_id           {int} NOT NULL REFERENCES users (id),
    visit_kind          TEXT NOT NULL,
    hide_data           BOOLEAN NOT NULL,
    revision            {int} NOT NULL,
    -- Random, never reused: with the revision it names one confirmation, whichever page or device it comes from.
    form_key            TEXT NOT NULL,
    updated_at          TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX drafts_one_each ON drafts (patient_id, author_id);
CREATE INDEX drafts_author ON drafts (author_id, updated_at);

CREATE TABLE draft_items (
    id                  {id},
    draft_id            {int} NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
    position            {int} NOT NULL,
    aic                 TEXT NOT NULL,
    label               TEXT NOT NULL,
    substance           TEXT NOT NULL,
    atc                 TEXT NOT NULL,
    class               TEXT NOT NULL,
    regime              TEXT NOT NULL,
    group_code          TEXT NOT NULL,
    group_description   TEXT NOT NULL,
    price_cents         {int},
    limit_category      TEXT NOT NULL,
    note_code           TEXT NOT NULL,
    pieces              {int} NOT NULL,
    posology            TEXT NOT NULL,
    -- 'auto', 'none', or an exemption code.
    exemption_choice    TEXT NOT NULL,
    problem_id          {int} REFERENCES problems (id),
    continuous          BOOLEAN NOT NULL,
    suggested           BOOLEAN NOT NULL,
    not_substitutable   BOOLEAN NOT NULL,
    motive_code         TEXT NOT NULL,
    by_substance        BOOLEAN NOT NULL,
    -- The refused prescription that this row corrects.
    copied_from         {int},
    -- False while the drug was picked but its data not yet confirmed with OK.
    complete            BOOLEAN NOT NULL
);
CREATE INDEX draft_items_draft ON draft_items (draft_id, position);

-- The posologies a doctor has used for a package, offered again at the next prescription.
CREATE TABLE posology_uses (
    doctor_id           {int} NOT NULL REFERENCES users (id),
    aic                 TEXT NOT NULL,
    posology            TEXT NOT NULL,
    used_at             TIMESTAMP NOT NULL,
    PRIMARY KEY (doctor_id, aic, posology)
);

CREATE TABLE prescriptions (
    id                  {id},
    doctor_id           {int} NOT NULL REFERENCES users (id),
    patient_id          {int} NOT NULL REFERENCES patients (id),
    author_id           {int} NOT NULL REFERENCES users (id),
    kind                TEXT NOT NULL,
    state               TEXT NOT NULL,
    revision            {int} NOT NULL,
    region_code         TEXT NOT NULL,
    -- Who the patient was at the time of confirming: what is sent never follows a later change.
    patient_name        TEXT NOT NULL,
    patient_code        TEXT NOT NULL,
    patient_address     TEXT NOT NULL,
    patient_province    TEXT NOT NULL,
    patient_asl         TEXT NOT NULL,
    exemption_code      TEXT NOT NULL,
    income_exempt       BOOLEAN NOT NULL,
    visit_kind          TEXT NOT NULL,
    hide_data           BOOLEAN NOT NULL,
    suggested           BOOLEAN NOT NULL,
    diagnosis_code      TEXT NOT NULL,
    diagnosis_text      TEXT NOT NULL,
    compiled_at         TIMESTAMP NOT NULL,
    confirmed_at        TIMESTAMP,
    confirmed_by        {int} REFERENCES users (id),
    -- SHA-256 of what the confirming person saw; compared with the frozen payload before sending.
    content_hash        TEXT NOT NULL,
    -- The request without pin, as JSON; written once, at the first claim.
    payload             TEXT,
    nre                 TEXT UNIQUE,
    attempt_id          {int},
    lease_until         TIMESTAMP,
    next_try_at         TIMESTAMP,
    tries               {int} NOT NULL,
    wait_reason         TEXT NOT NULL DEFAULT '',
    attention           BOOLEAN NOT NULL,
    auth_code           TEXT NOT NULL DEFAULT '',
    registered_at       TIMESTAMP,
    -- JSON lists of {code, row, text, blocking} and {code, text} from the last answer.
    errors              TEXT NOT NULL DEFAULT '[]',
    communications      TEXT NOT NULL DEFAULT '[]',
    sac_pdf             {bytes},
    annul_reason        TEXT NOT NULL DEFAULT '',
    annulled_at         TIMESTAMP,
    copied_from         {int},
    -- One sending of a collaborator: the prescriptions made of one basket share it. '' when the doctor made it.
    submission          TEXT NOT NULL DEFAULT '',
    -- The outcome that the studio said it has taken note of ('' = none yet), and when.
    taken_state         TEXT NOT NULL DEFAULT '',
    taken_at            TIMESTAMP,
    created_at          TIMESTAMP NOT NULL,
    updated_at          TIMESTAMP NOT NULL
);
CREATE INDEX prescriptions_due ON prescriptions (state, next_try_at);
CREATE INDEX prescriptions_doctor ON prescriptions (doctor_id, state, id);
CREATE INDEX prescriptions_patient ON prescriptions (patient_id, id);
CREATE INDEX prescriptions_author ON prescriptions (author_id, doctor_id, state, id);
CREATE INDEX prescriptions_untaken ON prescriptions (author_id, doctor_id, taken_state, state);

CREATE TABLE prescription_items (
    id                  {id},
    prescription_id     {int} NOT NULL REFERENCES prescriptions (id),
    row_number          {int} NOT NULL,
    aic                 TEXT NOT NULL,
    label               TEXT NOT NULL,
    substance           TEXT NOT NULL,
    atc                 TEXT NOT NULL,
    class               TEXT NOT NULL,
    regime              TEXT NOT NULL,
    group_code          TEXT NOT NULL,
    group_description   TEXT NOT NULL,
    note_code           TEXT NOT NULL,
    pieces              {int} NOT NULL,
    posology            TEXT NOT NULL,
    by_substance        BOOLEAN NOT NULL,
    not_substitutable   BOOLEAN NOT NULL,
    motive_code         TEXT NOT NULL,
    problem_id          {int} REFERENCES problems (id),
    continuous          BOOLEAN NOT NULL,
    suggested           BOOLEAN NOT NULL,
    exemption_choice    TEXT NOT NULL,
    limit_category      TEXT NOT NULL,
    price_cents         {int}
);
CREATE UNIQUE INDEX prescription_items_row ON prescription_items (prescription_id, row_number);

-- Each passage of state: the audit of the pipeline. Append only.
CREATE TABLE prescription_events (
    id                  {id},
    prescription_id     {int} NOT NULL REFERENCES prescriptions (id),
    from_state          TEXT NOT NULL,
    to_state            TEXT NOT NULL,
    event               TEXT NOT NULL,
    actor_id            {int} REFERENCES users (id),
    detail              TEXT NOT NULL DEFAULT '',
    happened_at         TIMESTAMP NOT NULL
);
CREATE INDEX prescription_events_prescription ON prescription_events (prescription_id, id);

CREATE TABLE sac_attempts (
    id                  {id},
    prescription_id     {int} NOT NULL REFERENCES prescriptions (id),
    operation           TEXT NOT NULL,
    started_at          TIMESTAMP NOT NULL,
    finished_at         TIMESTAMP,
    outcome             TEXT NOT NULL DEFAULT '',
    evidence            TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sac_attempts_prescription ON sac_attempts (prescription_id, id);

-- Lots of NREs given to a doctor: `prefix` is everything but the progressive.
CREATE TABLE nre_lots (
    id                  {id},
    doctor_id           {int} NOT NULL REFERENCES users (id),
    prefix              TEXT NOT NULL UNIQUE,
    next_number         {int} NOT NULL,
    last_number         {int} NOT NULL,
    obtained_at         TIMESTAMP NOT NULL
);
CREATE INDEX nre_lots_doctor ON nre_lots (doctor_id, id);

-- Every NRE ever given out, for ever.
CREATE TABLE nre_uses (
    nre                 TEXT PRIMARY KEY,
    lot_id              {int} NOT NULL REFERENCES nre_lots (id),
    prescription_id     {int} NOT NULL REFERENCES prescriptions (id),
    bound_at            TIMESTAMP NOT NULL,
    burnt               BOOLEAN NOT NULL
);
CREATE INDEX nre_uses_prescription ON nre_uses (prescription_id);

-- One lot request per doctor in flight.
CREATE TABLE lot_requests (
    doctor_id           {int} PRIMARY KEY REFERENCES users (id),
    requested_at        TIMESTAMP NOT NULL,
    leased_until        TIMESTAMP NOT NULL,
    last_error          TEXT NOT NULL DEFAULT ''
);

-- What the doctor needs to speak with SAC; the secrets are sealed (identity::sealing).
CREATE TABLE sac_credentials (
    doctor_id           {int} PRIMARY KEY REFERENCES users (id),
    username            TEXT NOT NULL,
    password_sealed     {bytes} NOT NULL,
    pin_sealed          {bytes} NOT NULL,
    session_sealed      {bytes},
    session_expires_at  TIMESTAMP,
    ssa_code            TEXT NOT NULL DEFAULT '000000',
    saved_at            TIMESTAMP NOT NULL,
    tested_at           TIMESTAMP,
    test_outcome        TEXT NOT NULL DEFAULT ''
);
