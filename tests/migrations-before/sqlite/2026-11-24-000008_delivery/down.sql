DROP TABLE millebook_enrolments;
DROP TABLE agreed_secrets;
DROP TABLE delivery_settings;
DROP TABLE delivery_items;
DROP TABLE deliveries;
DROP INDEX outbox_after;
ALTER TABLE outbox DROP COLUMN after_id;
