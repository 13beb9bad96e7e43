-- Digests made with the key are kept, but nobody can reckon them again.
DELETE FROM installation WHERE name = 'accesses';
{sqlite}
DROP TRIGGER access_register_kept;
DROP TRIGGER access_register_unchanged;
{postgres}
DROP TRIGGER access_register_kept ON access_register;
DROP TRIGGER access_register_unchanged ON access_register;
{end}
DROP TABLE access_register;
{sqlite}
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
{postgres}
DROP TRIGGER accesses_kept ON accesses;
DROP TRIGGER accesses_unchanged ON accesses;
{end}
DROP INDEX accesses_patient;
DROP INDEX accesses_prescription;
ALTER TABLE accesses RENAME TO accesses_after;
CREATE TABLE accesses (
    id                  {id},
    -- Whose archive was looked at; its rows are a chain, numbered from one. Rows older than the chain stand below.
    doctor_id           {int} NOT NULL REFERENCES users (id),
    seq                 {int} NOT NULL,
    actor_id            {int} NOT NULL REFERENCES users (id),
    role                TEXT NOT NULL,
    -- The doctor a collaborator worked for.
    on_behalf_of        {int} REFERENCES users (id),
    act                 TEXT NOT NULL,
    -- Nobody in particular when it was a search or a list.
    patient_id          {int} REFERENCES patients (id),
    prescription_id     {int} REFERENCES prescriptions (id),
    -- Patients shown.
    shown               {int} NOT NULL,
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
{sqlite}
       patient_id, prescription_id, COALESCE(shown, 1), origin, happened_at, lower(hex(digest))
{postgres}
       patient_id, prescription_id, COALESCE(shown, 1), origin, happened_at, encode(digest, 'hex')
{end}
FROM accesses_after
ORDER BY happened_at, doctor_id, seq;
DROP TABLE accesses_after;
CREATE UNIQUE INDEX accesses_chain ON accesses (doctor_id, seq);
CREATE INDEX accesses_patient ON accesses (patient_id, id);
CREATE INDEX accesses_prescription ON accesses (prescription_id, id);
CREATE INDEX accesses_age ON accesses (happened_at);

{sqlite}
CREATE TRIGGER accesses_unchanged BEFORE UPDATE ON accesses
BEGIN
    SELECT RAISE(ABORT, 'accesses are append only');
END;
CREATE TRIGGER accesses_kept BEFORE DELETE ON accesses WHEN OLD.happened_at > datetime('now', '-24 months')
BEGIN
    SELECT RAISE(ABORT, 'accesses are kept for 24 months');
END;
{postgres}
CREATE TRIGGER accesses_unchanged BEFORE UPDATE ON accesses FOR EACH ROW EXECUTE FUNCTION accesses_refuse();
CREATE TRIGGER accesses_kept BEFORE DELETE ON accesses FOR EACH ROW
    WHEN (OLD.happened_at > (now() AT TIME ZONE 'UTC') - INTERVAL '24 months') EXECUTE FUNCTION accesses_refuse();
{end}

-- Where a chain begins once its oldest rows are forgotten: number and digest of the last of them.
CREATE TABLE access_bases (
    doctor_id           {int} PRIMARY KEY REFERENCES users (id),
    seq                 {int} NOT NULL,
    hash                TEXT NOT NULL
);
INSERT INTO access_bases (doctor_id, seq, hash)
{sqlite}
SELECT archive, base_seq, lower(hex(base_digest)) FROM access_heads WHERE archive > 0 AND base_seq > 0;
{postgres}
SELECT archive, base_seq, encode(base_digest, 'hex') FROM access_heads WHERE archive > 0 AND base_seq > 0;
{end}
DROP TABLE access_heads;
