-- The start of a fiscal code, which many people share, in the order of names: a page of them is read, not all of them sorted.
CREATE INDEX patients_code_start ON patients (doctor_id, substr(fiscal_code, 1, 3), search_key, id);
-- The start of a code and a year of birth: as many rows as there are such people.
CREATE INDEX patients_year_code ON patients (doctor_id, birth_year, fiscal_code);
