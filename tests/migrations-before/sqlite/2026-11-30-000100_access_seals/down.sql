-- Digests made with the key are kept, but nobody can reckon them again.
DELETE FROM installation WHERE name = 'accesses';
DROP TRIGGER access_register_kept;
DROP TRIGGER access_register_unchanged;
DROP TABLE access_register;
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
DROP INDEX accesses_patient;
DROP INDEX accesses_prescription;
ALTER TABLE accesses RENAME TO accesses_after;
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
INSERT INTO accesses (doctor_id, seq, actor_id, role, on_behalf_of, act, patient_id, prescription_id, shown, origin, happened_at, hash)
SELECT doctor_id, seq, actor_id,
       CASE role WHEN 'M' THEN 'doctor' WHEN 'C' THEN 'collaborator' WHEN 'P' THEN 'patient' ELSE role END,
       CASE role WHEN 'C' THEN doctor_id END,
       CASE act WHEN 'AP' THEN 'APERTA' WHEN 'SC' THEN 'SCARICATA' WHEN 'ST' THEN 'STAMPATA' WHEN 'CO' THEN 'CONSEGNA'
                WHEN 'CA' THEN 'CARTELLA' WHEN 'SO' THEN 'STORIA' WHEN 'AN' THEN 'ANAGRAFICA' WHEN 'PR' THEN 'PREPARAZIONE'
                WHEN 'AR' THEN 'ARRUOLAMENTO' WHEN 'RI' THEN 'RICERCA' WHEN 'EL' THEN 'ELENCO' ELSE act END,
       patient_id, prescription_id, COALESCE(shown, 1), origin, happened_at, lower(hex(digest))
FROM accesses_after
ORDER BY happened_at, doctor_id, seq;
DROP TABLE accesses_after;
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
INSERT INTO access_bases (doctor_id, seq, hash)
SELECT archive, base_seq, lower(hex(base_digest)) FROM access_heads WHERE archive > 0 AND base_seq > 0;
DROP TABLE access_heads;
