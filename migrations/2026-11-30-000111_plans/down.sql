ALTER TABLE prescriptions DROP COLUMN plan_protocol;
ALTER TABLE prescription_items DROP COLUMN plan_ends_on;
ALTER TABLE prescription_items DROP COLUMN plan_protocol;
ALTER TABLE draft_items DROP COLUMN plan_ends_on;
ALTER TABLE draft_items DROP COLUMN plan_protocol;
ALTER TABLE therapies DROP COLUMN plan_ends_on;
ALTER TABLE therapies DROP COLUMN plan_protocol;
