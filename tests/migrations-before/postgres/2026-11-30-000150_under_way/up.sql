-- What waits or is on its way for a page of patients: their rows of four states, whatever else is in the archive.
CREATE INDEX prescriptions_under_way ON prescriptions (patient_id, state);
