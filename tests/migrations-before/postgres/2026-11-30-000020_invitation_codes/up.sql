-- The code with which a person accepts an association: keyed digest, end, wrong tries. Without one nothing is accepted.
ALTER TABLE associations ADD COLUMN code_digest TEXT;
ALTER TABLE associations ADD COLUMN code_expires_at TIMESTAMP;
ALTER TABLE associations ADD COLUMN code_failures BIGINT NOT NULL DEFAULT 0;
