DROP TABLE patient_words;
