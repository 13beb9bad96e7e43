-- Prescriptions that SAC has under the doctor's numbers and this database has not: a backup that was restored is an old
-- truth. Their numbers are never given out.
CREATE TABLE sac_found (
    nre                 TEXT PRIMARY KEY,
    doctor_id           BIGINT NOT NULL REFERENCES users (id),
    kind                TEXT NOT NULL,
    compiled_at         TIMESTAMP,
    auth_code           TEXT NOT NULL,
    found_at            TIMESTAMP NOT NULL
);
CREATE INDEX sac_found_doctor ON sac_found (doctor_id, nre);
