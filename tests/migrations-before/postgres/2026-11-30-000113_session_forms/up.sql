-- What an ID-SESSIONE of the region looks like: 'uuid', or signs and lengths ('alnum:8', 'digits:6-10'); '' = to be verified, so
-- anything that may stand in a header.
ALTER TABLE regions ADD COLUMN session_form TEXT NOT NULL DEFAULT '';
