-- Therapeutic plan (piano terapeutico) a drug is prescribed under: protocol, and last day. It goes on the head of the
-- prescription (testata1), so all rows of one have the same.
ALTER TABLE therapies ADD COLUMN plan_protocol TEXT NOT NULL DEFAULT '';
ALTER TABLE therapies ADD COLUMN plan_ends_on DATE;
ALTER TABLE draft_items ADD COLUMN plan_protocol TEXT NOT NULL DEFAULT '';
ALTER TABLE draft_items ADD COLUMN plan_ends_on DATE;
ALTER TABLE prescription_items ADD COLUMN plan_protocol TEXT NOT NULL DEFAULT '';
ALTER TABLE prescription_items ADD COLUMN plan_ends_on DATE;
ALTER TABLE prescriptions ADD COLUMN plan_protocol TEXT NOT NULL DEFAULT '';
