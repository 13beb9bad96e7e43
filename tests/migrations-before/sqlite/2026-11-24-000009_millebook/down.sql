DROP TRIGGER accesses_kept;
DROP TRIGGER accesses_unchanged;
DROP TABLE accesses;
DROP INDEX deliveries_patient;
DROP INDEX millebook_enrolments_user;
DROP TABLE millebook_events;
DROP TABLE millebook_codes;
