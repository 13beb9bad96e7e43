-- The start of a code and a year of birth, in the order of names. By the whole code SQLite preferred to walk that start's
-- people of every year.
DROP INDEX patients_year_code;
CREATE INDEX patients_year_code ON patients (doctor_id, birth_year, substr(fiscal_code, 1, 3), search_key, id);
