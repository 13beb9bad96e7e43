DROP INDEX patients_year_code;
CREATE INDEX patients_year_code ON patients (doctor_id, birth_year, fiscal_code);
