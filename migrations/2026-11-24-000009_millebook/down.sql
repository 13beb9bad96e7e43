{sqlite}
DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
{end}
DROP TABLE accesses;
{postgres}
DROP FUNCTION accesses_refuse;
{end}
DROP INDEX deliveries_patient;
DROP INDEX millebook_enrolments_user;
DROP TABLE millebook_events;
DROP TABLE millebook_codes;
