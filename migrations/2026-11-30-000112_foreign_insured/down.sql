ALTER TABLE prescriptions DROP COLUMN foreign_section;
ALTER TABLE prescriptions DROP COLUMN foreign_kind;
ALTER TABLE patients DROP COLUMN card_expires_on;
ALTER TABLE patients DROP COLUMN foreign_number;
ALTER TABLE patients DROP COLUMN foreign_institution;
ALTER TABLE patients DROP COLUMN foreign_state;
ALTER TABLE patients DROP COLUMN foreign_kind;
