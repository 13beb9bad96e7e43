-- Who works for which doctor. The details are the doctor's own notes of the person, kept per association: what one doctor
-- writes no other doctor sees or changes.
CREATE TABLE associations (
    id                  INTEGER PRIMARY KEY,
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    collaborator_id     INTEGER NOT NULL REFERENCES users (id),
    state               TEXT NOT NULL,
    surname             TEXT NOT NULL,
    name                TEXT NOT NULL,
    region_code         TEXT NOT NULL DEFAULT '',
    province            TEXT NOT NULL DEFAULT '',
    asl_code            TEXT NOT NULL DEFAULT '',
    phone               TEXT NOT NULL DEFAULT '',
    mobile              TEXT NOT NULL DEFAULT '',
    email               TEXT NOT NULL DEFAULT '',
    created_at          TIMESTAMP NOT NULL,
    changed_at          TIMESTAMP NOT NULL,
    UNIQUE (doctor_id, collaborator_id)
);
CREATE INDEX associations_collaborator ON associations (collaborator_id, state);
