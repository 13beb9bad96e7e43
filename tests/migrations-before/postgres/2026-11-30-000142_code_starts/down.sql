DROP INDEX patients_year_code;
DROP INDEX patients_code_start;
