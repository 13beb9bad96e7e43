-- Which group of drugs an allergy is of, when the doctor says so; the words stay as they were written.
ALTER TABLE allergies ADD COLUMN group_code TEXT NOT NULL DEFAULT '';

-- Why a doctor prescribed in spite of an alert: what was on the screen and what was answered. Never changed.
CREATE TABLE safety_answers (
    id                  INTEGER PRIMARY KEY,
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    -- The drug's row in it.
    row_number          INTEGER NOT NULL,
    -- Which check, which rule of which edition, and how much it asked.
    kind                TEXT NOT NULL,
    rule                TEXT NOT NULL,
    edition             TEXT NOT NULL,
    level               INTEGER NOT NULL,
    -- What of the patient it was about, and what the doctor read.
    subject             TEXT NOT NULL,
    message             TEXT NOT NULL,
    reason_code         TEXT NOT NULL,
    reason              TEXT NOT NULL,
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    answered_at         TIMESTAMP NOT NULL,
    -- Of the prescription it was answered for.
    content_hash        TEXT NOT NULL
);
CREATE INDEX safety_answers_prescription ON safety_answers (prescription_id, id);
