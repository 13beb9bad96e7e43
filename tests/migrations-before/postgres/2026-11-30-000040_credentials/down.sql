ALTER TABLE sac_credentials DROP COLUMN password_set_at;
ALTER TABLE sac_credentials DROP COLUMN session_asked_at;
ALTER TABLE sac_credentials DROP COLUMN pending_expires_at;
ALTER TABLE sac_credentials DROP COLUMN pending_sealed;
ALTER TABLE sac_credentials DROP COLUMN generation;
ALTER TABLE sac_credentials DROP COLUMN refused;
