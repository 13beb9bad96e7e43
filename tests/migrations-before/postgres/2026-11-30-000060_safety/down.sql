DROP TABLE safety_answers;
ALTER TABLE allergies DROP COLUMN group_code;
