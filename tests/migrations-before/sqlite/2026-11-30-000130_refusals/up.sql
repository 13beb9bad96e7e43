-- What SAC refused, one row for each person who is to know of it: the doctor, and whoever prepared it. Who looked, and when.
CREATE TABLE sac_refusals (
    prescription_id     INTEGER NOT NULL REFERENCES prescriptions (id),
    -- Who is to know.
    user_id             INTEGER NOT NULL REFERENCES users (id),
    -- In whose archive it is.
    doctor_id           INTEGER NOT NULL REFERENCES users (id),
    refused_at          TIMESTAMP NOT NULL,
    -- When that person first had its page, or a list with it, before the eyes.
    looked_at           TIMESTAMP,
    PRIMARY KEY (prescription_id, user_id)
);
CREATE INDEX sac_refusals_unseen ON sac_refusals (user_id, doctor_id) WHERE looked_at IS NULL;
