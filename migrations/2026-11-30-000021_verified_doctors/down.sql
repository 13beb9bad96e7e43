ALTER TABLE doctors DROP COLUMN verified_at;
