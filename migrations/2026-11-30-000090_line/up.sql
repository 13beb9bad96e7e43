-- What is or will be due, doctor by doctor: the runner walks it without looking at what is at rest.
CREATE INDEX prescriptions_line ON prescriptions (doctor_id, next_try_at, id, state) WHERE next_try_at IS NOT NULL;
-- The lots that still have numbers: those used up over the years are not walked each time.
CREATE INDEX nre_lots_open ON nre_lots (doctor_id, id) WHERE next_number <= last_number;
