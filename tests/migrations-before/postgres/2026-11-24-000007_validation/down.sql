DROP TABLE validation_round_rows;
DROP TABLE validation_rounds;
DROP TABLE prescription_versions;
