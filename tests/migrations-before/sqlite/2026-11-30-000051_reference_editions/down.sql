DROP TABLE reference_editions;
