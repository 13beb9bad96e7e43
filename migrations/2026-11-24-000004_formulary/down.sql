DROP TABLE posologies;
DROP TABLE prescribing_limits;
DROP TABLE substitution_motives;
DROP TABLE aifa_notes;
DROP TABLE supply_regimes;
DROP TABLE atc_codes;
DROP TABLE packages;
DROP TABLE formulary_editions;
