DROP TABLE sac_refusals;
