-- Every look at a patient, not at prescriptions only; each archive's rows chained by their digests.
{sqlite}
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
{postgres}
DROP TRIGGER accesses_kept ON accesses;
DROP TRIGGER accesses_unchanged ON accesses;
{end}
DROP INDEX accesses_prescription;
DROP INDEX accesses_age;
ALTER TABLE accesses RENAME TO accesses_before;
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
INSERT INTO accesses (id, doctor_id, seq, actor_id, role, on_behalf_of, act, patient_id, prescription_id, shown, origin, happened_at, hash)
SELECT a.id, p.doctor_id,
       ROW_NUMBER() OVER (PARTITION BY p.doctor_id ORDER BY a.id) - 1 - COUNT(*) OVER (PARTITION BY p.doctor_id),
       a.actor_id, u.role, a.on_behalf_of, a.act, a.patient_id, a.prescription_id, 1, '', a.happened_at, ''
FROM accesses_before a
JOIN prescriptions p ON p.id = a.prescription_id
JOIN users u ON u.id = a.actor_id;
DROP TABLE accesses_before;
{postgres}
SELECT setval(pg_get_serial_sequence('accesses', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM accesses;
{end}
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
