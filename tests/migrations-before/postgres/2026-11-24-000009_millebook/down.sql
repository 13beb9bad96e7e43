DROP TABLE accesses;
DROP FUNCTION accesses_refuse;
DROP INDEX deliveries_patient;
DROP INDEX millebook_enrolments_user;
DROP TABLE millebook_events;
DROP TABLE millebook_codes;
