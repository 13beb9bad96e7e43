DROP TABLE nre_rechecks;
DROP INDEX prescriptions_compiled;
UPDATE regions SET uncertain_policy = 'A' WHERE uncertain_policy = 'DA_VERIFICARE';
ALTER TABLE regions DROP COLUMN rules_source;
ALTER TABLE regions DROP COLUMN nre_source;
