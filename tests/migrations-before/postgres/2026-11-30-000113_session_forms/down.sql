ALTER TABLE regions DROP COLUMN session_form;
