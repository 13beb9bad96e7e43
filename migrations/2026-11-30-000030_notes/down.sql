ALTER TABLE prescription_items DROP COLUMN note_sent;
ALTER TABLE packages ADD COLUMN note_code TEXT NOT NULL DEFAULT '';
DROP TABLE aifa_notes;
CREATE TABLE aifa_notes (
    code                TEXT PRIMARY KEY,
    description         TEXT NOT NULL
);
