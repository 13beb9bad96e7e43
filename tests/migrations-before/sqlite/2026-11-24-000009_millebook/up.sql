-- The code with which a patient opens the account: only a keyed digest of it. A new code takes the place of the old one.
CREATE TABLE millebook_codes (
    patient_id          INTEGER PRIMARY KEY REFERENCES patients (id),
    code_digest         TEXT NOT NULL UNIQUE,
    -- Where it was mailed, as it was then; empty when it was printed.
    sent_to             TEXT NOT NULL DEFAULT '',
    issued_at           TIMESTAMP NOT NULL,
    expires_at          TIMESTAMP NOT NULL,
    issued_by           INTEGER NOT NULL REFERENCES users (id),
    used_at             TIMESTAMP
);

-- What happened to an enrolment: the proof of consent and of its withdrawal. Append only.
CREATE TABLE millebook_events (
    id                  INTEGER PRIMARY KEY,
    patient_id          INTEGER NOT NULL REFERENCES patients (id),
    event               TEXT NOT NULL,
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    happened_at         TIMESTAMP NOT NULL
);
CREATE INDEX millebook_events_patient ON millebook_events (patient_id, id);

CREATE INDEX millebook_enrolments_user ON millebook_enrolments (user_id);
CREATE INDEX deliveries_patient ON deliveries (patient_id, channel, state);

-- Who looked at a prescription, and when. Append only: rows may go after 24 months, never change.
CREATE TABLE accesses (
    id                  INTEGER PRIMARY KEY,
    patient_id          INTEGER NOT NULL REFERENCES patients (id),
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    -- The doctor a collaborator worked for.
    on_behalf_of        INTEGER REFERENCES users (id),
    act                 TEXT NOT NULL,
    happened_at         TIMESTAMP NOT NULL
);
CREATE INDEX accesses_prescription ON accesses (prescription_id, id);
CREATE INDEX accesses_age ON accesses (happened_at);

CREATE TRIGGER accesses_unchanged BEFORE UPDATE ON accesses
BEGIN
    SELECT RAISE(ABORT, 'accesses are append only');
END;
CREATE TRIGGER accesses_kept BEFORE DELETE ON accesses WHEN OLD.happened_at > datetime('now', '-24 months')
BEGIN
    SELECT RAISE(ABORT, 'accesses are kept for 24 months');
END;
