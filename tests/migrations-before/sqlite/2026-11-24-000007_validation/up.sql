-- What the doctor did with the prescriptions prepared by collaborators.

-- What a prescription said before the doctor corrected it: the collaborator sees both.
CREATE TABLE prescription_versions (
    id                  INTEGER PRIMARY KEY,
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    -- The revision it had until then.
    revision            INTEGER NOT NULL,
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    -- Head and rows, as JSON.
    content             TEXT NOT NULL,
    replaced_at         TIMESTAMP NOT NULL
);
CREATE INDEX prescription_versions_prescription ON prescription_versions (prescription_id, id);

-- One press of INVIA TUTTI.
CREATE TABLE validation_rounds (
    id                  INTEGER PRIMARY KEY,
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    -- The patient the list was narrowed to, if it was.
    patient_id          INTEGER REFERENCES patients (id),
    started_at          TIMESTAMP NOT NULL
);
CREATE INDEX validation_rounds_doctor ON validation_rounds (doctor_id, id);
CREATE INDEX validation_rounds_age ON validation_rounds (started_at);

CREATE TABLE validation_round_rows (
    id                  INTEGER PRIMARY KEY,
    round_id            INTEGER NOT NULL REFERENCES validation_rounds (id) ON DELETE CASCADE,
    -- After a row that SAC refused was sent again, the prescription that took its place.
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    outcome             TEXT NOT NULL
);
CREATE UNIQUE INDEX validation_round_rows_once ON validation_round_rows (round_id, prescription_id);
