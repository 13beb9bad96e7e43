ALTER TABLE associations DROP COLUMN code_failures;
ALTER TABLE associations DROP COLUMN code_expires_at;
ALTER TABLE associations DROP COLUMN code_digest;
