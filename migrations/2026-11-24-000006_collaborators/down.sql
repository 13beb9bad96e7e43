DROP INDEX users_collaborator_code;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE security_events;
ALTER TABLE local_health_units DROP COLUMN province_istat;
DROP TABLE provinces;
DROP TABLE associations;
