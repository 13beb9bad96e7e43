-- The words of a patient's search key after the first: who begins nobody's surname is looked for here (given names, second
-- surnames), by a range of an index instead of a walk through the archive.
CREATE TABLE patient_words (
    doctor_id           {int} NOT NULL REFERENCES users (id),
    word                TEXT NOT NULL {bytewise},
    patient_id          {int} NOT NULL REFERENCES patients (id),
    PRIMARY KEY (doctor_id, word, patient_id)
){clustered};
CREATE INDEX patient_words_patient ON patient_words (patient_id);
-- An empty key asks the program for a new one, and for its words, right after the migrations.
UPDATE patients SET search_key = '';
