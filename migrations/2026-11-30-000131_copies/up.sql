-- What was copied from a prescription that was refused: whether it was is asked for each row of a list.
CREATE INDEX prescriptions_copied ON prescriptions (copied_from) WHERE copied_from IS NOT NULL;
