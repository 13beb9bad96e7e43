-- Where the number of a prescription comes from is the region's rule, and so is what is done when SAC's answer was lost.
-- 'LOTTO': the doctor's lots; 'SAC': SAC assigns it; 'DA_VERIFICARE': nobody told us, and lots are used.
ALTER TABLE regions ADD COLUMN nre_source TEXT NOT NULL DEFAULT 'DA_VERIFICARE';
-- Where that is known from.
ALTER TABLE regions ADD COLUMN rules_source TEXT NOT NULL DEFAULT '';
-- The starter list said A of every region, which was the rule of this program and not known of any.
UPDATE regions SET uncertain_policy = 'DA_VERIFICARE' WHERE uncertain_policy = 'A';
UPDATE regions SET nre_source = 'LOTTO' WHERE code IN ('010', '100');
UPDATE regions SET uncertain_policy = 'B' WHERE code = '100' AND uncertain_policy = 'DA_VERIFICARE';

-- The doctor's prescriptions by the moment they were written: what SAC lists of a period is compared with them.
CREATE INDEX prescriptions_compiled ON prescriptions (doctor_id, compiled_at);

-- Numbers given up after a lost answer, where the region wants another number: a request of ours may still land under
-- the old one, and is annulled then. Gone when nothing was found for long enough.
CREATE TABLE nre_rechecks (
    nre                 TEXT PRIMARY KEY,
    prescription_id     BIGINT NOT NULL REFERENCES prescriptions (id),
    doctor_id           BIGINT NOT NULL REFERENCES users (id),
    -- The request that may still land, as JSON.
    payload             TEXT NOT NULL,
    retired_at          TIMESTAMP NOT NULL,
    checks              BIGINT NOT NULL,
    next_at             TIMESTAMP NOT NULL
);
CREATE INDEX nre_rechecks_next ON nre_rechecks (next_at);
