-- What is not about a prescription has no place in the table as it was.
DROP TABLE access_bases;
{sqlite}
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
{postgres}
DROP TRIGGER accesses_kept ON accesses;
DROP TRIGGER accesses_unchanged ON accesses;
{end}
DROP INDEX accesses_chain;
DROP INDEX accesses_patient;
DROP INDEX accesses_prescription;
DROP INDEX accesses_age;
ALTER TABLE accesses RENAME TO accesses_after;
CREATE TABLE accesses (
    id                  {id},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    prescription_id     {int} NOT NULL REFERENCES prescriptions (id),
    actor_id            {int} NOT NULL REFERENCES users (id),
    -- The doctor a collaborator worked for.
    on_behalf_of        {int} REFERENCES users (id),
    act                 TEXT NOT NULL,
    happened_at         TIMESTAMP NOT NULL
);
INSERT INTO accesses (id, patient_id, prescription_id, actor_id, on_behalf_of, act, happened_at)
SELECT id, patient_id, prescription_id, actor_id, on_behalf_of, act, happened_at FROM accesses_after
WHERE prescription_id IS NOT NULL;
DROP TABLE accesses_after;
CREATE INDEX accesses_prescription ON accesses (prescription_id, id);
CREATE INDEX accesses_age ON accesses (happened_at);
{postgres}
SELECT setval(pg_get_serial_sequence('accesses', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM accesses;
{end}

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
