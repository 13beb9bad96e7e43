-- What SAC refused of the doctor's credentials, and the session that takes over when the one in force ends.

-- Why SAC does not accept them ('' = it does, as far as is known): nothing is sent until they were put right.
ALTER TABLE sac_credentials ADD COLUMN refused TEXT NOT NULL DEFAULT '';
-- Grows with every change of what is shown to SAC: a refusal of older credentials says nothing of these.
ALTER TABLE sac_credentials ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sac_credentials ADD COLUMN pending_sealed BLOB;
ALTER TABLE sac_credentials ADD COLUMN pending_expires_at TIMESTAMP;
-- When the service was last asked to mail a session.
ALTER TABLE sac_credentials ADD COLUMN session_asked_at TIMESTAMP;
-- When the password was given to us: the service wants another every ninety days.
ALTER TABLE sac_credentials ADD COLUMN password_set_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
UPDATE sac_credentials SET password_set_at = saved_at;
