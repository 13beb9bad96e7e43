ALTER TABLE prescription_items DROP COLUMN reason_note;
ALTER TABLE prescription_items DROP COLUMN motive_text;
ALTER TABLE prescribing_limits DROP COLUMN regions;
DROP TABLE narcotics;
DROP TABLE substitution_motives;
CREATE TABLE substitution_motives (
    code                TEXT PRIMARY KEY,
    description         TEXT NOT NULL
);
