-- The log of accesses under the program's key: each archive's last number and digest are sealed, and so is the list of archives.
-- Rows are slimmer: the number within the archive is their key, role and act are codes, the digest is bytes.
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
DROP INDEX accesses_chain;
DROP INDEX accesses_patient;
DROP INDEX accesses_prescription;
DROP INDEX accesses_age;
ALTER TABLE accesses RENAME TO accesses_before;
CREATE TABLE accesses (
    -- Whose archive was looked at; its rows are a chain, numbered from one. Rows older than the chain stand below.
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    seq                 INTEGER NOT NULL,
    actor_id            INTEGER NOT NULL REFERENCES users (id),
    -- Nobody in particular when it was a search or a list.
    patient_id          INTEGER REFERENCES patients (id),
    prescription_id     INTEGER REFERENCES prescriptions (id),
    -- Patients shown, where it was not the one.
    shown               INTEGER,
    happened_at         TIMESTAMP NOT NULL,
    role                TEXT NOT NULL,
    act                 TEXT NOT NULL,
    -- Network address.
    origin              TEXT NOT NULL,
    -- Of the digest of the row before and of this row: 16 bytes under the key; 32 for rows that were there before it, none
    -- for those older than the chain.
    digest              BLOB NOT NULL,
    PRIMARY KEY (doctor_id, seq)
) WITHOUT ROWID;
INSERT INTO accesses (doctor_id, seq, actor_id, patient_id, prescription_id, shown, happened_at, role, act, origin, digest)
SELECT doctor_id, seq, actor_id, patient_id, prescription_id,
       CASE WHEN patient_id IS NULL OR shown <> 1 THEN shown END,
       happened_at,
       CASE role WHEN 'doctor' THEN 'M' WHEN 'collaborator' THEN 'C' WHEN 'patient' THEN 'P' ELSE role END,
       CASE act WHEN 'APERTA' THEN 'AP' WHEN 'SCARICATA' THEN 'SC' WHEN 'STAMPATA' THEN 'ST' WHEN 'CONSEGNA' THEN 'CO'
                WHEN 'CARTELLA' THEN 'CA' WHEN 'STORIA' THEN 'SO' WHEN 'ANAGRAFICA' THEN 'AN' WHEN 'PREPARAZIONE' THEN 'PR'
                WHEN 'ARRUOLAMENTO' THEN 'AR' WHEN 'RICERCA' THEN 'RI' WHEN 'ELENCO' THEN 'EL' ELSE act END,
       origin, COALESCE(unhex(hash), x'')
FROM accesses_before
ORDER BY doctor_id, seq;
DROP TABLE accesses_before;
CREATE INDEX accesses_patient ON accesses (patient_id) WHERE patient_id IS NOT NULL;
CREATE INDEX accesses_prescription ON accesses (prescription_id) WHERE prescription_id IS NOT NULL;

CREATE TRIGGER accesses_unchanged BEFORE UPDATE ON accesses
BEGIN
    SELECT RAISE(ABORT, 'accesses are append only');
END;
CREATE TRIGGER accesses_kept BEFORE DELETE ON accesses WHEN OLD.happened_at > datetime('now', '-24 months')
BEGIN
    SELECT RAISE(ABORT, 'accesses are kept for 24 months');
END;

-- Where each chain begins, once its oldest rows are forgotten, and ends.
CREATE TABLE access_heads (
    -- The doctor whose archive it is; 0 is the list of archives itself.
    archive             INTEGER PRIMARY KEY,
    -- Number and digest of the last row.
    seq                 INTEGER NOT NULL,
    digest              BLOB NOT NULL,
    -- Number and digest of the last row that was forgotten.
    base_seq            INTEGER NOT NULL,
    base_digest         BLOB NOT NULL,
    -- Of all this under the key; empty until it is sealed, or for ever once it was found to be not what was sealed.
    seal                BLOB NOT NULL
);
INSERT INTO access_heads (archive, seq, digest, base_seq, base_digest, seal)
SELECT a.doctor_id, COALESCE(l.seq, b.seq, 0), COALESCE(l.digest, unhex(b.hash), x''),
       COALESCE(b.seq, 0), COALESCE(unhex(b.hash), x''), x''
FROM (SELECT doctor_id FROM accesses UNION SELECT doctor_id FROM access_bases) a
LEFT JOIN access_bases b ON b.doctor_id = a.doctor_id
LEFT JOIN accesses l ON l.doctor_id = a.doctor_id
    AND l.seq = (SELECT MAX(m.seq) FROM accesses m WHERE m.doctor_id = a.doctor_id AND m.seq > 0);
DROP TABLE access_bases;

-- Every archive that was ever looked at, a chain of its own.
CREATE TABLE access_register (
    number              INTEGER PRIMARY KEY,
    doctor_id           INTEGER NOT NULL UNIQUE REFERENCES users (id),
    -- Rows up to this one were there before the key.
    keyed_after         INTEGER NOT NULL,
    entered_at          TIMESTAMP NOT NULL,
    digest              BLOB NOT NULL
);
CREATE TRIGGER access_register_unchanged BEFORE UPDATE ON access_register
BEGIN
    SELECT RAISE(ABORT, 'the list of archives is append only');
END;
CREATE TRIGGER access_register_kept BEFORE DELETE ON access_register
BEGIN
    SELECT RAISE(ABORT, 'the list of archives is append only');
END;

-- What is here is sealed once, as soon as the key is there.
INSERT INTO installation (name, value) VALUES ('accesses', 'new');
