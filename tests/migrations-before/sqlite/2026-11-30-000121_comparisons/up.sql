-- Each night what was sent is compared with SAC's list of used numbers, doctor by doctor.
CREATE TABLE sac_comparisons (
    doctor_id           INTEGER PRIMARY KEY REFERENCES users (id),
    -- What was written before this moment was compared.
    compared_to         TIMESTAMP NOT NULL,
    next_at             TIMESTAMP NOT NULL
);
CREATE INDEX sac_comparisons_next ON sac_comparisons (next_at);
-- Whoever has credentials has a row; these wait for their first night.
INSERT INTO sac_comparisons (doctor_id, compared_to, next_at)
    SELECT doctor_id, saved_at, '1970-01-01 00:00:00' FROM sac_credentials;

-- Prescriptions that are registered here and that SAC's list does not show.
CREATE TABLE sac_missing (
    prescription_id     INTEGER PRIMARY KEY REFERENCES prescriptions (id),
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    found_at            TIMESTAMP NOT NULL
);
CREATE INDEX sac_missing_doctor ON sac_missing (doctor_id, prescription_id);
