-- Every look at a patient, not at prescriptions only; each archive's rows chained by their digests.
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
DROP INDEX accesses_prescription;
DROP INDEX accesses_age;
ALTER TABLE accesses RENAME TO accesses_before;
CREATE TABLE accesses (
    id                  INTEGER PRIMARY KEY,
    -- Whose archive was looked at; its rows are a chain, numbered from one. Rows older than the chain stand below.
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    seq                 INTEGER NOT NULL,
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    role                TEXT NOT NULL,
    -- The doctor a collaborator worked for.
    on_behalf_of        INTEGER REFERENCES users (id),
    act                 TEXT NOT NULL,
    -- Nobody in particular when it was a search or a list.
    patient_id          INTEGER REFERENCES patients (id),
    prescription_id     INTEGER REFERENCES prescriptions (id),
    -- Patients shown.
    shown               INTEGER NOT NULL,
    -- Network address.
    origin              TEXT NOT NULL,
    happened_at         TIMESTAMP NOT NULL,
    -- SHA-256 of the digest of the row before and of this row; empty for rows older than the chain.
    hash                TEXT NOT NULL
);
INSERT INTO accesses (id, doctor_id, seq, actor_id, role, on_behalf_of, act, patient_id, prescription_id, shown, origin, happened_at, hash)
SELECT a.id, p.doctor_id,
       ROW_NUMBER() OVER (PARTITION BY p.doctor_id ORDER BY a.id) - 1 - COUNT(*) OVER (PARTITION BY p.doctor_id),
       a.actor_id, u.role, a.on_behalf_of, a.act, a.patient_id, a.prescription_id, 1, '', a.happened_at, ''
FROM accesses_before a
JOIN prescriptions p ON p.id = a.prescription_id
JOIN users u ON u.id = a.actor_id;
DROP TABLE accesses_before;
CREATE UNIQUE INDEX accesses_chain ON accesses (doctor_id, seq);
CREATE INDEX accesses_patient ON accesses (patient_id, id);
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

-- Where a chain begins once its oldest rows are forgotten: number and digest of the last of them.
CREATE TABLE access_bases (
    doctor_id           INTEGER PRIMARY KEY REFERENCES users (id),
    seq                 INTEGER NOT NULL,
    hash                TEXT NOT NULL
);
