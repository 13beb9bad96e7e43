-- How a registered prescription reaches the patient.

-- A job that waits for another to be done.
ALTER TABLE outbox ADD COLUMN after_id INTEGER;
CREATE INDEX outbox_after ON outbox (after_id);

-- One row per request and channel. A mail may carry several prescriptions of one patient.
CREATE TABLE deliveries (
    id                  INTEGER PRIMARY KEY,
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    patient_id          INTEGER NOT NULL REFERENCES patients (id),
    channel             TEXT NOT NULL,
    state               TEXT NOT NULL,
    reason              TEXT NOT NULL DEFAULT '',
    -- Address or number as it was when the request was made: a later change of the registry never follows.
    recipient           TEXT NOT NULL DEFAULT '',
    -- SHA-256 of the promemoria.
    content_hash        TEXT NOT NULL DEFAULT '',
    -- The protected archive as it was first made, until it has gone: a repetition sends the same bytes.
    archive             BLOB,
    -- The archive's password, sealed, until it has gone; never there when it is the one agreed with the patient.
    password_sealed     BLOB,
    agreed_secret       BOOLEAN NOT NULL DEFAULT FALSE,
    -- Random: names the messages (Message-ID) and the reference the patient reads in both.
    token               TEXT NOT NULL DEFAULT '',
    attempts            INTEGER NOT NULL DEFAULT 0,
    print_count         INTEGER NOT NULL DEFAULT 0,
    requested_by        INTEGER NOT NULL REFERENCES users (id),
    requested_at        TIMESTAMP NOT NULL,
    ended_at            TIMESTAMP,
    -- It failed, or an annulment came after it, and nobody has seen to it yet.
    needs_care          BOOLEAN NOT NULL DEFAULT FALSE,
    -- When somebody saw to it.
    handled_at          TIMESTAMP
);
CREATE INDEX deliveries_doctor ON deliveries (doctor_id, channel, state, id);
CREATE INDEX deliveries_care ON deliveries (doctor_id, needs_care, id);

CREATE TABLE delivery_items (
    delivery_id         INTEGER NOT NULL REFERENCES deliveries (id),
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    PRIMARY KEY (delivery_id, prescription_id)
);
CREATE INDEX delivery_items_prescription ON delivery_items (prescription_id);

-- How a doctor wants archives protected; no row = AES-256.
CREATE TABLE delivery_settings (
    doctor_id           INTEGER PRIMARY KEY REFERENCES users (id),
    classic_zip         BOOLEAN NOT NULL,
    chosen_at           TIMESTAMP NOT NULL
);

-- The secret agreed with a patient by voice, sealed: with it one mail is enough.
CREATE TABLE agreed_secrets (
    patient_id          INTEGER PRIMARY KEY REFERENCES patients (id),
    secret_sealed       BLOB NOT NULL,
    agreed_at           TIMESTAMP NOT NULL,
    agreed_by           INTEGER NOT NULL REFERENCES users (id)
);

-- Patients with their own portal (Millebook): consent, activation, withdrawal.
CREATE TABLE millebook_enrolments (
    patient_id          INTEGER PRIMARY KEY REFERENCES patients (id),
    user_id             INTEGER REFERENCES users (id),
    consent_at          TIMESTAMP NOT NULL,
    enrolled_by         INTEGER NOT NULL REFERENCES users (id),
    activated_at        TIMESTAMP,
    withdrawn_at        TIMESTAMP,
    withdrawn_by        INTEGER REFERENCES users (id)
);
