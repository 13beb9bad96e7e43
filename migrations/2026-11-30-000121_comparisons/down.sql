DROP TABLE sac_missing;
DROP TABLE sac_comparisons;
