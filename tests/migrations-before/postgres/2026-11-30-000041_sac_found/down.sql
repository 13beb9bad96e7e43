DROP TABLE sac_found;
