-- Who works for which doctor. The details are the doctor's own notes of the person, kept per association: what one doctor
-- writes no other doctor sees or changes.
CREATE TABLE associations (
    id                  {id},
    doctor_id           {int} NOT NULL REFERENCES users (id),
    collaborator_id     {int} NOT NULL REFERENCES users (id),
    state               TEXT NOT NULL,
    surname             TEXT NOT NULL,
    name                TEXT NOT NULL,
    region_code         TEXT NOT NULL DEFAULT '',
    province            TEXT NOT NULL DEFAULT '',
    asl_code            TEXT NOT NULL DEFAULT '',
    phone               TEXT NOT NULL DEFAULT '',
    mobile              TEXT NOT NULL DEFAULT '',
    email               TEXT NOT NULL DEFAULT '',
    created_at          TIMESTAMP NOT NULL,
    changed_at          TIMESTAMP NOT NULL,
    UNIQUE (doctor_id, collaborator_id)
);
CREATE INDEX associations_collaborator ON associations (collaborator_id, state);

-- Provinces, each in its region; a health unit's province is that of its seat, by ISTAT code.
CREATE TABLE provinces (
    sign                TEXT PRIMARY KEY,
    istat_code          TEXT NOT NULL,
    name                TEXT NOT NULL,
    region_code         TEXT NOT NULL
);
CREATE INDEX provinces_region ON provinces (region_code, name);
ALTER TABLE local_health_units ADD COLUMN province_istat TEXT NOT NULL DEFAULT '';

-- What happened to an account that its owner should know; told once at the next login, then kept in the list.
CREATE TABLE security_events (
    id                  {id},
    user_id             {int} NOT NULL REFERENCES users (id),
    kind                TEXT NOT NULL,
    device              TEXT NOT NULL DEFAULT '',
    happened_at         TIMESTAMP NOT NULL,
    told_at             TIMESTAMP
);
CREATE INDEX security_events_user ON security_events (user_id, happened_at);
CREATE INDEX security_events_age ON security_events (happened_at);

-- The second factor of a doctor: the sealed secret, and the last time step used, which is never good again.
CREATE TABLE second_factors (
    user_id             {int} PRIMARY KEY REFERENCES users (id),
    secret              {bytes} NOT NULL,
    last_step           {int} NOT NULL,
    created_at          TIMESTAMP NOT NULL,
    confirmed_at        TIMESTAMP
);
CREATE TABLE recovery_codes (
    code_hash           TEXT PRIMARY KEY,
    user_id             {int} NOT NULL REFERENCES users (id),
    used_at             TIMESTAMP
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- One collaborator per person: two doctors who add the same person at the same moment find each other's.
CREATE UNIQUE INDEX users_collaborator_code ON users (fiscal_code) WHERE role = 'collaborator';
