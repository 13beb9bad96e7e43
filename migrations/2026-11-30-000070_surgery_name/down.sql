ALTER TABLE doctors DROP COLUMN surgery_name;
